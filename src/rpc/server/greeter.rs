//! The service that is known without being told.

use std::sync::Arc;

use prost::Message;
use prost::bytes::Buf;
use tonic::body::Body;
use tonic::codec::{BufferSettings, Codec, CompressionEncoding, DecodeBuf, Decoder};
use tonic::codegen::BoxFuture;
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status, async_trait};
use tonic_prost::ProstCodec;

use super::refusal;
use crate::codec::rewrite;
use crate::error::{self, Error};
use crate::schema::builtin::types::greeter_server::Greeter;
use crate::schema::builtin::types::{HelloRequest, HelloResponse};
use crate::schema::{Compiled, builtin};

/// The path of its one method.
pub const PATH: &str = "/Greeter/SayHello";

/// What stands before the name in a greeting.
const GREETING: &str = "我是";

/// The service as it is served.
#[derive(Clone)]
pub struct Served {
    input: Arc<Compiled>,
    max: usize,
}

impl Served {
    /// For messages of up to `max` bytes.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree.
    pub fn new(max: usize) -> error::Result<Self> {
        let schema = builtin::schema(false)?;
        let input = Arc::new(schema.compile(schema.message("HelloRequest")?)?);
        Ok(Served { input, max })
    }

    /// Answers a call. The server that tonic generates does the same, with a codec
    /// that is prost's alone.
    pub async fn answer(self, request: http::Request<Body>) -> http::Response<Body> {
        let mut grpc = Grpc::new(Requests(self.input))
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(self.max)
            // The greeting may be what makes an answer larger than its request.
            .max_encoding_message_size(self.max.saturating_add(GREETING.len()));
        grpc.unary(Hello, request).await
    }
}

/// Greets.
struct Hello;

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

impl UnaryService<HelloRequest> for Hello {
    type Response = HelloResponse;
    type Future = BoxFuture<Response<HelloResponse>, Status>;

    fn call(&mut self, request: Request<HelloRequest>) -> Self::Future {
        Box::pin(async { Hello.say_hello(request).await })
    }
}

/// Requests as prost reads them, or as our codec does where prost refuses: a known
/// field of another wire type is an unknown one to the official implementations, and
/// what is wrong is to be said in the words of `hello decode`.
struct Requests(Arc<Compiled>);

type Prost = ProstCodec<HelloResponse, HelloRequest>;

impl Codec for Requests {
    type Encode = HelloResponse;
    type Decode = HelloRequest;
    type Encoder = <Prost as Codec>::Encoder;
    type Decoder = Reader;

    fn encoder(&mut self) -> Self::Encoder {
        Prost::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Reader {
        Reader(Arc::clone(&self.0))
    }
}

struct Reader(Arc<Compiled>);

impl Decoder for Reader {
    type Item = HelloRequest;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<HelloRequest>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        let read = HelloRequest::decode(&*bytes).or_else(|_| self.read(&bytes));
        read.map(Some).map_err(|error| refusal::invalid(&error))
    }
}

impl Reader {
    /// Reads what prost refuses. Only what is known, written anew, is left to it.
    #[cold]
    fn read(&self, bytes: &[u8]) -> error::Result<HelloRequest> {
        let mut known = Vec::new();
        rewrite::rewrite(self.0.root(), bytes, false, &mut known)?;
        HelloRequest::decode(&*known).map_err(|error| Error::failure(error.to_string()))
    }
}
