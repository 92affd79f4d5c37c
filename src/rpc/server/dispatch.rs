//! Leads each call to who answers it, by its path.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::ALLOW;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tower_service::Service;

use super::given::{self, Given};
use super::greeter;
use super::health;
use super::log::{self, Say};
use super::reflection::{v1, v1alpha};
use super::refusal;
use crate::error::names;
use crate::escape::quote;
use crate::rpc::is_grpc;

/// All that is served.
pub struct Routes {
    /// The services that this is for.
    pub main: Main,
    /// Whether they are well.
    pub health: health::Server,
    /// What they are.
    pub reflection: v1::Server,
    /// The same, as older clients ask for it.
    pub reflection_alpha: v1alpha::Server,
    /// The names of all services, and those of their methods.
    pub services: Vec<(String, Vec<String>)>,
    /// The bytes of the largest message.
    pub max: usize,
    /// Where each call is told.
    pub log: Option<Say>,
}

/// The services that a server is for.
pub enum Main {
    /// The built-in one.
    Greeter(greeter::Served),
    /// Those of a schema.
    Given(Given),
}

/// Answers calls. Each connection has one.
#[derive(Clone)]
pub struct Dispatch(pub Arc<Routes>);

type Answer = BoxFuture<Response<Body>, Infallible>;

impl Service<Request<Body>> for Dispatch {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        match self.0.log {
            Some(say) => log::call(request, say, |request| self.0.route(request)),
            None => self.0.route(request),
        }
    }
}

impl Routes {
    fn route(&self, request: Request<Body>) -> Answer {
        if let Some(refusal) = refusal(&request) {
            return Box::pin(async { Ok(refusal) });
        }
        let path = request.uri().path();
        match &self.main {
            Main::Greeter(greeter) if path == greeter::PATH => {
                return in_our_words(greeter.clone().answer(request), self.max);
            }
            Main::Greeter(_) => {}
            Main::Given(given) => {
                if let Some(answering) = given.answering(path) {
                    return in_our_words(given::answer(answering, request), self.max);
                }
            }
        }
        let (service, method) = split(path);
        let known = self.services.iter().find(|(name, _)| name == service);
        if !known.is_some_and(|(_, methods)| methods.iter().any(|name| name == method)) {
            let status = self.unimplemented(service, method);
            return Box::pin(async { Ok(status.into_http()) });
        }
        match service {
            v1::NAME => self.reflection.clone().call(request),
            v1alpha::NAME => self.reflection_alpha.clone().call(request),
            _ => self.health.clone().call(request),
        }
    }

    #[cold]
    fn unimplemented(&self, service: &str, method: &str) -> Status {
        let what = match self.services.iter().find(|(name, _)| name == service) {
            Some((name, methods)) => {
                let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
                format!(
                    "the service {} has no method {}, it has {}",
                    names::shown(name),
                    quote(method),
                    names::list(&methods)
                )
            }
            None => {
                let all: Vec<&str> = self.services.iter().map(|(name, _)| name.as_str()).collect();
                format!("there is no service {}, there are {}", quote(service), names::list(&all))
            }
        };
        Status::unimplemented(what)
    }
}

/// The service and the method of a path.
fn split(path: &str) -> (&str, &str) {
    path.trim_start_matches('/').split_once('/').unwrap_or((path, ""))
}

/// The answer to what is HTTP/2, but no gRPC.
fn refusal(request: &Request<Body>) -> Option<Response<Body>> {
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Some(response);
    }
    let is_grpc = is_grpc(request.headers());
    (!is_grpc).then(|| plain(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer, in which tonic's words for a message that is too large are ours.
fn in_our_words(
    answer: impl Future<Output = Response<Body>> + Send + 'static,
    max: usize,
) -> Answer {
    Box::pin(async move {
        let response = answer.await;
        // Only an answer that failed at once has its status among the headers.
        let status = response.extensions().get::<Status>();
        let ours = status.and_then(|status| refusal::too_large(status, max));
        Ok(ours.map_or(response, Status::into_http))
    })
}
