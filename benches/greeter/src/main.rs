//! The Greeter with nothing but tonic: what `hello serve` is measured beside.
//! Its one argument is the address to listen on.

use std::error::Error;

use tonic::transport::Server;
use tonic::{Request, Response, Status};

mod types {
    include!(concat!(env!("OUT_DIR"), "/_.rs"));
}

use types::greeter_server::{Greeter, GreeterServer};
use types::{HelloRequest, HelloResponse};

struct Hello;

#[tonic::async_trait]
impl Greeter for Hello {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloResponse>, Status> {
        let name = format!("我是{}", request.into_inner().name);
        Ok(Response::new(HelloResponse { name }))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("the address is missing")?.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(Server::builder().serve(address, GreeterServer::new(Hello)))?;
    Ok(())
}
