//! The answer to a request as it comes in: headers, messages, trailers.

use std::future::poll_fn;
use std::io::Read;
use std::pin::Pin;

use hyper::body::{Body, Incoming};
use hyper::header::HeaderMap;
use hyper::{Request, Response};

use super::status::Status;
use super::{Limit, Link, faults, metadata};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::rpc::address::Address;
use crate::rpc::is_grpc;
use crate::wire::limits::GRPC_HEAD_LEN;
use crate::wire::reader::bytes_of;

/// How messages are packed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
}

/// An answer on its way.
pub(super) struct Answer<'l> {
    link: &'l Link,
    address: &'l Address,
    headers: HeaderMap,
    body: Incoming,
    packing: Packing,
    /// What a message may have.
    limit: Limit,
    /// What has arrived, of which so many bytes are done with.
    arrived: Vec<u8>,
    done: usize,
    /// How many messages there were.
    count: u64,
    trailers: Option<HeaderMap>,
}

impl<'l> Answer<'l> {
    /// Looks at the headers of a response.
    ///
    /// # Errors
    ///
    /// It is no answer of gRPC.
    pub fn new(
        link: &'l Link,
        address: &'l Address,
        response: Response<Incoming>,
        limit: Limit,
    ) -> Result<Self> {
        let (parts, body) = response.into_parts();
        let headers = parts.headers;
        let is_grpc = is_grpc(&headers);
        // A proxy may answer with a status of its own kind as well.
        if !headers.contains_key("grpc-status") && (parts.status != 200 || !is_grpc) {
            return Err(no_grpc(address, parts.status, &headers));
        }
        let packing = match headers.get("grpc-encoding").map(|value| value.as_bytes()) {
            None | Some(b"identity") => Packing::None,
            Some(b"gzip") => Packing::Gzip,
            Some(other) => {
                let other = quote(&String::from_utf8_lossy(other));
                let what = format!("the server packs its messages by {other}, which is not known");
                return Err(Error::failure(what).hint("only gzip was offered to it"));
            }
        };
        let (arrived, done, count, trailers) = (Vec::new(), 0, 0, None);
        Ok(Answer { link, address, headers, body, packing, limit, arrived, done, count, trailers })
    }

    /// The headers as lines that can be shown.
    pub fn header_lines(&self) -> Vec<String> {
        metadata::lines(&self.headers)
    }

    /// The trailers as lines that can be shown, once there are no more messages.
    pub fn trailer_lines(&self) -> Vec<String> {
        self.trailers.as_ref().map(metadata::lines).unwrap_or_default()
    }

    /// How the call went, once there are no more messages.
    ///
    /// # Errors
    ///
    /// The server did not say.
    pub fn status(&self) -> Result<Status> {
        let of_trailers = self.trailers.as_ref().and_then(Status::of);
        of_trailers.or_else(|| Status::of(&self.headers)).ok_or_else(|| {
            Error::failure(format!("the answer of {} ends without a grpc-status", self.address))
                .hint("how the call went is not known; a proxy may have dropped the trailers")
        })
    }

