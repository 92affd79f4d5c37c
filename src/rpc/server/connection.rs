//! A connection, from its first byte to the preface of HTTP/2.
//!
//! What comes in first decides who is served: the preface is read here, with a
//! limit of time, and put back for whoever serves the connection then.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::slots::Place;

/// What a client of HTTP/2 says first.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long TLS and the preface may take together.
const ARRIVAL: Duration = Duration::from_secs(5);

/// How long is waited for whoever is sent away to take the answer.
const FAREWELL: Duration = Duration::from_secs(1);

/// What whoever speaks HTTP/1 is told.
const NOT_HTTP1: &str = "this is a gRPC server: it speaks HTTP/2 only\n";

/// A socket, however it is reached.
pub enum Socket {
    /// By TCP.
    Tcp(TcpStream),
    /// By a socket of the file system.
    Unix(UnixStream),
}

/// A socket whose place can be taken away.
pub struct Watched {
    socket: Socket,
    place: Place,
}

/// A connection that speaks HTTP/2.
pub struct Connection {
    stream: Stream,
    /// The bytes of the preface that were handed on.
    replayed: usize,
}

enum Stream {
    Plain(Watched),
    Tls(Box<TlsStream<Watched>>),
}

/// Does `$body` with the stream that there is.
macro_rules! inner {
    ($this:expr, $kind:ident, $inner:ident => $body:expr) => {
        match $this {
            $kind::Plain($inner) => $body,
            $kind::Tls($inner) => $body,
        }
    };
    ($this:expr, $inner:ident => $body:expr) => {
        match $this {
            Socket::Tcp($inner) => $body,
            Socket::Unix($inner) => $body,
        }
    };
}

/// Has a connection say what it is. None if it does not speak HTTP/2, or not
/// in time.
pub async fn arrive(
    socket: Socket,
    place: Place,
    tls: Option<Arc<ServerConfig>>,
) -> Option<Connection> {
    let watched = Watched { socket, place };
    timeout(ARRIVAL, prepare(watched, tls)).await.ok()?
}

async fn prepare(watched: Watched, tls: Option<Arc<ServerConfig>>) -> Option<Connection> {
    let mut stream = match tls {
        None => Stream::Plain(watched),
        Some(config) => match TlsAcceptor::from(config).accept(watched).into_fallible().await {
            Ok(stream) => Stream::Tls(Box::new(stream)),
            Err((_, mut watched)) => {
                let _ = timeout(FAREWELL, farewell(&mut watched)).await;
                return None;
            }
        },
    };
    if !inner!(&mut stream, Stream, inner => preface(inner).await) {
        return None;
    }
    match &stream {
        Stream::Plain(watched) => watched.place.arrived(),
        Stream::Tls(stream) => stream.get_ref().0.place.arrived(),
    }
    Some(Connection { stream, replayed: 0 })
}

/// Reads the preface; false if it is none.
async fn preface(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> bool {
    let mut read = [0; PREFACE.len()];
    let mut len = 0;
    while len < read.len() {
        match stream.read(&mut read[len..]).await {
            Ok(more) if more > 0 => len += more,
            _ => return false,
        }
        if read[..len] != PREFACE[..len] {
            // A method of HTTP/1 is in capitals.
            if read[0].is_ascii_uppercase() {
                let _ = timeout(FAREWELL, refuse(stream)).await;
            }
            return false;
        }
    }
    true
}

/// Answers in HTTP/1.
async fn refuse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{NOT_HTTP1}",
        NOT_HTTP1.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    farewell(stream).await
}

/// Ends a connection on this side and reads what is left: closing before that would
/// take away what was said last, such as why TLS was refused.
async fn farewell(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.shutdown().await?;
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

impl Watched {
    /// Fails when the place is needed.
    fn check(&self) -> io::Result<()> {
        match self.place.is_closed() {
            true => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the place was needed")),
            false => Ok(()),
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled =
            inner!(&mut self.socket, socket => Pin::new(socket).poll_read(context, buffer));
        match polled {
            Poll::Ready(result) => {
                self.place.heard();
                Poll::Ready(self.check().and(result))
            }
            Poll::Pending => {
                self.place.watch(context.waker());
                // It may have been closed in between.
                self.check()?;
                Poll::Pending
            }
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        inner!(&mut self.socket, socket => Pin::new(socket).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        inner!(&mut self.socket, socket => Pin::new(socket).poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        inner!(&self.socket, socket => socket.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(&mut self.socket, socket => Pin::new(socket).poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(&mut self.socket, socket => Pin::new(socket).poll_shutdown(context))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.replayed < PREFACE.len() {
            let left = &PREFACE[self.replayed..];
            let len = left.len().min(buffer.remaining());
            buffer.put_slice(&left[..len]);
            self.replayed += len;
            return Poll::Ready(Ok(()));
        }
        inner!(&mut self.stream, Stream, stream => Pin::new(stream).poll_read(context, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        inner!(&mut self.stream, Stream, stream => Pin::new(stream).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        inner!(&mut self.stream, Stream, stream => {
            Pin::new(stream).poll_write_vectored(context, parts)
        })
    }

    fn is_write_vectored(&self) -> bool {
        inner!(&self.stream, Stream, stream => stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(&mut self.stream, Stream, stream => Pin::new(stream).poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(&mut self.stream, Stream, stream => Pin::new(stream).poll_shutdown(context))
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}
