//! A line for each call, when it is over.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::{Code, Status};

use crate::error::names;
use crate::rpc::code;
use crate::wire::reader::bytes_of;

/// Where lines go.
pub type Say = fn(&str);

/// Has `answer` answer a call, and tells how it went.
pub fn call(
    request: Request<Body>,
    say: Say,
    answer: impl FnOnce(Request<Body>) -> BoxFuture<Response<Body>, Infallible>,
) -> BoxFuture<Response<Body>, Infallible> {
    let mut line = Line {
        path: request.uri().path().trim_start_matches('/').to_owned(),
        started: Instant::now(),
        received: Arc::default(),
        sent: 0,
        outcome: None,
        say,
    };
    let received = Arc::clone(&line.received);
    let answer = answer(request.map(|body| Body::new(Counted { body, received })));
    Box::pin(async move {
        let response = answer.await?;
        line.note(response.headers());
        if !response.status().is_success() {
            line.outcome = Some(format!("HTTP {}", response.status().as_u16()));
        }
        Ok(response.map(|body| match body.is_end_stream() {
            true => body,
            false => Body::new(Told { body, line }),
        }))
    })
}

/// What is known of a call; told when it is dropped.
struct Line {
    path: String,
    started: Instant,
    received: Arc<AtomicU64>,
    sent: u64,
    outcome: Option<String>,
    say: Say,
}

impl Line {
    /// Takes the status from headers or trailers.
    fn note(&mut self, headers: &HeaderMap) {
        if headers.contains_key(Status::GRPC_STATUS) {
            let code = Status::from_header_map(headers).map_or(Code::Unknown, |it| it.code());
            self.outcome = code::name(code as u8).map(str::to_owned);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // The path is whatever the client has written.
        let path = names::shown(&self.path);
        let millis = self.started.elapsed().as_secs_f64() * 1e3;
        let outcome = self.outcome.as_deref().unwrap_or("CANCELLED");
        let received = bytes_of(self.received.load(Ordering::Relaxed));
        let sent = bytes_of(self.sent);
        (self.say)(&format!("{path} {outcome} {millis:.3} ms, {received} in, {sent} out"));
    }
}

/// A request whose bytes are counted.
struct Counted {
    body: Body,
    received: Arc<AtomicU64>,
}

/// A response whose bytes are counted, and whose trailers are looked at.
struct Told {
    body: Body,
    line: Line,
}

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

fn len(frame: &Frame<Bytes>) -> u64 {
    frame.data_ref().map_or(0, |data| data.len() as u64)
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.received.fetch_add(len(frame), Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.line.sent += len(frame);
            if let Some(trailers) = frame.trailers_ref() {
                self.line.note(trailers);
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
