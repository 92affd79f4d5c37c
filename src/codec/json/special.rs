//! Floats and the well-known types that JSON writes as strings.

use super::print::Print;
use crate::codec::binary::{Parts, Scalar, Stop, Walk};
use crate::codec::wellknown::{self, Duration, Timestamp};
use crate::error::Error;
use crate::escape;
use crate::table::Message;

/// Appends a double: the shortest digits that read back as the same.
pub(super) fn float(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(trimmed(buffer.format_finite(value)).as_bytes());
    } else {
        out.extend_from_slice(infinite(value));
    }
}

/// Appends a float: the shortest digits that read back as the same float.
pub(super) fn float32(value: f32, out: &mut Vec<u8>) {
    if value.is_finite() {
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(trimmed(buffer.format_finite(value)).as_bytes());
    } else {
        out.extend_from_slice(infinite(f64::from(value)));
    }
}

fn trimmed(digits: &str) -> &str {
    digits.strip_suffix(".0").unwrap_or(digits)
}

fn infinite(value: f64) -> &'static [u8] {
    if value.is_nan() {
        b"\"NaN\""
    } else if value > 0.0 {
        b"\"Infinity\""
    } else {
        b"\"-Infinity\""
    }
}

/// The `seconds` and `nanos` of a Timestamp or a Duration.
fn seconds_and_nanos(
    walk: &mut Walk<'_, '_, Print<'_>>,
    message: &Message,
    parts: &Parts<'_>,
) -> Result<(i64, i32), Stop> {
    let (mut seconds, mut nanos) = (0, 0);
    walk.scalars(message, parts, |number, value| match (number, value) {
        (1, Scalar::I64(value)) => seconds = value,
        (2, Scalar::I32(value)) => nanos = value,
        _ => {}
    })?;
    Ok((seconds, nanos))
}

/// Writes a Timestamp as RFC 3339 has it.
pub(super) fn timestamp(
    walk: &mut Walk<'_, '_, Print<'_>>,
    message: &Message,
    parts: &Parts<'_>,
) -> Result<(), Stop> {
    let (seconds, nanos) = seconds_and_nanos(walk, message, parts)?;
    let text = Timestamp { seconds, nanos }.to_text().ok_or_else(|| {
        Error::failure(format!("a Timestamp of {seconds} s and {nanos} ns is out of range"))
            .hint("it goes from the year 1 to 9999, with 0 to 999999999 ns; `--to text` shows it")
            .of_sound()
    })?;
    escape::json_string(&text, walk.sink.out);
    Ok(())
}

/// Writes a Duration as seconds with an `s`.
pub(super) fn duration(
    walk: &mut Walk<'_, '_, Print<'_>>,
    message: &Message,
    parts: &Parts<'_>,
) -> Result<(), Stop> {
    let (seconds, nanos) = seconds_and_nanos(walk, message, parts)?;
    let text = Duration { seconds, nanos }.to_text().ok_or_else(|| {
        Error::failure(format!("a Duration of {seconds} s and {nanos} ns is out of range"))
            .hint(
                "it has at most 315576000000 s, and both parts have one sign; `--to text` shows it",
            )
            .of_sound()
    })?;
    escape::json_string(&text, walk.sink.out);
    Ok(())
}

/// Writes a FieldMask as its paths with commas between, in camel case.
pub(super) fn field_mask(
    walk: &mut Walk<'_, '_, Print<'_>>,
    message: &Message,
    parts: &Parts<'_>,
) -> Result<(), Stop> {
    let mut text = String::new();
    let mut bad = None;
    let mut first = true;
    walk.scalars(message, parts, |number, value| {
        if let (1, Scalar::String(path)) = (number, value) {
            if !std::mem::take(&mut first) {
                text.push(',');
            }
            let path = String::from_utf8_lossy(path);
            match wellknown::camel_case(&path) {
                Some(camel) => text.push_str(&camel),
                None => bad = Some(path.into_owned()),
            }
        }
    })?;
    if let Some(path) = bad {
        let what = format!("the path {} of a FieldMask has no form in JSON", escape::quote(&path));
        return Err(Error::failure(what)
            .hint("JSON holds paths of small letters, digits and `_a`; `--to text` shows others")
            .of_sound()
            .into());
    }
    escape::json_string(&text, walk.sink.out);
    Ok(())
}
