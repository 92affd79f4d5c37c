//! One value of a message: `decode --field`.

use super::binary::{self, Scalar, Sink, Unknown};
use super::notes::Notes;
use crate::error::Result;
use crate::table::{Field, Message, Root, Tables};

/// Appends the value of the field `number` of the root message, raw: of a
/// repeated field each on its own line, an enum by its name. One that is
/// absent is its default, or nothing when it has presence. Says whether there
/// is anything to print.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors.
pub fn print(
    root: Root<'_>,
    number: u32,
    record: &[u8],
    base: u64,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<bool> {
    let start = out.len();
    let mut select = Select { tables: root.tables, number, out, start, depth: 0, values: 0 };
    binary::walk(root, record, base, &mut select, notes)?;
    if select.values > 0 {
        return Ok(true);
    }
    let Some((_, field)) = root.message().by_number(number, 0) else { return Ok(false) };
    if field.is_implicit() {
        select.value(field, binary::default(field.kind));
    }
    Ok(field.is_implicit())
}

struct Select<'o> {
    tables: &'o Tables,
    number: u32,
    out: &'o mut Vec<u8>,
    start: usize,
    /// The messages that are open.
    depth: u32,
    values: usize,
}

impl Select<'_> {
    fn value(&mut self, field: &Field, value: Scalar<'_>) {
        if self.values > 0 {
            self.out.push(b'\n');
        }
        self.values += 1;
        match value {
            Scalar::F64(value) => self.shown(format_args!("{value}")),
            Scalar::F32(value) => self.shown(format_args!("{value}")),
            Scalar::I64(value) => self.shown(format_args!("{value}")),
            Scalar::U64(value) => self.shown(format_args!("{value}")),
            Scalar::I32(value) => self.shown(format_args!("{value}")),
            Scalar::U32(value) => self.shown(format_args!("{value}")),
            Scalar::Bool(value) => self.shown(format_args!("{value}")),
            Scalar::String(bytes) | Scalar::Bytes(bytes) => self.out.extend_from_slice(bytes),
            Scalar::Enum(number) => {
                match self.tables.enumeration(field.enumeration).name_of(number) {
                    Some(name) => self.out.extend_from_slice(name.as_bytes()),
                    None => self.shown(format_args!("{number}")),
                }
            }
        }
    }

    fn shown(&mut self, text: std::fmt::Arguments<'_>) {
        use std::io::Write;
        // Writing to a Vec cannot fail.
        let _ = self.out.write_fmt(text);
    }
}

impl<'a> Sink<'a> for Select<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.depth = 0;
        self.values = 0;
    }

    fn begin(&mut self, _: &Message, _: Option<&Field>) {
        self.depth += 1;
    }

    fn end(&mut self, _: &Message, _: Option<&Field>) -> Result<()> {
        self.depth -= 1;
        Ok(())
    }

    fn field(&mut self, _: &Field) {}

    fn field_end(&mut self, _: &Field) {}

    fn item(&mut self, _: &Field) {}

    fn scalar(&mut self, field: &Field, value: Scalar<'a>) -> Result<()> {
        if self.depth == 1 && field.number == self.number {
            self.value(field, value);
        }
        Ok(())
    }

    fn entry(&mut self, _: &Field, _: &Message, _: Scalar<'a>) -> Result<()> {
        self.depth += 1;
        Ok(())
    }

    fn entry_end(&mut self, _: &Field) {
        self.depth -= 1;
    }

    /// Nobody asked for it.
    fn unknown(&mut self, _: &Message, _: Unknown<'a>, _: &mut Notes) -> Result<()> {
        Ok(())
    }
}
