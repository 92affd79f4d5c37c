//! Values that are no messages, out of text.

use super::lex;
use crate::codec::binary::Scalar;
use crate::codec::cursor::Cursor;
use crate::error::{Error, Result, names};
use crate::escape::{quote, quote_bytes};
use crate::table::{Field, Kind, Tables};

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
                return Err(expected(cursor, "a string").hint("strings stand in quotes"));
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

#[cold]
fn expected(cursor: &Cursor<'_>, what: &str) -> Error {
    cursor.error_here(format!("expected {what}, found {}", cursor.found()))
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
                return Err(expected(cursor, "true or false"));
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
        let number = i32::try_from(value).map_err(|_| {
            cursor.error(format!("{value} is out of range of an enum"), range.clone())
        })?;
        if enumeration.closed && enumeration.name_of(number).is_none() {
            let what = format!("{} has no value {number}", enumeration.name);
            return Err(cursor.error(what, range));
        }
        return Ok(Value::Scalar(Scalar::Enum(number)));
    }
    let name = String::from_utf8_lossy(word);
    if name.is_empty() || negative {
        cursor.position = start;
        return Err(expected(cursor, "the name of an enum value"));
    }
    match enumeration.number_of(&name) {
        Some(number) => Ok(Value::Scalar(Scalar::Enum(number))),
        None => {
            let known: Vec<&str> = enumeration.by_number.iter().map(|(_, name)| &**name).collect();
            let what = format!("{} has no value {}", enumeration.name, quote(&name));
            Err(cursor.error(what, range).hint(names::hint(&name, &known, "", "its values are")))
        }
    }
}

fn whole_number(cursor: &mut Cursor<'_>, kind: Kind) -> Result<Value> {
    let start = cursor.position;
    let (negative, word) = lex::signed_word(cursor);
    let Some(magnitude) = lex::integer(word) else {
        cursor.position = start;
        return Err(expected(cursor, "a whole number"));
    };
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    let scalar = match kind {
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => i64::try_from(value).ok().map(Scalar::I64),
        Kind::Uint64 | Kind::Fixed64 if !negative => u64::try_from(value).ok().map(Scalar::U64),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => i32::try_from(value).ok().map(Scalar::I32),
        Kind::Uint32 | Kind::Fixed32 if !negative => u32::try_from(value).ok().map(Scalar::U32),
        _ => None,
    };
    scalar.map(Value::Scalar).ok_or_else(|| {
        let what = format!("{value} is out of range of {}", kind.name());
        cursor.error(what, start..cursor.position)
    })
}

fn float(cursor: &mut Cursor<'_>, kind: Kind) -> Result<Value> {
    let start = cursor.position;
    let (negative, word) = lex::signed_word(cursor);
    let Some(value) = lex::float(word) else {
        cursor.position = start;
        return Err(expected(cursor, "a number"));
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
