//! A connection that remembers how the other side began: what it is that does
//! not speak as expected shows in its first bytes.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio_rustls::rustls;

/// Bytes that are remembered.
const START_LEN: usize = 64;

/// The bytes of the head of an HTTP/2 frame: its length, type, flags and stream.
const HEAD_LEN: usize = 9;

/// The type of the frame that each side begins with.
const SETTINGS: u8 = 4;

/// What was seen of the other side.
#[derive(Default)]
pub struct Seen {
    state: Mutex<State>,
    notify: Notify,
}

#[derive(Default)]
struct State {
    start: Vec<u8>,
    ended: bool,
    tls: Option<rustls::Error>,
}

/// What the first bytes of a server are.
pub enum Start {
    /// Those of an HTTP/2 server.
    Http2,
    /// Nothing: it closed the connection.
    Nothing,
    /// Something else.
    Other(Vec<u8>),
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first bytes.
    pub fn start(&self) -> Vec<u8> {
        self.state().start.clone()
    }

    /// What TLS said that went wrong while reading.
    pub fn tls(&self) -> Option<rustls::Error> {
        self.state().tls.clone()
    }

    /// Says that the connection has ended: nothing more comes.
    pub fn end(&self) {
        self.state().ended = true;
        self.notify.notify_waiters();
    }

    /// Waits until the first bytes tell what speaks there.
    pub async fn first(&self) -> Start {
        loop {
            // Before looking: what comes in between is not missed.
            let notified = self.notify.notified();
            if let Some(start) = self.state().judge() {
                return start;
            }
            notified.await;
        }
    }
}

impl State {
    fn judge(&self) -> Option<Start> {
        // A server begins with SETTINGS of stream 0: a length of 3 bytes, the
        // type, flags, the stream.
        let start = &self.start;
        let is_frame = start.get(3).is_none_or(|kind| *kind == SETTINGS)
            && start.get(5..HEAD_LEN.min(start.len())).is_none_or(|id| id.iter().all(|b| *b == 0));
        match () {
            () if start.is_empty() && self.ended => Some(Start::Nothing),
            () if !is_frame || (self.ended && start.len() < HEAD_LEN) => {
                Some(Start::Other(start.clone()))
            }
            () if start.len() >= HEAD_LEN => Some(Start::Http2),
            () => None,
        }
    }
}

/// A stream whose start is remembered.
pub struct Witness<S> {
    stream: S,
    seen: Arc<Seen>,
}

impl<S> Witness<S> {
    /// Nothing is seen yet.
    pub fn new(stream: S) -> (Self, Arc<Seen>) {
        let seen = Arc::<Seen>::default();
        (Witness { stream, seen: Arc::clone(&seen) }, seen)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Witness<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        let mut state = self.seen.state();
        let was_judged = state.judge().is_some();
        match &result {
            Ok(()) => {
                let new = &buffer.filled()[before..];
                let room = START_LEN.saturating_sub(state.start.len());
                state.start.extend_from_slice(&new[..new.len().min(room)]);
                state.ended |= new.is_empty();
            }
            Err(error) => {
                state.ended = true;
                state.tls = super::faults::tls_error(error).cloned();
            }
        }
        drop(state);
        if !was_judged {
            self.seen.notify.notify_waiters();
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Witness<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        if result.is_err() {
            // Why the other side takes no more it may have said already.
            let _ = self.as_mut().poll_read(context, &mut ReadBuf::new(&mut [0; START_LEN]));
        }
        Poll::Ready(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
