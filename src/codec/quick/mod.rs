//! The quick paths: a record in the common form, straight from the bytes to
//! JSON or from JSON to the bytes.
//!
//! They know no error. Whatever is not in the common form (a field out of
//! order, an unknown one, a value that is wrong, a type of its own in JSON)
//! makes them give up, and the plain codec does the record over from its
//! start: it is what decides, and what they are tested against. So they may
//! be fast where it must be careful:
//!
//! * They write into a [`Slab`], whose bytes are all there already: blocks of
//!   a fixed length, with one check each, of which the end is written over by
//!   what follows.
//! * They read blocks of a fixed length too, beyond the end of a record: what
//!   holds the record has [`SLACK`] bytes behind it.
//! * Places are passed by value, and one of them says that they
//!   gave up, so that both stay in registers.

mod base64;
mod block;
mod decimal;
mod entry;
mod enums;
mod from_json;
mod number;
mod parse;
mod parse_map;
mod plan;
mod print;
mod print_map;
mod print_number;
mod put;
mod read_number;
mod read_string;
mod slab;
mod string;
mod text;
mod to_json;
mod wire;
mod word;

pub use from_json::FromJson;
pub use plan::Plan;
pub use slab::Slab;
pub use string::plain_len;
pub use text::{Checked, ToText};
pub use to_json::ToJson;

/// The bytes that have to stand behind a record.
pub const SLACK: usize = 72;

/// The place that says that there is none.
const GIVEN_UP: usize = usize::MAX;

/// How far reading and writing are: behind what was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    pos: usize,
    o: usize,
}

const NOWHERE: Place = Place { pos: GIVEN_UP, o: GIVEN_UP };

/// Levels of messages that are followed; the plain codec counts what is deeper.
const DEPTH_QUICK: u32 = 48;