    /// The next message; none when there are no more.
    ///
    /// # Errors
    ///
    /// The connection breaks off, or what comes is no message.
    pub async fn message(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(message) = self.whole()? {
                self.count += 1;
                return Ok(Some(message));
            }
            let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await;
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => {
                        self.arrived.drain(..self.done);
                        self.done = 0;
                        self.arrived.extend_from_slice(&data);
                    }
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                Some(Err(error)) => return Err(broken(self.link, self.address, &error)),
                None if self.arrived.len() > self.done => {
                    // Of a call that failed the rest of a message is no news.
                    return match self.status() {
                        Ok(status) if !status.is_ok() => Ok(None),
                        _ => Err(self.cut_short()),
                    };
                }
                None => return Ok(None),
            }
        }
    }

    fn whole(&mut self) -> Result<Option<Vec<u8>>> {
        let bytes = &self.arrived[self.done..];
        let Some((&[flag, ref length @ ..], rest)) = bytes.split_first_chunk::<GRPC_HEAD_LEN>()
        else {
            return Ok(None);
        };
        let length = u64::from(u32::from_be_bytes(*length));
        if flag > 1 || (flag == 1 && self.packing == Packing::None) {
            let what = format!("message {} of the answer begins with {flag}", self.count + 1);
            return Err(Error::failure(what).hint(match flag {
                1 => "it is packed, and how was not said",
                _ => "a message of gRPC begins with 0, or with 1 if it is packed",
            }));
        }
        if length > self.limit.bytes {
            return Err(self.too_large(&format!("has {}", bytes_of(length))));
        }
        // At most what is allowed for, as was looked at above.
        let Some(message) = rest.get(..length as usize) else { return Ok(None) };
        let message = match flag {
            0 => message.to_vec(),
            _ => self.unpacked(message)?,
        };
        self.done += GRPC_HEAD_LEN + length as usize;
        Ok(Some(message))
    }

    fn unpacked(&self, packed: &[u8]) -> Result<Vec<u8>> {
        let mut message = Vec::new();
        let unpacked = flate2::read::GzDecoder::new(packed)
            .take(self.limit.bytes.saturating_add(1))
            .read_to_end(&mut message);
        if let Err(error) = unpacked {
            let number = self.count + 1;
            let what = format!("message {number} of the answer cannot be unpacked: ");
            return Err(Error::failure(what + &faults::reason(&error)));
        }
        match message.len() as u64 > self.limit.bytes {
            true => Err(self.too_large("unpacks to more")),
            false => Ok(message),
        }
    }

    #[cold]
    fn too_large(&self, has: &str) -> Error {
        let Limit { bytes, whose, mend } = self.limit;
        let (number, max) = (self.count + 1, bytes_of(bytes));
        Error::failure(format!("message {number} of {whose} {has}, and {max} are accepted"))
            .hint(mend)
    }

    #[cold]
    fn cut_short(&self) -> Error {
        let left = bytes_of((self.arrived.len() - self.done) as u64);
        let number = self.count + 1;
        Error::failure(format!("the answer ends in the middle of message {number}"))
            .line(format!("{left} of it came"))
    }
}

/// A request that was not answered.
pub(super) struct Unmade {
    pub error: Error,
    /// Whether the server has not begun with it, and never will.
    pub is_unsent: bool,
}

/// Sends a request, and gives the beginning of its answer.
pub(super) async fn asked(
    link: &Link,
    address: &Address,
    request: Request<super::Body>,
) -> std::result::Result<Response<Incoming>, Unmade> {
    link.sender.clone().try_send_request(request).await.map_err(|mut unmade| {
        // It comes back where the connection did not take it any more.
        let came_back = unmade.take_message().is_some();
        let error = unmade.into_error();
        let is_unsent = came_back || faults::http2(&error).is_some_and(faults::is_goodbye);
        let error = match came_back {
            true => faults::not_taken(address, link.ended().as_deref()),
            false => broken(link, address, &error),
        };
        Unmade { error, is_unsent }
    })
}

/// What to say of a call that broke off.
#[cold]
fn broken(link: &Link, address: &Address, error: &hyper::Error) -> Error {
    match faults::http2(error) {
        Some(error) => faults::of_http2(address, error),
        // What ended the connection says more than that it is closed.
        None => faults::broken(address, &link.ended().unwrap_or_else(|| faults::reason(error))),
    }
}

#[cold]
fn no_grpc(address: &Address, status: hyper::StatusCode, headers: &HeaderMap) -> Error {
    let content = metadata::shown(headers, "content-type");
    let content = content.map(|content| format!("its content-type is {content}"));
    let what = match status.as_u16() {
        200 => format!("{address} answered, but not in gRPC"),
        _ => format!("{address} answered with the HTTP status {status}, not in gRPC"),
    };
    let error = Error::failure(what);
    let error = match content {
        Some(content) => error.line(content),
        None => error.line("it has no content-type"),
    };
    error.hint(match status.as_u16() {
        401 | 403 => "it may want a header: `-H 'authorization: …'`",
        404 => "is it a server of gRPC, or does a proxy lead elsewhere?",
        502..=504 => "a proxy answers, and the server behind it does not",
        _ => "is it a server of gRPC?",
    })
}
