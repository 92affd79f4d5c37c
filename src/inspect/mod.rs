//! The bytes of a message with what each of them means: every byte once, in
//! order, whether they can be read or not.
//!
//! [`view()`] walks a record and hands [`Row`]s to a [`Sink`]: [`Columns`] for
//! people, [`JsonLines`] for programs. With a type it says what the schema
//! says, and where the bytes disagree with it; without one, what they most
//! likely are and what else they may be ([`guess`]).
//!
//! The walk goes over the bytes once, in their order, and keeps nothing but
//! the messages that it stands in. What is a fault here is what the codec
//! refuses, in the same words, since both have them from [`crate::wire`].

mod columns;
pub mod guess;
mod json;
mod overrule;
mod readings;
mod row;
mod seen;
mod value;
mod walk;

pub use columns::{Columns, Layout, Paint};
pub use json::JsonLines;
pub use overrule::{KINDS, Overrules};
pub use row::{Named, Part, Remark, Row, Shown, Sink};
pub use walk::{Outcome, frame, unread, view};
