//! ProtoJSON: [`print()`] writes it, [`parse()`] reads it.
//!
//! The mapping is that of the ProtoJSON guide; the grammar is RFC 8259,
//! without its liberties: no comments, no trailing commas, no lone surrogates.

mod lex;
mod parse;
mod print;

pub use parse::parse;
pub use print::print;
