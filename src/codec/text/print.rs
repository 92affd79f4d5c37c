//! From the bytes of a message to the text format.

use super::unknown;
use crate::codec::binary::{self, Unknown, Value, Visit};
use crate::codec::notes::Notes;
use crate::error::Result;
use crate::escape;
use crate::table::{Field, Message};

/// How fields are set apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// A line for each field, every line ended.
    Lines,
    /// All on one line, which is not ended.
    OneLine,
}

impl Layout {
    /// Goes to where the next field at `depth` begins, `first` being whether
    /// it is the first of the output.
    pub(super) fn begin(self, depth: u32, first: bool, out: &mut Vec<u8>) {
        match self {
            Layout::Lines => out.extend(std::iter::repeat_n(b' ', 2 * depth as usize)),
            Layout::OneLine if first => {}
            Layout::OneLine => out.push(b' '),
        }
    }

    pub(super) fn end(self, out: &mut Vec<u8>) {
        if self == Layout::Lines {
            out.push(b'\n');
        }
    }
}

/// Appends the message in `record`, unknown fields by their numbers. `base`
/// is where the record begins in the input.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors.
pub fn print(
    message: &Message,
    record: &[u8],
    base: u64,
    layout: Layout,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    binary::walk(message, record, base, &mut Print { layout, out, start, notes })
}

struct Print<'o> {
    layout: Layout,
    out: &'o mut Vec<u8>,
    start: usize,
    notes: &'o mut Notes,
}

impl Print<'_> {
    fn begin(&mut self) {
        self.layout.begin(0, self.out.len() == self.start, self.out);
    }
}

impl<'a> Visit<'a> for Print<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
    }

    fn known(&mut self, field: &Field, value: Value<'a>) {
        self.begin();
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(b": ");
        match value {
            Value::String(text) => escape::text_string(text.as_bytes(), self.out),
        }
        self.layout.end(self.out);
    }

    fn unknown(&mut self, field: Unknown<'a>) -> Result<()> {
        self.begin();
        unknown::print(&field, self.layout, self.out)
    }

    fn notes(&mut self) -> &mut Notes {
        self.notes
    }
}
