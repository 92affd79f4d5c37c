//! Whether bytes are a message of a type, and how well they fit it.

use super::binary::{self, Unknown, Value, Visit};
use super::notes::{Notes, What};
use crate::error::Result;
use crate::table::{Field, Message};

/// Whether `record` decodes at all.
pub fn decodes(message: &Message, record: &[u8]) -> bool {
    run(message, record).is_ok()
}

/// Whether `record` decodes to known fields of their own wire types only:
/// what bytes that are something else hardly ever do.
pub fn fits(message: &Message, record: &[u8]) -> bool {
    run(message, record).is_ok_and(|unknown| !unknown)
}

fn run(message: &Message, record: &[u8]) -> Result<bool> {
    let mut look = Look { notes: Notes::new(false), unknown: false };
    binary::walk(message, record, 0, &mut look)?;
    let wrong = |what| matches!(what, What::WrongWireType { .. });
    Ok(look.unknown || look.notes.list().iter().any(|note| wrong(note.what)))
}

struct Look {
    notes: Notes,
    unknown: bool,
}

impl<'a> Visit<'a> for Look {
    fn restart(&mut self) {}

    fn known(&mut self, _: &Field, _: Value<'a>) {}

    fn unknown(&mut self, _: Unknown<'a>) -> Result<()> {
        self.unknown = true;
        Ok(())
    }

    fn notes(&mut self) -> &mut Notes {
        &mut self.notes
    }
}
