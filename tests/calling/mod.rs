//! A server for the tests of `hello call`, which answers as a test wants it,
//! wrongly too: each path has an answer of its own.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest as Ask;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse as Told;
use tonic_reflection::pb::v1::{
    ErrorResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest,
    ServerReflectionResponse, ServiceResponse,
};

/// Methods of all kinds, and those that answer wrongly.
pub const PROTO: &str = "\
syntax = \"proto3\";
package t;
message M { string name = 1; }
service T {
  rpc Unary(M) returns (M);
  rpc Gather(stream M) returns (M);
  rpc Spread(M) returns (stream M);
  rpc Chat(stream M) returns (stream M);
  rpc Garbage(M) returns (M);
  rpc NoStatus(M) returns (M);
  rpc NoMessage(M) returns (M);
  rpc Two(M) returns (M);
  rpc Huge(M) returns (M);
  rpc Cut(M) returns (M);
  rpc Gzip(M) returns (M);
  rpc Bomb(M) returns (M);
  rpc Brotli(M) returns (M);
  rpc Html(M) returns (M);
  rpc TrailersOnly(M) returns (M);
  rpc Missing(M) returns (M);
  rpc Detail(M) returns (M);
  rpc Flood(M) returns (stream M);
  rpc Unknown(M) returns (M);
  rpc Refused(M) returns (M);
  rpc Reset(M) returns (M);
  rpc Long(M) returns (M);
  rpc Web(M) returns (M);
  rpc Json(M) returns (M);
  rpc Drip(M) returns (stream M);
}
";

/// A server that runs as long as the tests do.
pub struct Server {
    pub address: SocketAddr,
    /// The headers of the last request.
    pub headers: Arc<Mutex<HeaderMap>>,
}

/// What a server knows.
#[derive(Clone, Default)]
pub struct Given {
    /// The descriptors that reflection tells; none for no reflection.
    pub files: Vec<Vec<u8>>,
    /// The names that it lists.
    pub services: Vec<String>,
    /// Whether only v1alpha is there.
    pub alpha: bool,
    pub tls: Option<Arc<ServerConfig>>,
    /// The status that reflection ends with; 0 for none, ever.
    pub refuses: Option<u8>,
    /// Whether the Greeter is not there.
    pub unimplemented: bool,
    /// The calls after which a connection says goodbye.
    pub calls: Option<usize>,
    /// Whether it listens for one connection only.
    pub goes: bool,
}

impl Server {
    pub fn start(given: Given) -> Server {
        let headers = Arc::<Mutex<HeaderMap>>::default();
        let seen = Arc::clone(&headers);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("tokio runs").block_on(accept(listener, given, seen));
        });
        Server { address, headers }
    }
}

async fn accept(listener: TcpListener, given: Given, seen: Arc<Mutex<HeaderMap>>) {
    listener.set_nonblocking(true).expect("it can be");
    let listener = tokio::net::TcpListener::from_std(listener).expect("it can be");
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        if given.goes {
            drop(listener);
            return serve(stream, given, seen).await;
        }
        let (given, seen) = (given.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            match given.tls.clone() {
                None => serve(stream, given, seen).await,
                Some(tls) => {
                    // A client that goes away is no failure.
                    let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else { return };
                    serve(stream, given, seen).await;
                }
            }
        });
    }
}

async fn serve<S>(stream: S, given: Given, seen: Arc<Mutex<HeaderMap>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (calls, end) = (given.calls, Arc::new(Notify::new()));
    let (goodbye, cut) = (Arc::new(Notify::new()), Arc::clone(&end));
    let (said, count) = (Arc::clone(&goodbye), AtomicUsize::new(0));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        *seen.lock().expect("nobody fails with it") = request.headers().clone();
        if Some(count.fetch_add(1, Ordering::Relaxed) + 1) == calls {
            said.notify_one();
        }
        let (given, cut) = (given.clone(), Arc::clone(&cut));
        async move {
            match request.uri().path() {
                "/t.T/Refused" => Err(h2::Error::from(h2::Reason::REFUSED_STREAM)),
                "/t.T/Reset" => Err(h2::Error::from(h2::Reason::ENHANCE_YOUR_CALM)),
                _ => Ok::<_, h2::Error>(answer(request, given, cut)),
            }
        }
    });
    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            _ = &mut connection => return,
            () = goodbye.notified() => connection.as_mut().graceful_shutdown(),
            // Without a word.
            () = end.notified() => return,
        }
    }
}

/// A server at a socket of the file system.
pub fn unix(path: &Path) {
    let listener = UnixListener::bind(path).expect("it can be made");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("tokio runs").block_on(async move {
            listener.set_nonblocking(true).expect("it can be");
            let listener = tokio::net::UnixListener::from_std(listener).expect("it can be");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Given::default(), Arc::default()));
            }
        });
    });
}

