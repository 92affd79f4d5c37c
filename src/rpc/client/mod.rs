//! A connection to a server, and calls over it.
//!
//! A message is bytes here: what they mean is known above. Everything that the
//! server sends is taken as hostile: it is bounded as it is read, and escaped
//! before it is shown.
//!
//! - [`connect`]: a socket, TLS, HTTP/2; [`faults`]: what is wrong with them;
//!   [`witness`]: what the other side began with.
//! - [`body`]: the messages of a request; `answer`: those of the answer.
//! - [`metadata`]: headers; [`status`]: how a call went.
//! - [`reflection`]: the schema of the server, as it tells it.
//!
//! tokio runs on the thread of the caller, and only while a call does.

mod answer;
pub mod body;
pub mod connect;
pub mod faults;
mod many;
pub mod metadata;
pub mod reflection;
pub mod status;
pub mod witness;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri, Version};
use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};
use crate::wire::limits::CALL_MESSAGE_MAX;
use answer::Answer;
use body::{Body, Fault, Requests};
use connect::{Link, Route};
use metadata::Metadata;
use status::Status;

pub use many::{more_than_one, no_message};

/// A connection to a server.
pub struct Client {
    runtime: Runtime,
    link: Arc<Link>,
    route: Route,
}

/// What is to be called, and how.
#[derive(Clone)]
pub struct Call {
    /// `/pkg.Service/Method`.
    pub path: String,
    /// Headers of the user.
    pub metadata: Metadata,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// What a message of the answer may have.
    pub limit: Limit,
    /// Whether headers and trailers are told.
    pub watched: bool,
}

/// The bytes that a message of an answer may have, and what is said where it has
/// more.
#[derive(Clone, Copy)]
pub struct Limit {
    /// The bytes.
    pub bytes: u64,
    /// Whose messages they are.
    pub whose: &'static str,
    /// What helps.
    pub mend: &'static str,
}

impl Limit {
    /// That of a user who named it.
    pub fn given(bytes: u64) -> Self {
        Limit { bytes, ..Limit::default() }
    }
}

impl Default for Limit {
    fn default() -> Self {
        let mend = "`--max-message-size` accepts more";
        Limit { bytes: CALL_MESSAGE_MAX, whose: "the answer", mend }
    }
}

/// The requests of a call.
pub enum Messages {
    /// These.
    Given(Vec<Vec<u8>>),
    /// As they are brought.
    Brought(Requests),
}

/// Whoever is told how a call goes.
pub trait Watch {
    /// The headers of the request, made safe, a line each.
    fn request(&mut self, headers: &[String]);

    /// The headers of the answer.
    fn headers(&mut self, headers: &[String]);

    /// A message of the answer.
    ///
    /// # Errors
    ///
    /// No more are wanted.
    fn message(&mut self, message: Vec<u8>) -> Result<()>;

    /// The trailers.
    fn trailers(&mut self, trailers: &[String]);
}

/// Whoever is told of the answers of many calls. An error of what [`Watch`] tells
/// ends one call; the others go on, if [`Answers::ended`] agrees.
pub trait Answers: Watch {
    /// What is told next is of the call of the request of this number, counted
    /// from 1.
    fn at(&mut self, number: u64);

    /// There is another connection, of which this is to be said.
    fn connected(&mut self, facts: &[String]);

    /// How the call ended.
    ///
    /// # Errors
    ///
    /// No more calls are to be made.
    fn ended(&mut self, ended: Result<Status>) -> Result<()>;

    /// Nothing more is there for now.
    ///
    /// # Errors
    ///
    /// No more calls are to be made.
    fn waiting(&mut self) -> Result<()>;
}

