//! The values that a field path leads to: `decode --field`.
//!
//! The message is rewritten first, so that what follows reads fields in
//! order, merged, each map key once; then each step of the path narrows the
//! bytes down.

use super::binary::{self, Scalar, read_scalar};
use super::notes::Notes;
use super::path::{Pick, Step};
use super::rewrite;
use crate::error::Result;
use crate::table::{Cardinality, Field, MessageId, Root};
use crate::wire::{Reader, skip};

/// A value that a path led to.
pub enum Value<'v> {
    /// One that is no message, with the field it is of.
    Scalar(&'v Field, Scalar<'v>),
    /// The bytes of a message of this type.
    Message(MessageId, &'v [u8]),
}

/// Hands every value that `path` leads to in the message of `record` to
/// `take`. A singular field without presence that is absent has its default.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors; whatever
/// `take` returns.
pub fn select(
    root: Root<'_>,
    path: &[Step<'_>],
    record: &[u8],
    base: u64,
    notes: &mut Notes,
    take: &mut dyn FnMut(Value<'_>) -> Result<()>,
) -> Result<()> {
    let mut whole = Vec::with_capacity(record.len());
    rewrite::rewrite_noting(root, record, base, false, &mut whole, notes)?;
    narrow(root, &whole, path, take)
}

fn narrow(
    root: Root<'_>,
    message: &[u8],
    path: &[Step<'_>],
    take: &mut dyn FnMut(Value<'_>) -> Result<()>,
) -> Result<()> {
    let [step, rest @ ..] = path else { return Ok(()) };
    let mut found = 0;
    let mut reader = Reader::new(message, 0);
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag()?;
        let range = skip::value(&mut reader, tag, at, 0)?;
        if tag.number != step.field.number {
            continue;
        }
        let packed = step.field.cardinality == (Cardinality::Repeated { packed: true });
        // The value with its length, which is how a scalar is read.
        let mut value = Reader::new(message, 0).part(at..reader.position());
        value.tag()?;
        if packed {
            let mut values = value.part(range);
            while !values.is_at_end() {
                let scalar = read_scalar(&mut values, step.field)?;
                if picks(&step.pick, found) {
                    take(Value::Scalar(step.field, scalar))?;
                }
                found += 1;
            }
            continue;
        }
        if step.field.cardinality == Cardinality::Map {
            one_entry(root, step, reader.bytes(range), rest, take)?;
        } else if step.field.kind.is_message() {
            if picks(&step.pick, found) {
                one_message(root, step.field, reader.bytes(range), rest, take)?;
            }
        } else if picks(&step.pick, found) {
            take(Value::Scalar(step.field, read_scalar(&mut value, step.field)?))?;
        }
        found += 1;
    }
    if found == 0 && step.field.is_implicit() && rest.is_empty() {
        take(Value::Scalar(step.field, binary::default(step.field.kind)))?;
    }
    Ok(())
}

fn picks(pick: &Pick, index: usize) -> bool {
    match pick {
        Pick::All => true,
        Pick::Index(wanted) => *wanted == index,
        Pick::Key(_) => false,
    }
}

fn one_message(
    root: Root<'_>,
    field: &Field,
    message: &[u8],
    rest: &[Step<'_>],
    take: &mut dyn FnMut(Value<'_>) -> Result<()>,
) -> Result<()> {
    match rest {
        [] => take(Value::Message(field.message, message)),
        _ => narrow(root, message, rest, take),
    }
}

/// An entry of a map: its value if its key is picked, the entry itself if the
/// path ends at the map.
fn one_entry(
    root: Root<'_>,
    step: &Step<'_>,
    entry: &[u8],
    rest: &[Step<'_>],
    take: &mut dyn FnMut(Value<'_>) -> Result<()>,
) -> Result<()> {
    let (key_field, value_field) = binary::key_and_value(root.tables.message(step.field.message));
    if step.pick == Pick::All && rest.is_empty() {
        return take(Value::Message(step.field.message, entry));
    }
    let mut reader = Reader::new(entry, 0);
    reader.tag()?;
    let key = read_scalar(&mut reader, key_field)?;
    if let Pick::Key(wanted) = &step.pick
        && shown(key) != *wanted
    {
        return Ok(());
    }
    let at = reader.position();
    let tag = reader.tag()?;
    let mut value = reader;
    let range = skip::value(&mut reader, tag, at, 0)?;
    if value_field.kind.is_message() {
        return one_message(root, value_field, reader.bytes(range), rest, take);
    }
    take(Value::Scalar(value_field, read_scalar(&mut value, value_field)?))
}

/// A scalar as `--field` prints it and as a path names a key.
pub fn shown(value: Scalar<'_>) -> String {
    match value {
        Scalar::F64(value) => value.to_string(),
        Scalar::F32(value) => value.to_string(),
        Scalar::I64(value) => value.to_string(),
        Scalar::U64(value) => value.to_string(),
        Scalar::I32(value) | Scalar::Enum(value) => value.to_string(),
        Scalar::U32(value) => value.to_string(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::String(bytes) | Scalar::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
