//! Values that are no messages, out of JSON.

use std::borrow::Cow;

use super::lex;
use crate::codec::base64_text;
use crate::codec::binary::Scalar;
use crate::codec::cursor::{Cursor, Origin};
use crate::error::{Error, Result};
use crate::table::{Field, Kind, Tables};

/// A value that may own its bytes.
pub(super) enum Value<'a> {
    Scalar(Scalar<'static>),
    String(Cow<'a, str>),
    Bytes(Vec<u8>),
}

impl Value<'_> {
    pub fn as_scalar(&self) -> Scalar<'_> {
        match self {
            Value::Scalar(value) => *value,
            Value::String(text) => Scalar::String(text.as_bytes()),
            Value::Bytes(bytes) => Scalar::Bytes(bytes),
        }
    }
}

/// What was read.
pub(super) enum Read<'a> {
    Value(Value<'a>),
    /// A name that the enum doesn't have.
    UnknownName(String),
}

/// Reads a value of a field that holds no messages.
pub(super) fn read<'a>(
    cursor: &mut Cursor<'a>,
    field: &Field,
    tables: &Tables,
) -> Result<Read<'a>> {
    let value = match field.kind {
        Kind::Bool => match lex::word(cursor) {
            b"true" => Value::Scalar(Scalar::Bool(true)),
            b"false" => Value::Scalar(Scalar::Bool(false)),
            _ => return Err(expected(cursor, "true or false")),
        },
        Kind::String => {
            if cursor.peek() != Some(b'"') {
                return Err(expected(cursor, "a string").maybe_hint(quote_it(cursor)));
            }
            return Ok(Read::Value(Value::String(lex::string(cursor)?)));
        }
        Kind::Bytes => {
            if cursor.peek() != Some(b'"') {
                return Err(expected(cursor, "a string of base64"));
            }
            let start = cursor.position;
            let text = lex::string(cursor)?;
            let read = base64_text::read_lax(text.as_bytes(), Origin::START);
            let bytes = read.map_err(|error| {
                cursor
                    .error(error.what().to_owned(), start..cursor.position)
                    .hint("bytes are base64 in JSON")
            })?;
            return Ok(Read::Value(Value::Bytes(bytes)));
        }
        Kind::Enum => return enum_value(cursor, field, tables),
        _ => {
            let start = cursor.position;
            let value = match cursor.peek() {
                Some(b'-' | b'0'..=b'9') => checked_number(field.kind, lex::number(cursor)?),
                Some(b'"') => number(field.kind, &lex::string(cursor)?),
                _ => {
                    let wanted = format!("a number for the {}", field.kind.name());
                    return Err(expected(cursor, &wanted));
                }
            };
            match value {
                Some(value) => Value::Scalar(value),
                None => return Err(out_of_range(cursor, field, start)),
            }
        }
    };
    if let Value::Scalar(Scalar::Bool(value)) = value {
        cursor.position += if value { 4 } else { 5 };
    }
    Ok(Read::Value(value))
}

fn enum_value<'a>(cursor: &mut Cursor<'a>, field: &Field, tables: &Tables) -> Result<Read<'a>> {
    let enumeration = tables.enumeration(field.enumeration);
    match cursor.peek() {
        Some(b'"') => {
            let name = lex::string(cursor)?;
            Ok(match enumeration.number_of(&name) {
                Some(number) => Read::Value(Value::Scalar(Scalar::Enum(number))),
                None => Read::UnknownName(name.into_owned()),
            })
        }
        Some(b'n') if enumeration.is_null && lex::word(cursor) == b"null" => {
            cursor.position += 4;
            Ok(Read::Value(Value::Scalar(Scalar::Enum(0))))
        }
        Some(b'-' | b'0'..=b'9') => {
            let start = cursor.position;
            let text = lex::number(cursor)?;
            let number = integer(text).and_then(|number| i32::try_from(number).ok());
            let what = || format!("{text} is out of range of an enum");
            let number = number.ok_or_else(|| cursor.error(what(), start..cursor.position))?;
            if enumeration.closed && enumeration.name_of(number).is_none() {
                let what = format!("{} has no value {number}", enumeration.name);
                return Err(cursor.error(what, start..cursor.position));
            }
            Ok(Read::Value(Value::Scalar(Scalar::Enum(number))))
        }
        _ => Err(expected(cursor, "the name of an enum value")),
    }
}

