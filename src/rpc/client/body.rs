//! The messages of a request on their way to the server.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::sync::mpsc;

use crate::error::{Error, Result};
use crate::stream::Framing;
use crate::wire::limits::{GRPC_HEAD_LEN, REQUESTS_AHEAD};

/// Messages that somebody else brings.
pub struct Requests(pub(super) mpsc::Receiver<Result<Vec<u8>>>);

/// Where somebody brings them.
#[derive(Clone)]
pub struct Feeder(mpsc::Sender<Result<Vec<u8>>>);

/// A way for messages into calls.
pub fn requests() -> (Feeder, Requests) {
    let (sender, receiver) = mpsc::channel(REQUESTS_AHEAD);
    (Feeder(sender), Requests(receiver))
}

impl Feeder {
    /// Brings a message, or what kept it from being one; waits while there are
    /// many that were not sent yet. False if nobody wants more.
    pub fn bring(&self, message: Result<Vec<u8>>) -> bool {
        self.0.blocking_send(message).is_ok()
    }
}

/// The body of a request.
pub struct Body(Kind);

enum Kind {
    Whole(Option<Bytes>),
    Streamed(mpsc::Receiver<Result<Vec<u8>>>, Arc<Mutex<Option<Error>>>),
}

/// What went wrong where the messages come from, once it did.
#[derive(Clone, Default)]
pub(super) struct Fault(Arc<Mutex<Option<Error>>>);

impl Fault {
    /// Takes it.
    pub fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Body {
    /// These messages and no more.
    ///
    /// # Errors
    ///
    /// One that is too long.
    pub fn of(messages: &[Vec<u8>]) -> Result<Body> {
        let mut bytes =
            Vec::with_capacity(messages.iter().map(|message| message.len() + GRPC_HEAD_LEN).sum());
        for message in messages {
            Framing::Grpc.write(message, &mut bytes)?;
        }
        Ok(Body(Kind::Whole((!bytes.is_empty()).then(|| Bytes::from(bytes)))))
    }

    /// Messages as they are brought. What goes wrong there breaks off the call,
    /// and is then in `fault`.
    pub(super) fn streamed(requests: Requests, fault: &Fault) -> Body {
        Body(Kind::Streamed(requests.0, Arc::clone(&fault.0)))
    }
}

/// The call is broken off; why, is told elsewhere.
#[derive(Debug)]
pub struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the requests broke off")
    }
}

impl std::error::Error for BrokenOff {}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match &mut self.0 {
            Kind::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Streamed(receiver, fault) => {
                let next = ready!(receiver.poll_recv(context));
                let framed = next.map(|message| {
                    message.and_then(|message| {
                        let mut bytes = Vec::with_capacity(message.len() + GRPC_HEAD_LEN);
                        Framing::Grpc.write(&message, &mut bytes)?;
                        Ok(bytes)
                    })
                });
                Poll::Ready(framed.map(|framed| match framed {
                    Ok(bytes) => Ok(Frame::data(Bytes::from(bytes))),
                    Err(error) => {
                        *fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        Err(BrokenOff)
                    }
                }))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Kind::Whole(None))
    }
}
