//! Generates the Greeter of `proto/hello.proto`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../proto/hello.proto");
    let set = protox::compile(["hello.proto"], ["../../proto"])?;
    let service = tonic_prost_build::configure().build_client(false).build_transport(false);
    prost_build::Config::new().service_generator(service.service_generator()).compile_fds(set)?;
    Ok(())
}
