//! From the bytes of a message to JSON.

use crate::codec::binary::{self, Unknown, Value, Visit};
use crate::codec::notes::{Notes, What};
use crate::error::Result;
use crate::escape;
use crate::table::{Field, Message};
use crate::wire::reader::Subject;

/// Appends the message in `record` as one JSON object, without white space.
/// `base` is where the record begins in the input.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors.
pub fn print(
    message: &Message,
    record: &[u8],
    base: u64,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    out.push(b'{');
    let start = out.len();
    let mut print = Print { message, out, start, notes };
    binary::walk(message, record, base, &mut print)?;
    out.push(b'}');
    Ok(())
}

struct Print<'o> {
    message: &'o Message,
    out: &'o mut Vec<u8>,
    start: usize,
    notes: &'o mut Notes,
}

impl<'a> Visit<'a> for Print<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
    }

    fn known(&mut self, field: &Field, value: Value<'a>) {
        if self.out.len() > self.start {
            self.out.push(b',');
        }
        self.out.extend_from_slice(&field.json_key);
        match value {
            Value::String(text) => escape::json_string(text, self.out),
        }
    }

    fn unknown(&mut self, unknown: Unknown<'a>) -> Result<()> {
        // A known field of the wrong wire type has its own note.
        if self.message.by_number(unknown.tag.number, 0).is_some() {
            return Ok(());
        }
        let subject = Subject::unknown(unknown.tag.number);
        self.notes.add(What::LeftOut, self.message.name(), subject, &unknown.reader, unknown.at)
    }

    fn notes(&mut self) -> &mut Notes {
        self.notes
    }
}
