//! The values of the fields of descriptors.

use crate::error::{Error, Result};
use crate::wire::reader::Subject;
use crate::wire::{Reader, WireType, skip};

/// A value that descriptors have.
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Nothing that descriptors have.
    Other,
}

impl<'a> Value<'a> {
    pub(super) fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            Value::Number(_) | Value::Other => Err(broken("a number, where bytes are to be")),
        }
    }

    pub(super) fn text(self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| broken("a text that is not UTF-8"))
    }

    pub(super) fn number(self) -> Result<i32> {
        match self {
            Value::Number(number) => Ok(number as i32),
            Value::Bytes(_) | Value::Other => Err(broken("bytes, where a number is to be")),
        }
    }

    pub(super) fn flag(self) -> Result<bool> {
        Ok(self.number()? != 0)
    }

    /// Adds a number, or packed ones.
    pub(super) fn numbers(self, all: &mut Vec<i32>) -> Result<()> {
        let Value::Bytes(bytes) = self else {
            all.push(self.number()?);
            return Ok(());
        };
        let mut reader = Reader::new(bytes, 0);
        while !reader.is_at_end() {
            all.push(reader.varint(Subject::unknown(0))? as i32);
        }
        Ok(())
    }
}

#[cold]
fn broken(what: &str) -> Error {
    Error::failure(format!("a descriptor of the schema has {what}"))
        .hint("the descriptor set is broken, or was not made by a compiler")
}

/// Hands on each field of a message.
pub(super) fn each<'a>(
    bytes: &'a [u8],
    mut take: impl FnMut(u32, Value<'a>) -> Result<()>,
) -> Result<()> {
    let mut reader = Reader::new(bytes, 0);
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag()?;
        let mut value = reader;
        let range = skip::value(&mut reader, tag, at, 0)?;
        let value = match tag.wire_type {
            WireType::Varint => Value::Number(value.varint(Subject::unknown(tag.number))?),
            WireType::Len => Value::Bytes(reader.bytes(range)),
            WireType::I64 | WireType::I32 | WireType::StartGroup | WireType::EndGroup => {
                Value::Other
            }
        };
        take(tag.number, value)?;
    }
    Ok(())
}
