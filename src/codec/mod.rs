//! The codec: bytes of a message in, JSON, text or one value out, and back.
//!
//! It does no input or output: `&[u8]` in, `&mut Vec<u8>` out. What a caller
//! appended before stays; on an error what the failing call appended is to be
//! dropped by the caller, who knows where it began.
//!
//! - [`binary`] walks the bytes of a message in field order, for whoever
//!   prints them: [`json::print`], [`text::print`], [`select`], [`check`],
//!   [`rewrite`].
//! - [`build`] gathers values and writes the bytes of a message, for whoever
//!   reads them: [`json::parse`], [`text::parse`] and the field flags.
//! - [`diff`](mod@diff) compares two messages, rewritten, in step.
//! - [`wellknown`] has the well-known types as text has them.
//! - [`partial`] takes of a broken message what stands before the fault.
//! - [`notes`] carries what was understood but is worth a warning.

pub mod base64_text;
pub mod binary;
pub mod build;
pub mod check;
mod cursor;
pub mod diff;
mod encode;
mod faults;
pub mod hex_text;
pub mod json;
pub mod notes;
pub mod partial;
pub mod path;
pub mod quick;
pub mod range;
pub mod rewrite;
pub mod select;
pub mod text;
pub mod wellknown;

pub use cursor::Origin;
pub use notes::Notes;