/// The messages of a request as they come.
struct Requests {
    body: Incoming,
    bytes: Vec<u8>,
}

impl Requests {
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if self.bytes.len() >= 5 {
                let length = u32::from_be_bytes(self.bytes[1..5].try_into().expect("four"));
                if let Some(message) = self.bytes.get(5..5 + length as usize) {
                    let message = message.to_vec();
                    self.bytes.drain(..5 + length as usize);
                    return Some(message);
                }
            }
            let body = &mut self.body;
            let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
            self.bytes.extend_from_slice(frame.ok()?.data_ref()?);
        }
    }
}

/// An answer on its way.
pub struct Answer(mpsc::UnboundedReceiver<Frame<Bytes>>);

impl Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0.poll_recv(context).map(|frame| frame.map(Ok))
    }
}

struct Sender(mpsc::UnboundedSender<Frame<Bytes>>);

impl Sender {
    fn raw(&self, bytes: &[u8]) {
        // The client may be gone.
        let _ = self.0.send(Frame::data(Bytes::copy_from_slice(bytes)));
    }

    fn message(&self, message: &[u8]) {
        let length = u32::try_from(message.len()).expect("it is short").to_be_bytes();
        self.raw(&[&[0], &length[..], message].concat());
    }

    fn trailers(&self, pairs: &[(&str, &str)]) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        let _ = self.0.send(Frame::trailers(headers));
    }

    fn ok(&self) {
        self.trailers(&[("grpc-status", "0")]);
    }
}

/// The bytes of `HelloRequest` and `HelloResponse` with this name.
pub fn named(name: &str) -> Vec<u8> {
    let length = u8::try_from(name.len()).expect("it is short");
    [&[0x0a, length], name.as_bytes()].concat()
}

fn answer(request: Request<Incoming>, given: Given, cut: Arc<Notify>) -> Response<Answer> {
    let path = request.uri().path().to_owned();
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut response = Response::new(Answer(receiver));
    if path == "/t.T/Html" {
        *response.status_mut() = hyper::StatusCode::NOT_FOUND;
    }
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    match &*path {
        "/t.T/Html" => {
            headers.insert("content-type", HeaderValue::from_static("text/html"));
        }
        "/t.T/TrailersOnly" => {
            headers.insert("grpc-status", HeaderValue::from_static("7"));
            headers.insert("grpc-message", HeaderValue::from_static("no%1b]0;x%07"));
        }
        "/t.T/Gzip" | "/t.T/Bomb" => {
            headers.insert("grpc-encoding", HeaderValue::from_static("gzip"));
        }
        "/t.T/Web" => {
            headers.insert("content-type", HeaderValue::from_static("application/grpc-web"));
        }
        "/t.T/Json" => {
            headers.insert("content-type", HeaderValue::from_static("application/grpc+json"));
        }
        "/t.T/Long" => {
            let value = HeaderValue::from_str(&"x".repeat(100_000)).expect("a value");
            headers.insert("x-long", value);
        }
        "/t.T/Brotli" => {
            headers.insert("grpc-encoding", HeaderValue::from_static("br"));
        }
        _ => {}
    }
    headers.insert("x-evil", HeaderValue::from_bytes(b"a\xc2\x9bb").expect("a value"));
    let requests = Requests { body: request.into_body(), bytes: Vec::new() };
    tokio::spawn(async move { play(&path, requests, Sender(sender), given, cut).await });
    response
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("to memory");
    let packed = encoder.finish().expect("to memory");
    let length = u32::try_from(packed.len()).expect("it is short").to_be_bytes();
    [&[1], &length[..], &packed].concat()
}

