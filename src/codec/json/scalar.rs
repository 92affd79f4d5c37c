//! Values that are no messages, out of JSON.

use std::borrow::Cow;
use std::ops::Range;

use super::{lex, mistakes};
use crate::codec::base64_text;
use crate::codec::binary::Scalar;
use crate::codec::cursor::{Cursor, Origin};
use crate::codec::{faults, range};
use crate::error::{Error, Result};
use crate::table::{Enum, Field, Kind, Tables};

/// How bytes are written.
const BASE64: &str = "bytes are base64 in JSON, such as `\"CgU=\"`";

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
            _ => {
                let hint = mistakes::as_bool(cursor);
                return Err(mistakes::expected(cursor, "true or false").maybe_hint(hint));
            }
        },
        Kind::String => {
            if cursor.peek() != Some(b'"') {
                let hint = mistakes::as_string(cursor);
                return Err(mistakes::expected(cursor, "a string").maybe_hint(hint));
            }
            return Ok(Read::Value(Value::String(lex::string(cursor)?)));
        }
        Kind::Bytes => {
            if cursor.peek() != Some(b'"') {
                let hint = mistakes::notation(cursor);
                return Err(mistakes::expected(cursor, "a string of base64")
                    .hint(hint.unwrap_or_else(|| BASE64.to_owned())));
            }
            let start = cursor.position;
            let text = lex::string(cursor)?;
            let read = base64_text::read_lax(text.as_bytes(), Origin::START);
            let bytes = read.map_err(|error| {
                cursor.error(error.what().to_owned(), start..cursor.position).hint(BASE64)
            })?;
            return Ok(Read::Value(Value::Bytes(bytes)));
        }
        Kind::Enum => return enum_value(cursor, field, tables),
        _ => {
            let start = cursor.position;
            let value = match cursor.peek() {
                Some(b'-' | b'0'..=b'9') => checked_number(field.kind, lex::number(cursor)?),
                Some(b'"') => number(field.kind, &lex::string(cursor)?),
                Some(b'+' | b'.') => return Err(mistakes::no_number(cursor)),
                _ => {
                    let hint = mistakes::as_kind(cursor, field.kind);
                    let wanted = field.kind.with_article();
                    return Err(mistakes::expected(cursor, wanted).maybe_hint(hint));
                }
            };
            match value {
                Some(value) => Value::Scalar(value),
                None => return Err(misfit(cursor, field.kind, start)),
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
            match number {
                Some(number) if !enumeration.closed || enumeration.name_of(number).is_some() => {
                    Ok(Read::Value(Value::Scalar(Scalar::Enum(number))))
                }
                _ => Err(cursor.no_number(enumeration, text, start..cursor.position)),
            }
        }
        _ => Err(no_enum_value(cursor, enumeration)),
    }
}

/// What stands here is neither the name of a value nor its number.
#[cold]
fn no_enum_value(cursor: &Cursor<'_>, enumeration: &Enum) -> Error {
    let error = mistakes::expected(cursor, "the name of an enum value");
    let word = String::from_utf8_lossy(lex::word(cursor));
    if enumeration.number_of(&word).is_some() {
        return error.hint(format!("write `\"{word}\"`"));
    }
    let hint = match cursor.peek() {
        Some(b'[') => Some(faults::ONE_VALUE.to_owned()),
        _ => mistakes::notation(cursor),
    };
    error.hint(hint.unwrap_or_else(|| faults::value_hint(enumeration, &word)))
}

/// The enum has no value of this name.
#[cold]
pub(super) fn no_enum_name(
    cursor: &Cursor<'_>,
    enumeration: &Enum,
    name: &str,
    range: Range<usize>,
) -> Error {
    let error = cursor.no_value(enumeration, name, range);
    match name.parse::<i32>() {
        Ok(number) => error.hint(format!("a number stands without quotes: `{number}`")),
        Err(_) => error,
    }
}

/// The text is no key of a map whose keys are of this kind.
#[cold]
pub(super) fn no_map_key(
    cursor: &Cursor<'_>,
    kind: Kind,
    text: &str,
    place: Range<usize>,
) -> Error {
    let takes = range::takes(kind).map(|takes| format!("each key of the map is {takes}"));
    cursor.error(misfit_text(kind, text), place).maybe_hint(takes)
}

/// The number or the string that began at `start` is no number of this kind.
#[cold]
fn misfit(cursor: &Cursor<'_>, kind: Kind, start: usize) -> Error {
    let place = start..cursor.position;
    let text = &cursor.record[place.clone()];
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let what = misfit_text(kind, &String::from_utf8_lossy(text));
    cursor.error(what, place).maybe_hint(mistakes::takes(kind))
}

/// What is a number elsewhere, such as `+1`, is none in JSON.
fn misfit_text(kind: Kind, text: &str) -> String {
    match lex::is_number(text) {
        true => range::misfit(kind, text),
        false => range::none(kind, text),
    }
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

/// The default of a kind as JSON writes it; an enum and a message have others.
pub(super) fn default(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "false",
        Kind::String | Kind::Bytes => "\"\"",
        Kind::Int64 | Kind::Uint64 | Kind::Fixed64 | Kind::Sfixed64 | Kind::Sint64 => "\"0\"",
        Kind::Double
        | Kind::Float
        | Kind::Int32
        | Kind::Uint32
        | Kind::Fixed32
        | Kind::Sfixed32
        | Kind::Sint32
        | Kind::Enum => "0",
        Kind::Message | Kind::Group => "{}",
    }
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
