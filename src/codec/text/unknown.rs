//! Unknown fields in text: by number, in the shape of their wire type.
//!
//! A length-delimited field may be a string, bytes, or a message. Printable
//! UTF-8 is shown as a string; else what reads as a message is shown as one;
//! else a string with escapes.

use super::print::Layout;
use crate::codec::binary::Unknown;
use crate::error::Result;
use crate::escape;
use crate::wire::limits::UNKNOWN_NEST_MAX;
use crate::wire::reader::Subject;
use crate::wire::{Reader, Tag, WireType, skip};

/// Appends one unknown field, the layout's beginning of it being written.
///
/// # Errors
///
/// None for a field that was skipped before, as all have been.
pub fn print(field: &Unknown<'_, '_>, layout: Layout, depth: u32, out: &mut Vec<u8>) -> Result<()> {
    let mut value = field.reader.part(field.range.clone());
    Printer { layout, outer: depth }.one(field.tag, &mut value, depth, out)
}

/// How deep unknown fields begin tells how deep they may still be guessed at.
struct Printer {
    layout: Layout,
    outer: u32,
}

impl Printer {
    fn one(&self, tag: Tag, value: &mut Reader<'_>, depth: u32, out: &mut Vec<u8>) -> Result<()> {
        let layout = self.layout;
        let subject = Subject::unknown(tag.number);
        out.extend_from_slice(itoa::Buffer::new().format(tag.number).as_bytes());
        match tag.wire_type {
            WireType::Varint => {
                out.extend_from_slice(b": ");
                let value = value.varint(subject)?;
                out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
            WireType::I64 => {
                let bits = u64::from_le_bytes(value.fixed(subject)?);
                out.extend_from_slice(format!(": 0x{bits:016x}").as_bytes());
            }
            WireType::I32 => {
                let bits = u32::from_le_bytes(value.fixed(subject)?);
                out.extend_from_slice(format!(": 0x{bits:08x}").as_bytes());
            }
            WireType::Len if !reads_as_message(*value, depth - self.outer) => {
                out.extend_from_slice(b": ");
                escape::text_string(value.rest(), out);
            }
            WireType::Len | WireType::StartGroup | WireType::EndGroup => {
                return self.nested(value, depth, out);
            }
        }
        layout.end(out);
        Ok(())
    }

    /// Writes the fields of a group or a message in braces, up to the end of the
    /// group or of `value`. A group is read on, not skipped first: groups in
    /// groups would be skipped once for every level.
    fn nested(&self, value: &mut Reader<'_>, depth: u32, out: &mut Vec<u8>) -> Result<()> {
        let layout = self.layout;
        out.extend_from_slice(b" {");
        layout.end(out);
        while !value.is_at_end() {
            let at = value.position();
            let tag = value.tag()?;
            match tag.wire_type {
                WireType::EndGroup => break,
                WireType::StartGroup => {
                    layout.begin(depth + 1, false, out);
                    self.one(tag, value, depth + 1, out)?;
                }
                WireType::Varint | WireType::I64 | WireType::I32 | WireType::Len => {
                    let range = skip::value(value, tag, at, 0)?;
                    layout.begin(depth + 1, false, out);
                    self.one(tag, &mut value.part(range), depth + 1, out)?;
                }
            }
        }
        layout.begin(depth, false, out);
        out.push(b'}');
        layout.end(out);
        Ok(())
    }
}

/// Whether a length-delimited value is shown as a message.
fn reads_as_message(value: Reader<'_>, depth: u32) -> bool {
    let bytes = value.rest();
    let plain = |text: &str| !text.chars().any(escape::is_unsafe);
    if depth >= UNKNOWN_NEST_MAX || bytes.is_empty() || std::str::from_utf8(bytes).is_ok_and(plain)
    {
        return false;
    }
    let mut reader = value;
    while !reader.is_at_end() {
        let at = reader.position();
        let skipped = reader.tag().and_then(|tag| skip::value(&mut reader, tag, at, 0));
        if skipped.is_err() {
            return false;
        }
    }
    true
}