async fn play(path: &str, mut requests: Requests, sender: Sender, given: Given, cut: Arc<Notify>) {
    match path {
        "/Greeter/SayHello" if given.unimplemented => {
            sender.trailers(&[("grpc-status", "12"), ("grpc-message", "no such method")])
        }
        "/Greeter/SayHello" | "/t.T/Unary" => {
            let request = requests.next().await.unwrap_or_default();
            let name = String::from_utf8_lossy(request.get(2..).unwrap_or_default()).into_owned();
            if let Some(millis) = name.strip_prefix("wait ") {
                tokio::time::sleep(Duration::from_millis(millis.parse().expect("a number"))).await;
            }
            if name == "break" {
                cut.notify_one();
                return std::future::pending().await;
            }
            if let Some(code) = name.strip_prefix("fail ") {
                return sender.trailers(&[("grpc-status", code), ("grpc-message", "as asked")]);
            }
            sender.message(&named(&format!("我是{name}")));
            sender.ok();
        }
        "/t.T/Gather" => {
            let mut all = Vec::new();
            while let Some(request) = requests.next().await {
                all.push(String::from_utf8_lossy(&request[2..]).into_owned());
            }
            sender.message(&named(&all.join("+")));
            sender.ok();
        }
        "/t.T/Spread" => {
            let request = requests.next().await.unwrap_or_default();
            for letter in request.get(2..).unwrap_or_default() {
                sender.message(&named(&char::from(*letter).to_string()));
            }
            sender.ok();
        }
        "/t.T/Chat" => {
            while let Some(request) = requests.next().await {
                let name = String::from_utf8_lossy(&request[2..]).into_owned();
                if name == "bye" {
                    return sender.trailers(&[("grpc-status", "10"), ("grpc-message", "bye")]);
                }
                sender.message(&named(&format!("<{name}>")));
            }
            sender.ok();
        }
        "/t.T/Garbage" => {
            sender.message(b"\x0a\x05ab");
            sender.ok();
        }
        "/t.T/NoStatus" => sender.message(&named("a")),
        "/t.T/NoMessage" => sender.ok(),
        "/t.T/Two" => {
            sender.message(&named("a"));
            sender.message(&named("b"));
            sender.ok();
        }
        "/t.T/Huge" => {
            sender.raw(&[0, 0xff, 0xff, 0xff, 0xff, 0]);
            sender.ok();
        }
        "/t.T/Cut" => {
            sender.raw(&[0, 0, 0, 0, 9, 1, 2]);
            sender.ok();
        }
        "/t.T/Unknown" => {
            sender.message(b"\x10\x07");
            sender.ok();
        }
        "/t.T/Gzip" => {
            sender.raw(&gzip(&named("packed")));
            sender.ok();
        }
        "/t.T/Bomb" => {
            sender.raw(&gzip(&vec![0; 64 << 20]));
            sender.ok();
        }
        "/t.T/Detail" => {
            // A google.rpc.Status with an Any of `t.M`.
            let any = [&b"\x0a\x05x/t.M\x12\x03"[..], &named("d")].concat();
            let details = [&[0x1a, any.len() as u8], &any[..]].concat();
            let details = base64::engine::general_purpose::STANDARD.encode(details);
            sender.trailers(&[("grpc-status", "3"), ("grpc-status-details-bin", &details)]);
        }
        "/t.T/Drip" => {
            let request = requests.next().await.unwrap_or_default();
            sender.message(&request);
            std::future::pending::<()>().await;
        }
        "/t.T/Flood" => {
            // So many messages of 64 KB, but for the heads.
            let request = requests.next().await.unwrap_or_default();
            let count = String::from_utf8_lossy(request.get(2..).unwrap_or_default()).into_owned();
            let message = [&b"\x0a\x80\x80\x04"[..], &[b'x'; 64 << 10]].concat();
            for _ in 0..count.parse().expect("a number") {
                sender.message(&message);
            }
            sender.ok();
        }
        "/t.T/Web" | "/t.T/Json" => sender.ok(),
        "/t.T/Long" => std::future::pending().await,
        "/t.T/Html" | "/t.T/TrailersOnly" | "/t.T/Brotli" => {}
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" if !given.alpha => {
            reflect(requests, sender, given).await;
        }
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo" => {
            reflect(requests, sender, given).await;
        }
        _ => sender.trailers(&[("grpc-status", "12"), ("grpc-message", "no such method")]),
    }
}

async fn reflect(mut requests: Requests, sender: Sender, given: Given) {
    match given.refuses {
        Some(0) => std::future::pending().await,
        Some(code) => {
            let code = code.to_string();
            let message = ("grpc-message", "who are you%0a?");
            return sender.trailers(&[("grpc-status", &code), message]);
        }
        None => {}
    }
    if given.files.is_empty() && given.services.is_empty() {
        return sender.trailers(&[("grpc-status", "12")]);
    }
    while let Some(request) = requests.next().await {
        let request = ServerReflectionRequest::decode(&*request).expect("a request");
        let not_found = || {
            Told::ErrorResponse(ErrorResponse { error_code: 5, error_message: String::from("no") })
        };
        let told = match request.message_request {
            Some(Ask::ListServices(_)) => Told::ListServicesResponse(ListServiceResponse {
                service: given
                    .services
                    .iter()
                    .map(|name| ServiceResponse { name: name.clone() })
                    .collect(),
            }),
            Some(Ask::FileContainingSymbol(name)) if given.services.contains(&name) => {
                Told::FileDescriptorResponse(FileDescriptorResponse {
                    file_descriptor_proto: given.files.clone(),
                })
            }
            _ => not_found(),
        };
        let message_response = Some(told);
        let answer = ServerReflectionResponse { message_response, ..Default::default() };
        sender.message(&answer.encode_to_vec());
    }
    sender.ok();
}

/// A server that answers each connection with these bytes, once it has heard
/// something, and then waits or goes.
pub fn plain(answer: &'static [u8], stays: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer);
                while stays && stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
            });
        }
    });
    address
}