impl Client {
    /// Connects to a server.
    ///
    /// # Errors
    ///
    /// It cannot be reached, or doesn't speak as expected.
    pub fn connect(route: Route) -> Result<Client> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Error::failure(format!("the system gives no events: {}", faults::reason(&error)))
        })?;
        match runtime.block_on(Link::open(&route)) {
            Ok(link) => Ok(Client { runtime, link: Arc::new(link), route }),
            Err(error) => {
                // A name that is still looked up is not waited for.
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// What there is to say of the connection, a line each.
    pub fn facts(&self) -> &[String] {
        &self.link.facts
    }

    /// The server's address, as messages show it.
    pub fn server(&self) -> String {
        self.route.address.to_string()
    }

    /// Makes a call, and gives how it went.
    ///
    /// # Errors
    ///
    /// The call could not be made, or broke off; its time ran out; what
    /// brings the requests failed; `watch` wants no more.
    pub fn call(&self, call: &Call, messages: Messages, watch: &mut dyn Watch) -> Result<Status> {
        let fault = Fault::default();
        let body = match messages {
            Messages::Given(messages) => Body::of(&messages)?,
            Messages::Brought(requests) => Body::streamed(requests, &fault),
        };
        let has_begun = AtomicBool::new(false);
        let made = self.make(call, body, watch, &has_begun);
        let result = self.runtime.block_on(within(call.timeout, &has_begun, made));
        match fault.take() {
            Some(error) => Err(error),
            None => result,
        }
    }

    /// Makes a call for each request that is brought, some at a time; what they
    /// answer comes in the order of the requests. Where the connection ends, the
    /// requests that were not sent go over another.
    ///
    /// # Errors
    ///
    /// `answers` wants no more; no other connection can be had.
    pub fn calls(&self, call: &Call, requests: Requests, answers: &mut dyn Answers) -> Result<()> {
        self.runtime.block_on(many::run(&self.link, &self.route, call, requests, answers))
    }

    async fn make(
        &self,
        call: &Call,
        body: Body,
        watch: &mut dyn Watch,
        has_begun: &AtomicBool,
    ) -> Result<Status> {
        let address = &self.route.address;
        let request = request(&self.link, call, body)?;
        if call.watched {
            watch.request(&metadata::lines(request.headers()));
        }
        let response = answer::asked(&self.link, address, request).await.map_err(|it| it.error)?;
        let mut answer = Answer::new(&self.link, address, response, call.limit)?;
        if call.watched {
            watch.headers(&answer.header_lines());
        }
        while let Some(message) = answer.message().await? {
            has_begun.store(true, Ordering::Relaxed);
            watch.message(message)?;
        }
        if call.watched {
            watch.trailers(&answer.trailer_lines());
        }
        answer.status()
    }
}

/// What `made` comes to, if it does in time. `has_begun` says whether a part of
/// the answer has come.
async fn within<T>(
    time: Option<Duration>,
    has_begun: &AtomicBool,
    made: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(time) = time else { return made.await };
    let start = Instant::now();
    let late = || status::too_late(&faults::time(time), has_begun.load(Ordering::Relaxed));
    match tokio::time::timeout(time, made).await {
        Err(_) => Err(late()),
        // The server knows the time too, and may break off at the same moment.
        Ok(Err(error)) if start.elapsed() >= time && error.status() == 1 => Err(late()),
        Ok(result) => result,
    }
}

fn request(link: &Link, call: &Call, body: Body) -> Result<Request<Body>> {
    let uri = Uri::builder()
        .scheme(link.scheme)
        .authority(link.authority.as_str())
        .path_and_query(call.path.as_str())
        .build()
        .map_err(|error| Error::usage(format!("no such URL can be: {}", faults::reason(&error))))?;
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    let mut put = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    put("te", "trailers");
    put("content-type", "application/grpc");
    put("grpc-accept-encoding", "gzip");
    put("user-agent", concat!("hello/", env!("CARGO_PKG_VERSION")));
    if let Some(time) = call.timeout {
        put_timeout(headers, time);
    }
    call.metadata.put(headers);
    Ok(request)
}

/// The time in the largest number of at most eight digits, which is what the
/// header may have.
fn put_timeout(headers: &mut HeaderMap, time: Duration) {
    let units = [
        (time.as_nanos(), 'n'),
        (time.as_micros(), 'u'),
        (time.as_millis(), 'm'),
        (time.as_secs().into(), 'S'),
        ((time.as_secs() / 60).into(), 'M'),
        ((time.as_secs() / 3600).into(), 'H'),
    ];
    let fits = units.iter().find(|(number, _)| *number < 100_000_000);
    // Longer than eleven thousand years is as good as no limit.
    if let Some(value) = fits.and_then(|(number, unit)| format!("{number}{unit}").parse().ok()) {
        headers.insert("grpc-timeout", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_fits_in_its_header() {
        let cases = [
            (Duration::from_millis(50), "50000000n"),
            (Duration::from_millis(500), "500000u"),
            (Duration::from_secs(2), "2000000u"),
            (Duration::from_secs(1000), "1000000m"),
            (Duration::from_secs(10_000_000), "10000000S"),
            (Duration::from_secs(60 * 99_999_999), "99999999M"),
            (Duration::from_secs(100_000_000 * 60), "1666666H"),
        ];
        for (time, expected) in cases {
            let mut headers = HeaderMap::new();
            put_timeout(&mut headers, time);
            assert_eq!(headers["grpc-timeout"], expected);
        }
    }
}
