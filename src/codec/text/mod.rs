//! The text format: [`print()`] writes it, [`parse()`] reads it.
//!
//! The grammar is that of the text format language specification.

mod lex;
mod mistakes;
mod parse;
mod print;
mod scalar;
mod unknown;

pub use parse::parse;
pub(super) use print::print_inside;
pub use print::{Layout, PrintOptions, print, print_scalar};
pub(super) use unknown::print as print_unknown;
