//! Compiles `proto/shapes.proto` into a descriptor set, prost types and
//! pbjson's serde implementations, without an installed `protoc`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use protox::prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    let set = protox::compile(["shapes.proto"], ["proto"])?;
    let bytes = set.encode_to_vec();
    fs::write(out.join("shapes.binpb"), &bytes)?;
    // Maps in the order of their keys, so that their bytes can be compared.
    prost_build::Config::new()
        .btree_map(["."])
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(set)?;
    pbjson_build::Builder::new()
        .register_descriptors(&bytes)?
        .btree_map(["."])
        .build(&[".shapes"])?;
    Ok(())
}
