//! Leads each call to who answers it, by its path.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::ALLOW;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::{Code, Status};
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::HealthService;
use tower_service::Service;

use super::given::Given;
use super::greeter::{self, Hello};
use super::log::{self, Say};
use super::reflection::{v1, v1alpha};
use crate::error::names;
use crate::escape::quote;
use crate::rpc::is_grpc;
use crate::schema::builtin::types::greeter_server::GreeterServer;

/// All that is served.
pub struct Routes {
    /// The services that this is for.
    pub main: Main,
    /// Whether they are well.
    pub health: HealthServer<HealthService>,
    /// What they are.
    pub reflection: v1::Server,
    /// The same, as older clients ask for it.
    pub reflection_alpha: v1alpha::Server,
    /// The names of all services, and those of their methods.
    pub services: Vec<(String, Vec<String>)>,
    /// Where each call is told.
    pub log: Option<Say>,
}

/// The services that a server is for.
pub enum Main {
    /// The built-in one.
    Greeter(GreeterServer<Hello>),
    /// Those of a schema.
    Given(Given),
}

/// How prost begins to say that bytes are no message.
const NOT_DECODED: &str = "failed to decode Protobuf message";

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
            Main::Greeter(server) if path == greeter::PATH => {
                return with_our_codes(server.clone().call(request));
            }
            Main::Greeter(_) => {}
            Main::Given(given) => {
                if let Some(answer) = given.answering(path) {
                    return with_our_codes(answer(request));
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

/// The codes that say more than those of tonic: a message that is too large
/// exhausts a resource, as the official implementations have it, and bytes that
/// are no message are a mistake of the client's.
fn with_our_codes(answer: Answer) -> Answer {
    Box::pin(async move {
        let mut response = answer.await?;
        // Only an answer that failed at once has its status among the headers.
        let Some(status) = response.extensions().get::<Status>() else { return Ok(response) };
        let code = match status.code() {
            Code::OutOfRange => Code::ResourceExhausted,
            Code::Internal if status.message().starts_with(NOT_DECODED) => Code::InvalidArgument,
            _ => return Ok(response),
        };
        response.headers_mut().insert(Status::GRPC_STATUS, HeaderValue::from(code as i32));
        Ok(response)
    })
}
