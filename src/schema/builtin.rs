//! The schemas that are known without being told, compiled by `build.rs`:
//! `proto/hello.proto`, and the well-known types.

use super::Schema;
use super::descriptor::{FileDescriptor, read};
use crate::error::Result;

/// The serialized `FileDescriptorSet` of `proto/hello.proto`, with comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hello.binpb"));

/// The serialized `FileDescriptorSet` of `google/protobuf/`.
pub const WELL_KNOWN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/well_known.binpb"));

/// The serialized `FileDescriptorSet` of `proto/status.proto`.
#[cfg(feature = "grpc")]
const STATUS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/status.binpb"));

/// The type that is meant when none is named.
pub const DEFAULT_TYPE: &str = "HelloRequest";

/// The package of the well-known types.
pub const WELL_KNOWN_PACKAGE: &str = "google.protobuf";

/// The built-in schema, with comments if they are wanted.
///
/// # Errors
///
/// None in a program that was built from this tree: a test reads it.
pub fn schema(comments: bool) -> Result<Schema> {
    Schema::built_in(DESCRIPTOR_SET, comments)
}

/// The details of a status of gRPC.
///
/// # Errors
///
/// None in a program that was built from this tree: a test reads it.
#[cfg(feature = "grpc")]
pub fn status_details() -> Result<Schema> {
    Schema::built_in(STATUS, false)
}

/// The files of the well-known types.
///
/// # Errors
///
/// None in a program that was built from this tree: a test reads them.
pub fn well_known() -> Result<Vec<FileDescriptor>> {
    read::set(WELL_KNOWN, false)
}

/// The types that prost generates from the same file, for a Rust program that
/// knows its types when it is compiled.
pub mod types {
    #![allow(missing_docs, reason = "generated; the comments of the .proto file are carried over")]
    include!(concat!(env!("OUT_DIR"), "/_.rs"));
}
