//! ProtoJSON: [`print()`] writes it, [`parse()`] reads it.
//!
//! The mapping is that of the ProtoJSON guide; the grammar is RFC 8259,
//! without its liberties: no comments, no trailing commas, no lone surrogates.

mod any;
mod lex;
mod mistakes;
mod parse;
mod pretty;
mod print;
mod scalar;
mod skeleton;
mod special;
mod wellknown;

pub use parse::{ParseOptions, parse};
pub use pretty::pretty;
pub use print::{PrintOptions, print};
pub use scalar::number;
pub use skeleton::skeleton;
