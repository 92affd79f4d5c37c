//! `hello`: Protocol Buffers for the shell.
//!
//! The library behind the binary, in layers; each knows only those below it:
//!
//! - [`cli`]: the commands, and what they share: input and output, formats,
//!   the schema options, field flags. The only home of clap.
//! - `rpc`: the gRPC server and client, behind the feature `grpc`.
//! - [`stream`]: many messages one after another: framings, and the pump.
//! - [`describe`]: a schema as people read it: `.proto` text, lists of names.
//! - [`codec`]: binary, JSON and text in and out, without any I/O.
//! - [`schema`]: descriptors and names, where they come from.
//! - [`table`]: the compiled schema, plain data for the codec.
//! - [`wire`]: varints, tags, the reader and the writer, every limit.
//! - [`error`] and [`escape`]: for everyone.
//!
//! A Rust program that knows its types when it is compiled finds those of the
//! built-in schema, as prost generates them, in [`schema::builtin::types`].

pub mod cli;
pub mod codec;
pub mod describe;
pub mod error;
pub mod escape;
pub mod inspect;
#[cfg(feature = "grpc")]
pub mod rpc;
pub mod schema;
pub mod stream;
pub mod table;
pub mod wire;
