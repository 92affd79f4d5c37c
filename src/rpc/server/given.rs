//! Services of any schema, which answer with the replies that they were given.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use prost::bytes::{Buf, BufMut, Bytes};
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder, Streaming};
use tonic::codegen::BoxFuture;
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status};

use super::refusal;
use super::replies::{self, Reply};
use crate::codec::check;
use crate::error::{Error, Result, names};
use crate::schema::descriptor::services::{Method, Service};
use crate::schema::methods::Listing;
use crate::schema::{Compiled, Schema};

/// The methods of a schema.
pub struct Given {
    /// By path, with the slash before it.
    methods: HashMap<String, Arc<Answering>>,
}

/// A method, and what it answers.
pub struct Answering {
    method: Method,
    /// The bytes of the largest message.
    max: usize,
    /// None if no reply was given.
    said: Option<Said>,
}

struct Said {
    input: Compiled,
    replies: Vec<Bytes>,
}

impl Given {
    /// The methods of `services`, with the replies among `given` for each.
    /// Messages have up to `max` bytes.
    ///
    /// # Errors
    ///
    /// A reply for a method that there is not or that has one, and one that is
    /// not of the method's type.
    pub fn new(schema: &Schema, services: &[Service], given: &[Reply], max: usize) -> Result<Self> {
        let mut methods = HashMap::new();
        for method in services.iter().flat_map(|service| &service.methods) {
            let answering = Answering { method: method.clone(), max, said: None };
            methods.insert(format!("/{}", method.path), answering);
        }
        let listing = Listing { services, whose: "the schema" };
        for reply in given {
            let method = listing
                .find(&reply.method)
                .map_err(|error| error.hint("`--reply` names a method: `--reply Method=JSON`"))?;
            let said = Said {
                input: compiled(schema, &method.input, method)?,
                replies: replies::read(
                    &compiled(schema, &method.output, method)?,
                    reply,
                    method,
                    max,
                )?,
            };
            let Some(answering) = methods.get_mut(&format!("/{}", method.path)) else { continue };
            if answering.said.replace(said).is_some() {
                let what = format!("two replies are given for {}", names::shown(&method.path));
                return Err(Error::usage(what).maybe_hint(method.server_streaming.then(|| {
                    String::from(
                        "several are written one after another: `--reply Method='{…} {…}'`",
                    )
                })));
            }
        }
        let methods = methods.into_iter().map(|(path, found)| (path, Arc::new(found))).collect();
        Ok(Given { methods })
    }

    /// What answers calls of this path, if anything does.
    pub fn answering(&self, path: &str) -> Option<Arc<Answering>> {
        self.methods.get(path).cloned()
    }
}

fn compiled(schema: &Schema, name: &str, method: &Method) -> Result<Compiled> {
    let of = |error: Error| {
        error.hint(format!("it is a type of the method {}", names::shown(&method.path)))
    };
    schema.compile(schema.message(name).map_err(of)?).map_err(of)
}

/// Answers a call.
pub async fn answer(
    answering: Arc<Answering>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    if answering.said.is_none() {
        let path = names::shown(&answering.method.path);
        let what =
            format!("no reply is given for {path}: start the server with --reply '{path}=JSON'");
        return Status::unimplemented(what).into_http();
    }
    let mut grpc = Grpc::new(Raw(Arc::clone(&answering)))
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(answering.max);
    let method = &answering.method;
    let handler = Handler(Arc::clone(&answering));
    match (method.client_streaming, method.server_streaming) {
        (false, false) => grpc.unary(handler, request).await,
        (false, true) => grpc.server_streaming(handler, request).await,
        (true, false) => grpc.client_streaming(handler, request).await,
        (true, true) => grpc.streaming(handler, request).await,
    }
}

impl Answering {
    fn replies(&self) -> &[Bytes] {
        self.said.as_ref().map_or(&[], |said| &said.replies)
    }

    /// The first reply: what a method answers that has one only.
    fn only(&self) -> std::result::Result<Response<Bytes>, Status> {
        let first = self.replies().first().cloned();
        first.map(Response::new).ok_or_else(|| Status::internal("the reply is gone"))
    }
}

/// Messages as bytes: those that come in are checked against their type.
struct Raw(Arc<Answering>);

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Unchanged;
    type Decoder = Checked;

    fn encoder(&mut self) -> Unchanged {
        Unchanged
    }

    fn decoder(&mut self) -> Checked {
        Checked(Arc::clone(&self.0))
    }
}

struct Unchanged;

impl Encoder for Unchanged {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> std::result::Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

struct Checked(Arc<Answering>);

impl Decoder for Checked {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> std::result::Result<Option<Bytes>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        if let Some(said) = &self.0.said {
            check::message(said.input.root(), &bytes).map_err(|error| refusal::invalid(&error))?;
        }
        Ok(Some(bytes))
    }
}

/// Answers calls of one method.
struct Handler(Arc<Answering>);

impl UnaryService<Bytes> for Handler {
    type Response = Bytes;
    type Future = BoxFuture<Response<Bytes>, Status>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let answer = self.0.only();
        Box::pin(async move { answer })
    }
}

impl tonic::server::ServerStreamingService<Bytes> for Handler {
    type Response = Bytes;
    type ResponseStream = Replies;
    type Future = BoxFuture<Response<Replies>, Status>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let replies = Replies { requests: None, answering: Arc::clone(&self.0), next: 0 };
        Box::pin(async move { Ok(Response::new(replies)) })
    }
}

impl tonic::server::ClientStreamingService<Bytes> for Handler {
    type Response = Bytes;
    type Future = BoxFuture<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let answering = Arc::clone(&self.0);
        Box::pin(async move {
            let mut requests = request.into_inner();
            while requests.try_next().await?.is_some() {}
            answering.only()
        })
    }
}

impl tonic::server::StreamingService<Bytes> for Handler {
    type Response = Bytes;
    type ResponseStream = Replies;
    type Future = BoxFuture<Response<Replies>, Status>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let requests = Some(request.into_inner());
        let replies = Replies { requests, answering: Arc::clone(&self.0), next: 0 };
        Box::pin(async move { Ok(Response::new(replies)) })
    }
}

/// The replies one after another: each after a request, and those that are
/// left when there are no more requests.
struct Replies {
    /// None if there are no more.
    requests: Option<Streaming<Bytes>>,
    answering: Arc<Answering>,
    next: usize,
}

impl Stream for Replies {
    type Item = std::result::Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(requests) = &mut self.requests {
            match ready!(Pin::new(requests).poll_next(context)) {
                Some(Ok(_)) if self.next < self.answering.replies().len() => break,
                // The replies are given, and all the same it is read to its end.
                Some(Ok(_)) => {}
                Some(Err(status)) => {
                    self.requests = None;
                    self.next = usize::MAX;
                    let ours = refusal::too_large(&status, self.answering.max);
                    return Poll::Ready(Some(Err(ours.unwrap_or(status))));
                }
                None => self.requests = None,
            }
        }
        let reply = self.answering.replies().get(self.next).cloned();
        self.next = self.next.saturating_add(1);
        Poll::Ready(reply.map(Ok))
    }
}
