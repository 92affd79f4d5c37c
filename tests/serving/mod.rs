//! A running server, and a client of gRPC that is not ours.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use h2::client::SendRequest;
use prost::bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

/// A server, ended when this is dropped.
pub struct Server {
    child: Child,
    /// The address of the line that says that it listens.
    pub address: String,
    lines: Receiver<String>,
}

impl Server {
    /// Starts it at a free port.
    pub fn start(options: &[&str]) -> Self {
        Self::start_at(&["--listen", "127.0.0.1:0"], options)
    }

    pub fn start_at(listen: &[&str], options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hello"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HELLO_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg("serve")
            .args(listen)
            .args(options)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("hello starts");
        let errors = child.stderr.take().expect("standard error is a pipe");
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(errors).lines().map_while(Result::ok).all(|line| tell.send(line).is_ok())
        });
        let first = lines.recv_timeout(Duration::from_secs(30)).expect("it says where it listens");
        let address = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("{first}"));
        let address = address.trim_end_matches(" with TLS").to_owned();
        Server { child, address, lines }
    }

    /// The next line on standard error.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(10)).expect("a line comes")
    }

    /// A connection that nothing is said on yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket has timeouts");
        stream
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end: the status, and how long it took.
    pub fn ended(&mut self) -> (Option<i32>, Duration) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return (status.code(), started.elapsed());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended, as it was to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that comes until the other side closes, and when that was.
pub fn rest(mut stream: TcpStream) -> (Vec<u8>, Duration) {
    let started = Instant::now();
    let mut bytes = Vec::new();
    // A reset is an end as well; a timeout is none.
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    (bytes, started.elapsed())
}

/// How a call went.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub code: u32,
    pub message: String,
    pub replies: Vec<Vec<u8>>,
}

/// A message as gRPC frames it.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend_from_slice(&(message.len() as u32).to_be_bytes());
    bytes.extend_from_slice(message);
    bytes
}

/// Runs what talks to a server.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let bounded = async { tokio::time::timeout(Duration::from_secs(60), future).await };
    runtime.expect("tokio starts").block_on(bounded).expect("it ends")
}

/// A connection of HTTP/2 over TCP.
pub async fn client(server: &Server) -> SendRequest<Bytes> {
    over(tokio::net::TcpStream::connect(&server.address).await.expect("it listens")).await
}

pub async fn unix_client(path: &Path) -> SendRequest<Bytes> {
    over(tokio::net::UnixStream::connect(path).await.expect("it listens")).await
}

/// A connection of HTTP/2 over anything.
pub async fn over(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> SendRequest<Bytes> {
    let (client, connection) = h2::client::handshake(io).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    client.ready().await.expect("it takes requests")
}

/// Begins a call; more can be sent.
pub fn begin(
    client: &mut SendRequest<Bytes>,
    path: &str,
    headers: &[(&str, &str)],
) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
    let mut request = http::Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("it is a request");
    client.send_request(request, false).expect("it is taken")
}

/// Waits for the end of a call.
pub async fn finish(response: h2::client::ResponseFuture) -> Outcome {
    let response = response.await.expect("it answers");
    assert_eq!(response.status(), 200);
    let mut headers = response.headers().clone();
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.expect("the answer goes on");
        body.flow_control().release_capacity(chunk.len()).expect("it was taken");
        bytes.extend_from_slice(&chunk);
    }
    headers.extend(body.trailers().await.expect("it ends").unwrap_or_default());
    let mut replies = Vec::new();
    while let Some((header, more)) = bytes.split_first_chunk::<5>() {
        let len = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize;
        replies.push(more[..len].to_vec());
        bytes = more[len..].to_vec();
    }
    let status = tonic::Status::from_header_map(&headers).expect("a status comes");
    Outcome { code: status.code() as u32, message: status.message().to_owned(), replies }
}

/// A call with these messages.
pub async fn call(client: &mut SendRequest<Bytes>, path: &str, messages: &[&[u8]]) -> Outcome {
    let sent: Vec<u8> = messages.iter().flat_map(|message| framed(message)).collect();
    raw_call(client, path, &[], sent).await
}

/// A call with these headers and bytes.
pub async fn raw_call(
    client: &mut SendRequest<Bytes>,
    path: &str,
    headers: &[(&str, &str)],
    bytes: Vec<u8>,
) -> Outcome {
    let (response, mut stream) = begin(client, path, headers);
    // A server that refuses early takes nothing more.
    let _ = stream.send_data(bytes.into(), true);
    finish(response).await
}

/// A field of length, such as a string, whose number is below 16.
pub fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let len = u8::try_from(value.len()).expect("it is short");
    [&[number << 3 | 2, len], value].concat()
}
