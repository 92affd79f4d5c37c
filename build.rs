//! Compiles `proto/` into prost types and the embedded descriptor sets, without
//! an installed `protoc`: protox compiles the files.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use protox::Compiler;
use protox::file::GoogleFileResolver;
use protox::prost::Message;

/// The well-known types: protox carries them.
const WELL_KNOWN: [&str; 12] = [
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/compiler/plugin.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    let set = protox::compile(["hello.proto"], ["proto"])?;
    fs::write(out.join("hello.binpb"), set.encode_to_vec())?;
    prost_build::Config::new().compile_fds(set)?;
    let mut well_known = Compiler::with_file_resolver(GoogleFileResolver::new());
    well_known.include_source_info(false).include_imports(true).open_files(WELL_KNOWN)?;
    fs::write(out.join("well_known.binpb"), well_known.encode_file_descriptor_set())?;
    Ok(())
}
