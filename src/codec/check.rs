//! Whether bytes are a message of a type, and how well they fit it.

use super::binary::{self, Scalar, Sink, Unknown};
use super::notes::{Notes, What};
use crate::error::Result;
use crate::table::{Field, Message, Root};

/// Whether `record` decodes at all.
pub fn decodes(root: Root<'_>, record: &[u8]) -> bool {
    run(root, record).is_ok()
}

/// Checks that `record` is a message of the type.
///
/// # Errors
///
/// It is none: what is wrong, and where.
pub fn message(root: Root<'_>, record: &[u8]) -> Result<()> {
    run(root, record).map(|_| ())
}

/// Whether `record` decodes to known fields of their own wire types only:
/// what bytes that are something else hardly ever do.
pub fn fits(root: Root<'_>, record: &[u8]) -> bool {
    run(root, record).is_ok_and(|notes| {
        !notes.list().iter().any(|note| match note.what {
            What::WrongWireType { .. } | What::LeftOut | What::NoEnumValue => true,
            What::Repeated | What::OtherOfOneof => false,
        })
    })
}

fn run(root: Root<'_>, record: &[u8]) -> Result<Notes> {
    let mut notes = Notes::new(false);
    binary::walk(root, record, 0, &mut Nobody, &mut notes)?;
    Ok(notes)
}

/// A sink that drops everything, and notes what it doesn't know.
pub(super) struct Nobody;

impl<'a> Sink<'a> for Nobody {
    fn restart(&mut self) {}

    fn scalar(&mut self, _: &Field, _: Scalar<'a>) -> Result<()> {
        Ok(())
    }

    fn entry(&mut self, _: &Field, _: &Message, _: Scalar<'a>) -> Result<()> {
        Ok(())
    }

    fn unknown(
        &mut self,
        message: &Message,
        unknown: Unknown<'_, 'a>,
        notes: &mut Notes,
    ) -> Result<()> {
        unknown.note_left_out(message, notes)
    }
}
