//! Field flags: `--name bobby`, `--address.city Paris`, `--set name=bobby`.
//!
//! They are taken out of the words before clap sees them, because any field at
//! any depth is one: [`words`] finds them, [`value`] turns their text into
//! values, [`tree`] writes the message. For help clap is told of the message's
//! own fields and of those one level below: [`help`].

pub mod help;
mod tree;
mod value;
pub mod words;

pub use tree::bytes;
pub use words::{Given, take};

use crate::table::Root;

/// How a field that is named like an option is set, when the option was given
/// a value that it doesn't take.
pub fn shadow_hint(root: Root<'_>, option: &str, value: &str) -> Option<String> {
    crate::codec::path::find(root.message(), option)?;
    Some(format!("to set the field `{option}`, say `{}`", words::spelled(option, value, true)))
}
