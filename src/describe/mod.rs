//! A schema as people read it: [`mod@unit`] prints `.proto` text that `protoc`
//! compiles again, [`find`] says what a name means, [`list`] lists what there
//! is.
//!
//! Text is made of the descriptors as they came ([`raw`]), so that nothing
//! that this program does not use is lost: options, defaults, ranges,
//! comments. What names stand for is asked of the pool of the schema.

mod comments;
mod default;
mod field;
pub mod find;
pub mod list;
mod message;
mod nodes;
pub mod options;
pub mod raw;
mod rest;
pub mod set;
pub mod source;
mod top;
pub mod unit;

pub use unit::{Described, Unit};
