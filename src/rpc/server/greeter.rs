//! The service that is known without being told.

use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status, async_trait};

use crate::schema::builtin::types::greeter_server::{Greeter, GreeterServer};
use crate::schema::builtin::types::{HelloRequest, HelloResponse};

/// The path of its one method.
pub const PATH: &str = "/Greeter/SayHello";

/// What stands before the name in a greeting.
const GREETING: &str = "我是";

/// Greets.
pub struct Hello;

/// The service, for messages of up to `max` bytes.
pub fn server(max: usize) -> GreeterServer<Hello> {
    GreeterServer::new(Hello)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(max)
        // The greeting may be what makes an answer larger than its request.
        .max_encoding_message_size(max.saturating_add(GREETING.len()))
}

#[async_trait]
impl Greeter for Hello {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloResponse>, Status> {
        let mut name = request.into_inner().name;
        name.insert_str(0, GREETING);
        Ok(Response::new(HelloResponse { name }))
    }
}
