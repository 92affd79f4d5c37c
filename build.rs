//! Compiles `proto/` into prost types and the embedded descriptor set, without
//! an installed `protoc`: protox compiles the files.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use protox::prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    let set = protox::compile(["hello.proto"], ["proto"])?;
    fs::write(out.join("hello.binpb"), set.encode_to_vec())?;
    prost_build::Config::new().compile_fds(set)?;
    Ok(())
}
