//! One value of a message: `decode --field`.

use super::binary::{self, Unknown, Value, Visit};
use super::notes::Notes;
use crate::error::Result;
use crate::table::{Field, Message};

/// Appends the value of `field`, raw: for one that is absent its default.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors.
pub fn print(
    message: &Message,
    field: &Field,
    record: &[u8],
    base: u64,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    binary::walk(message, record, base, &mut Select { number: field.number, out, start, notes })
}

struct Select<'o> {
    number: u32,
    out: &'o mut Vec<u8>,
    start: usize,
    notes: &'o mut Notes,
}

impl<'a> Visit<'a> for Select<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
    }

    fn known(&mut self, field: &Field, value: Value<'a>) {
        if field.number == self.number {
            match value {
                Value::String(text) => self.out.extend_from_slice(text.as_bytes()),
            }
        }
    }

    /// Nobody asked for it.
    fn unknown(&mut self, _: Unknown<'a>) -> Result<()> {
        Ok(())
    }

    fn notes(&mut self) -> &mut Notes {
        self.notes
    }
}
