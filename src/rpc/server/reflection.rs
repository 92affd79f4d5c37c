//! Reflection: what a server offers, told to whoever asks.
//!
//! The two versions of the protocol differ in the name of the package only, so
//! one text stands for both.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio_stream::Stream;
use tonic::{Code, Request, Response, Status, Streaming, async_trait};

use crate::error::names;
use crate::escape::quote;
use crate::schema::index::Index;

/// What there is to tell.
pub struct Offered {
    /// The files of all that is served.
    pub index: Index,
    /// The full names of the services.
    pub services: Vec<String>,
}

impl Offered {
    /// A file and its imports, but for those that this stream has sent.
    fn files(
        &self,
        found: Option<usize>,
        sent: &mut BTreeSet<usize>,
        what: impl FnOnce() -> String,
    ) -> Result<Vec<Vec<u8>>, String> {
        found.map(|file| self.index.with_imports(file, sent)).ok_or_else(what)
    }
}

macro_rules! version {
    ($version:ident, $name:literal) => {
        /// The protocol in this version.
        pub mod $version {
            use super::*;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::server_reflection_server::{
                ServerReflection, ServerReflectionServer,
            };
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse,
                ListServiceResponse, ServerReflectionRequest, ServerReflectionResponse,
                ServiceResponse,
            };

            /// The full name of the service.
            pub const NAME: &str = $name;

            /// The service.
            pub type Server = ServerReflectionServer<Reflection>;

            /// Answers what is asked.
            pub struct Reflection(Arc<Offered>);

            /// The service that tells what is `offered`.
            pub fn server(offered: Arc<Offered>) -> Server {
                ServerReflectionServer::new(Reflection(offered))
            }

            #[async_trait]
            impl ServerReflection for Reflection {
                type ServerReflectionInfoStream = Answers;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Answers>, Status> {
                    Ok(Response::new(Answers {
                        requests: request.into_inner(),
                        offered: Arc::clone(&self.0),
                        sent: BTreeSet::new(),
                    }))
                }
            }

            /// An answer for each request, in order.
            pub struct Answers {
                requests: Streaming<ServerReflectionRequest>,
                offered: Arc<Offered>,
                /// The files that were sent.
                sent: BTreeSet<usize>,
            }

            impl Stream for Answers {
                type Item = Result<ServerReflectionResponse, Status>;

                fn poll_next(
                    mut self: Pin<&mut Self>,
                    context: &mut Context<'_>,
                ) -> Poll<Option<Self::Item>> {
                    let next = ready!(Pin::new(&mut self.requests).poll_next(context));
                    Poll::Ready(next.map(|request| request.map(|request| self.answer(request))))
                }
            }

            impl Answers {
                fn answer(&mut self, request: ServerReflectionRequest) -> ServerReflectionResponse {
                    let answer = match &request.message_request {
                        Some(asked) => {
                            self.look_up(asked).unwrap_or_else(|what| error(Code::NotFound, what))
                        }
                        None => error(Code::InvalidArgument, String::from("nothing is asked for")),
                    };
                    ServerReflectionResponse {
                        valid_host: request.host.clone(),
                        original_request: Some(request),
                        message_response: Some(answer),
                    }
                }

                fn look_up(&mut self, asked: &MessageRequest) -> Result<MessageResponse, String> {
                    let (offered, sent) = (&self.offered, &mut self.sent);
                    let index = &offered.index;
                    let files = match asked {
                        MessageRequest::FileByFilename(name) => {
                            offered.files(index.file(name), sent, || no_file(name))
                        }
                        MessageRequest::FileContainingSymbol(name) => {
                            offered.files(index.file_of_symbol(name), sent, || no_symbol(name))
                        }
                        MessageRequest::FileContainingExtension(extension) => {
                            let (name, number) =
                                (&extension.containing_type, extension.extension_number);
                            let found = index.file_of_extension(name, number);
                            offered.files(found, sent, || no_extension(name, number))
                        }
                        MessageRequest::AllExtensionNumbersOfType(name) => {
                            let numbers = index.extension_numbers(name);
                            let extension_number = numbers.ok_or_else(|| no_symbol(name))?;
                            let base_type_name = name.clone();
                            return Ok(MessageResponse::AllExtensionNumbersResponse(
                                ExtensionNumberResponse { base_type_name, extension_number },
                            ));
                        }
                        MessageRequest::ListServices(_) => {
                            let names = offered.services.iter();
                            let service = names.map(|name| ServiceResponse { name: name.clone() });
                            let service = service.collect();
                            return Ok(MessageResponse::ListServicesResponse(
                                ListServiceResponse { service },
                            ));
                        }
                    };
                    files.map(|file_descriptor_proto| {
                        MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
                            file_descriptor_proto,
                        })
                    })
                }
            }

            fn error(code: Code, error_message: String) -> MessageResponse {
                MessageResponse::ErrorResponse(ErrorResponse {
                    error_code: code as i32,
                    error_message,
                })
            }
        }
    };
}

version!(v1, "grpc.reflection.v1.ServerReflection");
version!(v1alpha, "grpc.reflection.v1alpha.ServerReflection");

fn no_file(name: &str) -> String {
    format!("there is no file {}", quote(name))
}

fn no_symbol(name: &str) -> String {
    format!("nothing is named {}", quote(name))
}

fn no_extension(name: &str, number: i32) -> String {
    format!("{} has no extension {number}", names::shown(name))
}
