//! Skipping values that nobody asked for, without recursion.

use std::ops::Range;

use super::limits::DEPTH_MAX;
use super::reader::{ASTRAY, Reader, Subject};
use super::tag::{Tag, WireType};
use crate::error::{Error, Result};

/// Reads past the value of `tag`, whose own bytes are at `tag_at`, and gives
/// the range of the value: for a group what stands between its start and its
/// end, for a length-delimited value what the length spans.
///
/// `depth` is how many messages and groups the tag stands in.
///
/// # Errors
///
/// A value that is malformed, a group that does not end or ends with another
/// number, an end-group without a start, and groups nested deeper than
/// [`DEPTH_MAX`].
pub fn value(reader: &mut Reader<'_>, tag: Tag, tag_at: usize, depth: u32) -> Result<Range<usize>> {
    let start = reader.position();
    let subject = Subject::unknown(tag.number);
    match tag.wire_type {
        WireType::Varint => {
            reader.varint(subject)?;
        }
        WireType::I64 => {
            reader.fixed::<8>(subject)?;
        }
        WireType::I32 => {
            reader.fixed::<4>(subject)?;
        }
        WireType::Len => return reader.length_delimited(subject),
        WireType::StartGroup => return group(reader, tag.number, tag_at, depth + 1),
        WireType::EndGroup => return Err(end_without_start(reader, tag.number, tag_at)),
    }
    Ok(start..reader.position())
}

/// The groups that are open are kept in a list, not on the stack of calls, so
/// that their depth costs nothing but its limit.
fn group(reader: &mut Reader<'_>, number: u32, tag_at: usize, depth: u32) -> Result<Range<usize>> {
    let start = reader.position();
    let mut open = vec![(number, tag_at)];
    while let Some(&(innermost, opened_at)) = open.last() {
        if depth + open.len() as u32 > DEPTH_MAX + 1 {
            return Err(too_deep(reader, opened_at));
        }
        let at = reader.position();
        if reader.is_at_end() {
            return Err(unended(reader, innermost, opened_at));
        }
        let tag = reader.tag()?;
        match tag.wire_type {
            WireType::StartGroup => open.push((tag.number, at)),
            WireType::EndGroup if tag.number == innermost => {
                open.pop();
                if open.is_empty() {
                    return Ok(start..at);
                }
            }
            WireType::EndGroup => return Err(wrong_end(reader, innermost, tag.number, at)),
            WireType::Varint | WireType::I64 | WireType::I32 | WireType::Len => {
                value(reader, tag, at, depth)?;
            }
        }
    }
    Ok(start..start)
}

/// The levels are more than [`DEPTH_MAX`]; `at` is where one too many begins.
#[cold]
pub fn too_deep(reader: &Reader<'_>, at: usize) -> Error {
    reader
        .error(format!("messages are nested more than {DEPTH_MAX} deep"), at..at + 1, "tag")
        .hint("the official implementations refuse it too")
}

/// A group does not end, whose start stands at `opened_at`.
#[cold]
pub fn unended(reader: &Reader<'_>, number: u32, opened_at: usize) -> Error {
    reader
        .error(
            format!("the group of field {number} does not end"),
            opened_at..opened_at + 1,
            "start",
        )
        .hint("the input is cut short, or it is not a message")
}

/// A group ends with the number of another; `at` is where the tag stands that was read.
#[cold]
pub fn wrong_end(reader: &Reader<'_>, open: u32, found: u32, at: usize) -> Error {
    reader
        .error(
            format!("the group of field {open} ends as the group of field {found}"),
            at..reader.position(),
            "end",
        )
        .hint(ASTRAY)
}

/// A group ends that never started; `at` is where the tag stands that was read.
#[cold]
pub fn end_without_start(reader: &Reader<'_>, number: u32, at: usize) -> Error {
    reader
        .error(
            format!("the group of field {number} ends here and never started"),
            at..reader.position(),
            "tag",
        )
        .hint(ASTRAY)
}
