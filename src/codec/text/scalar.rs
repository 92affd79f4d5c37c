//! Values that are no messages, out of text.

use std::ops::Range;

use super::{lex, mistakes};
use crate::codec::binary::Scalar;
use crate::codec::cursor::Cursor;
use crate::codec::{faults, range};
use crate::error::{Error, Result};
use crate::escape::quote_bytes;
use crate::table::{Enum, Field, Kind, Tables};

/// A value that may own its bytes.
pub(super) enum Value {
    Scalar(Scalar<'static>),
    String(Vec<u8>),
    Bytes(Vec<u8>),
}

impl Value {
    pub fn as_scalar(&self) -> Scalar<'_> {
        match self {
            Value::Scalar(value) => *value,
            Value::String(text) => Scalar::String(text),
            Value::Bytes(bytes) => Scalar::Bytes(bytes),
        }
    }
}

/// Reads a value of a field that holds no messages.
pub(super) fn read(cursor: &mut Cursor<'_>, field: &Field, tables: &Tables) -> Result<Value> {
    match field.kind {
        Kind::String | Kind::Bytes => {
            let start = cursor.position;
            if !lex::at_string(cursor) {
                let hint = mistakes::as_string(cursor, field.kind);
                return Err(mistakes::expected(cursor, "a string").maybe_hint(hint));
            }
            let bytes = lex::strings(cursor)?;
            if field.kind == Kind::Bytes {
                return Ok(Value::Bytes(bytes));
            }
            if field.verified && std::str::from_utf8(&bytes).is_err() {
                let what = format!("the string {} is not valid UTF-8", quote_bytes(&bytes));
                return Err(cursor.error(what, start..start + 1).hint(
                    "a `string` holds UTF-8 only; other bytes need a field of type `bytes`",
                ));
            }
            Ok(Value::String(bytes))
        }
        Kind::Enum => enum_value(cursor, field, tables),
        Kind::Bool => boolean(cursor),
        Kind::Double | Kind::Float => float(cursor, field.kind),
        _ => whole_number(cursor, field.kind),
    }
}

fn boolean(cursor: &mut Cursor<'_>) -> Result<Value> {
    let start = cursor.position;
    let word = lex::word(cursor);
    let value = match word {
        b"true" | b"True" | b"t" => true,
        b"false" | b"False" | b"f" => false,
        _ => match lex::integer(word) {
            Some(0) => false,
            Some(1) => true,
            _ => {
                cursor.position = start;
                let hint = mistakes::as_bool(cursor).map(str::to_owned);
                return Err(mistakes::expected(cursor, "true or false").maybe_hint(hint));
            }
        },
    };
    Ok(Value::Scalar(Scalar::Bool(value)))
}

fn enum_value(cursor: &mut Cursor<'_>, field: &Field, tables: &Tables) -> Result<Value> {
    let enumeration = tables.enumeration(field.enumeration);
    let start = cursor.position;
    let (negative, word) = lex::signed_word(cursor);
    let range = start..cursor.position;
    if let Some(value) = lex::integer(word) {
        let value = if negative { -i128::from(value) } else { i128::from(value) };
        return match i32::try_from(value) {
            Ok(number) if !enumeration.closed || enumeration.name_of(number).is_some() => {
                Ok(Value::Scalar(Scalar::Enum(number)))
            }
            _ => Err(cursor.no_number(enumeration, &value.to_string(), range)),
        };
    }
    let name = String::from_utf8_lossy(word);
    match enumeration.number_of(&name) {
        Some(number) if !negative => Ok(Value::Scalar(Scalar::Enum(number))),
        _ => {
            cursor.position = start;
            Err(no_enum_value(cursor, enumeration, &name, range))
        }
    }
}

/// What stands here is neither the name of a value nor its number.
#[cold]
fn no_enum_value(
    cursor: &Cursor<'_>,
    enumeration: &Enum,
    name: &str,
    place: Range<usize>,
) -> Error {
    if mistakes::is_null(name.as_bytes()) {
        let what = format!("{} has no value {}", enumeration.name, quote_bytes(name.as_bytes()));
        return cursor.error(what, place).maybe_hint(mistakes::notation(cursor).map(str::to_owned));
    }
    if !name.is_empty() {
        let name = String::from_utf8_lossy(&cursor.record[place.clone()]);
        return match mistakes::is_number(name.as_bytes()) {
            true => cursor.no_number(enumeration, &name, place),
            false => cursor.no_value(enumeration, &name, place),
        };
    }
    let error = mistakes::expected(cursor, "the name of an enum value");
    let mut quoted = Vec::new();
    let is_string = lex::at_string(cursor) && lex::string(&mut cursor.clone(), &mut quoted).is_ok();
    let quoted = String::from_utf8_lossy(&quoted);
    if is_string && enumeration.number_of(&quoted).is_some() {
        return error.hint(format!("write `{quoted}`, without quotes"));
    }
    error.hint(match mistakes::notation(cursor) {
        Some(hint) => hint.to_owned(),
        None => faults::value_hint(enumeration, &quoted),
    })
}

fn whole_number(cursor: &mut Cursor<'_>, kind: Kind) -> Result<Value> {
    let start = cursor.position;
    let (negative, word) = lex::signed_word(cursor);
    let Some(magnitude) = lex::integer(word) else {
        let text = String::from_utf8_lossy(word);
        if range::is_whole(&text) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // It has more than 64 bits.
            return Err(mistakes::beyond(cursor, kind, start..cursor.position));
        }
        cursor.position = start;
        return Err(mistakes::no_number(cursor, kind));
    };
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    let scalar = match kind {
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => i64::try_from(value).ok().map(Scalar::I64),
        Kind::Uint64 | Kind::Fixed64 if !negative => u64::try_from(value).ok().map(Scalar::U64),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => i32::try_from(value).ok().map(Scalar::I32),
        Kind::Uint32 | Kind::Fixed32 if !negative => u32::try_from(value).ok().map(Scalar::U32),
        _ => None,
    };
    scalar.map(Value::Scalar).ok_or_else(|| mistakes::beyond(cursor, kind, start..cursor.position))
}

fn float(cursor: &mut Cursor<'_>, kind: Kind) -> Result<Value> {
    let start = cursor.position;
    let (negative, word) = lex::signed_word(cursor);
    let Some(value) = lex::float(word) else {
        cursor.position = start;
        return Err(mistakes::no_number(cursor, kind));
    };
    let signed = |value: f64| if negative { -value } else { value };
    Ok(Value::Scalar(match kind {
        // Rounded once, from the digits: not by way of a double.
        Kind::Float => {
            let value = lex::float32(word).unwrap_or(value as f32);
            Scalar::F32(if negative { -value } else { value })
        }
        _ => Scalar::F64(signed(value)),
    }))
}
