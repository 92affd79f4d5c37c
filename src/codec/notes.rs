//! What was understood, and done as the spec says, but is worth a warning.

use std::fmt;

use crate::error::{Error, Result};
use crate::wire::WireType;
use crate::wire::limits::WARNING_KINDS_MAX;
pub use crate::wire::limits::WARNING_LINES_MAX;
use crate::wire::reader::Reader;

/// What there is to note of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A known field with a wire type that its kind doesn't have: kept as an
    /// unknown field.
    WrongWireType {
        /// The wire type that was found.
        found: WireType,
        /// The wire type that the schema asks for.
        expected: WireType,
    },
    /// A singular field that occurs again: the last one counts.
    Repeated,
    /// A member of a oneof of which another member stands before it: that one
    /// is dropped.
    OtherOfOneof,
    /// An unknown field that the output cannot hold.
    LeftOut,
    /// A value that the field's closed enum doesn't have, which makes it an
    /// unknown field, that the output cannot hold.
    NoEnumValue,
}

/// One kind of note for one field, with its first place.
#[derive(Clone)]
pub struct Note {
    /// What there is to note.
    pub what: What,
    /// The field, as messages name it: `field 1 "name"`.
    pub field: String,
    /// The full name of the message type that the field stands in.
    pub message: String,
    /// The field number.
    pub number: u32,
    /// The offset of the first one's tag in the input.
    pub offset: u64,
    /// How often it was noted.
    pub count: u64,
}

impl Note {
    /// Whether `other` is of the same kind, for the same field.
    pub fn is_like(&self, other: &Note) -> bool {
        self.what == other.what && self.number == other.number && self.message == other.message
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::WrongWireType { found, expected } => {
                write!(f, "{} has wire type {found}, not {expected}, and is not read", self.field)
            }
            What::Repeated => {
                write!(f, "{} occurs more than once, the last one counts", self.field)
            }
            What::OtherOfOneof => {
                write!(f, "{} takes the place of another member of its oneof", self.field)
            }
            What::NoEnumValue => write!(
                f,
                "{} has a value that its enum does not have, which is left out of the JSON",
                self.field
            ),
            What::LeftOut => {
                write!(f, "{} is not in the schema and is left out of the JSON", self.field)
            }
        }
    }
}

/// The notes of a message or a stream, each kind for each field once.
#[derive(Clone, Default)]
pub struct Notes {
    strict: bool,
    list: Vec<Note>,
    beyond: u64,
}

impl Notes {
    /// An empty list; with `strict` the first note is an error instead.
    pub fn new(strict: bool) -> Self {
        Notes { strict, ..Notes::default() }
    }

    /// The notes, in the order of their first places.
    pub fn list(&self) -> &[Note] {
        &self.list
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.beyond == 0
    }

    /// Whether any of these is not like one of `seen`, and could still be
    /// remembered there.
    pub fn is_news_to(&self, seen: &Notes) -> bool {
        let is_new = |note: &Note| !seen.list.iter().any(|known| known.is_like(note));
        !seen.is_full() && self.list.iter().any(is_new)
    }

    /// Whether no other kind can be remembered.
    pub fn is_full(&self) -> bool {
        self.list.len() >= WARNING_KINDS_MAX
    }

    /// How often something was noted that the list had no more room for.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// An empty list that is as strict as this one.
    pub fn fresh(&self) -> Self {
        Notes::new(self.strict)
    }

    /// Notes `what` of the field `field` of the type `message`, whose tag is
    /// at `at`.
    ///
    /// # Errors
    ///
    /// The note itself, when notes are to be errors.
    #[cold]
    pub fn add(
        &mut self,
        what: What,
        message: &str,
        field: crate::wire::reader::Subject<'_>,
        reader: &Reader<'_>,
        at: usize,
    ) -> Result<()> {
        let number = field.number;
        let note = Note {
            what,
            field: field.to_string(),
            message: message.to_owned(),
            number,
            offset: reader.offset(at),
            count: 1,
        };
        if self.strict {
            return Err(strict_error(&note, reader, at));
        }
        self.merge(note);
        Ok(())
    }

    /// Adds all that `later` noted after this.
    pub fn append(&mut self, later: Notes) {
        self.beyond += later.beyond;
        for note in later.list {
            self.merge(note);
        }
    }

    fn merge(&mut self, note: Note) {
        if let Some(known) = self.list.iter_mut().find(|known| known.is_like(&note)) {
            known.count += note.count;
        } else if !self.is_full() {
            self.list.push(note);
        } else {
            self.beyond += note.count;
        }
    }
}

#[cold]
fn strict_error(note: &Note, reader: &Reader<'_>, at: usize) -> Error {
    let hint = match note.what {
        What::WrongWireType { .. } => "the bytes may be of another message type",
        What::Repeated | What::OtherOfOneof => "are these two messages run together?",
        What::LeftOut | What::NoEnumValue => "`--to text` keeps unknown fields",
    };
    reader
        .error(note.to_string(), at..at + 1, "tag")
        .hint(format!("{hint} (without `--strict` this is a warning)"))
}