#[cold]
fn out_of_range(cursor: &Cursor<'_>, field: &Field, start: usize) -> Error {
    let text = cursor.record[start..cursor.position].trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let text = crate::escape::quote_bytes(text);
    let what = format!("{text} is out of range, or no {}", field.kind.name());
    cursor.error(what, start..cursor.position)
}

#[cold]
fn expected(cursor: &Cursor<'_>, what: &str) -> Error {
    cursor.error(format!("expected {what}, found {}", lex::found(cursor)), lex::extent(cursor))
}

/// How a number or a bool would be written as a string.
fn quote_it(cursor: &Cursor<'_>) -> Option<String> {
    let text = std::str::from_utf8(&cursor.record[lex::extent(cursor)]).ok()?;
    let scalar = text.starts_with(|c: char| c == '-' || c.is_ascii_alphanumeric());
    (scalar && text.len() < 40).then(|| format!("write `\"{text}\"`"))
}

/// The number of a kind that a JSON number, or a string of one, stands for.
pub fn number(kind: Kind, text: &str) -> Option<Scalar<'static>> {
    let infinite = match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if lex::is_number(text) => return checked_number(kind, text),
        _ => return None,
    };
    match kind {
        Kind::Double => Some(Scalar::F64(infinite)),
        Kind::Float => Some(Scalar::F32(infinite as f32)),
        _ => None,
    }
}

/// The same for what is known to be a JSON number.
fn checked_number(kind: Kind, text: &str) -> Option<Scalar<'static>> {
    let whole = || integer(text);
    Some(match kind {
        Kind::Double => Scalar::F64(text.parse().ok().filter(|value: &f64| value.is_finite())?),
        Kind::Float => Scalar::F32(text.parse().ok().filter(|value: &f32| value.is_finite())?),
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => Scalar::I64(i64::try_from(whole()?).ok()?),
        Kind::Uint64 | Kind::Fixed64 => Scalar::U64(u64::try_from(whole()?).ok()?),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => Scalar::I32(i32::try_from(whole()?).ok()?),
        Kind::Uint32 | Kind::Fixed32 => Scalar::U32(u32::try_from(whole()?).ok()?),
        Kind::Enum => Scalar::Enum(i32::try_from(whole()?).ok()?),
        Kind::Bool | Kind::String | Kind::Bytes | Kind::Message | Kind::Group => return None,
    })
}

/// The key of a map out of its text.
pub(super) fn map_key(kind: Kind, text: &str) -> Option<Value<'_>> {
    match (kind, text) {
        (Kind::String, _) => Some(Value::String(Cow::Borrowed(text))),
        (Kind::Bool, "true") => Some(Value::Scalar(Scalar::Bool(true))),
        (Kind::Bool, "false") => Some(Value::Scalar(Scalar::Bool(false))),
        _ => number(kind, text).map(Value::Scalar),
    }
}

/// The whole number that a JSON number stands for, exactly: `1e3` and `1.50e1`
/// are whole, `1.5` is not. None also beyond 64 bits.
#[inline]
fn integer(text: &str) -> Option<i128> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(i128::from(value));
    }
    integer_with_exponent(text)
}

#[cold]
fn integer_with_exponent(text: &str) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    // An exponent that is out of range of itself is so of any number.
    let exponent: i64 = exponent.parse().ok()?;
    let exponent = exponent.checked_add(trailing as i64)?.checked_sub(fraction.len() as i64)?;
    // 20 digits are what 64 bits hold.
    if exponent < 0 || significant.len() > 20 || exponent > 20 {
        return None;
    }
    let value =
        significant.parse::<i128>().ok()?.checked_mul(10i128.checked_pow(exponent as u32)?)?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_however_they_are_written() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("1e3", 1000),
            ("1.50e1", 15),
            ("100e-2", 1),
            ("-1.0", -1),
            ("18446744073709551615", u64::MAX as i128),
            ("1.8446744073709551615e19", u64::MAX as i128),
            ("0e999", 0),
        ] {
            assert_eq!(integer(text), Some(value), "{text}");
        }
        for text in ["1.5", "1e-1", "1e999999999999999999999"] {
            assert_eq!(integer(text), None, "{text}");
        }
        for text in ["01", "+1", " 1", "1 ", "", "1.", ".1", "0x1", "Infinity", "1e400"] {
            assert_eq!(number(Kind::Int64, text), None, "{text}");
        }
    }
}
