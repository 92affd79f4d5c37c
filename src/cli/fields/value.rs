//! The value of a field out of the text of its flag.

use std::ffi::OsStr;

use super::super::io::Input;
use crate::codec::binary::Scalar;
use crate::codec::{Origin, base64_text, hex_text, json};
use crate::error::{Error, Result, names};
use crate::escape::{self, quote};
use crate::table::{Field, Kind, Root, Tables, WellKnown};

/// A value that owns its bytes.
pub enum Value {
    /// One that is neither text nor bytes.
    Scalar(Scalar<'static>),
    /// Of a string.
    Text(String),
    /// Of bytes.
    Bytes(Vec<u8>),
    /// The bytes of a message.
    Message(Vec<u8>),
}

impl Value {
    /// The value, unless it is a message.
    pub fn as_scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Value::Scalar(value) => Some(*value),
            Value::Text(text) => Some(Scalar::String(text.as_bytes())),
            Value::Bytes(bytes) => Some(Scalar::Bytes(bytes)),
            Value::Message(_) => None,
        }
    }
}

/// The value of `field` that `text` stands for.
///
/// # Errors
///
/// Text that is none of the field's values.
pub fn read(tables: &Tables, field: &Field, text: &str) -> Result<Value> {
    match field.kind {
        Kind::String => Ok(Value::Text(text.to_owned())),
        Kind::Bytes => bytes(field, text).map(Value::Bytes),
        Kind::Enum => enum_value(tables, field, text).map(Value::Scalar),
        Kind::Message | Kind::Group => message(tables, field, text).map(Value::Message),
        Kind::Bool
        | Kind::Double
        | Kind::Float
        | Kind::Int64
        | Kind::Uint64
        | Kind::Int32
        | Kind::Fixed64
        | Kind::Fixed32
        | Kind::Uint32
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => plain(field.kind, text).map(Value::Scalar),
    }
}

fn plain(kind: Kind, text: &str) -> Result<Scalar<'static>> {
    // Words of the text format and of people, for those of JSON.
    let word = match text {
        "inf" | "+inf" => "Infinity",
        "-inf" => "-Infinity",
        "nan" => "NaN",
        _ => text.strip_prefix('+').unwrap_or(text),
    };
    // `.5` and `5.` are numbers to everyone but JSON.
    let (sign, digits) = word.strip_prefix('-').map_or(("", word), |digits| ("-", digits));
    let mut number = String::from(sign);
    if digits.starts_with('.') {
        number.push('0');
    }
    number.push_str(digits.strip_suffix('.').unwrap_or(digits));
    let value = match (kind, text) {
        (Kind::Bool, "true") => Some(Scalar::Bool(true)),
        (Kind::Bool, "false") => Some(Scalar::Bool(false)),
        (Kind::Bool, _) => None,
        _ => json::number(kind, &number),
    };
    value.ok_or_else(|| {
        let error = Error::usage(format!("{} is no {}", quote(text), kind.name()));
        match range(kind) {
            Some(range) => error.hint(format!("it takes {range}")),
            None => error.hint("it takes `true` or `false`"),
        }
    })
}

fn range(kind: Kind) -> Option<String> {
    Some(match kind {
        Kind::Double | Kind::Float => String::from("a number, `inf`, `-inf` or `nan`"),
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => {
            format!("a whole number from {} to {}", i64::MIN, i64::MAX)
        }
        Kind::Uint64 | Kind::Fixed64 => format!("a whole number from 0 to {}", u64::MAX),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => {
            format!("a whole number from {} to {}", i32::MIN, i32::MAX)
        }
        Kind::Uint32 | Kind::Fixed32 => format!("a whole number from 0 to {}", u32::MAX),
        Kind::Bool | Kind::String | Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => {
            return None;
        }
    })
}

fn enum_value(tables: &Tables, field: &Field, text: &str) -> Result<Scalar<'static>> {
    let enumeration = tables.enumeration(field.enumeration);
    let by_number = || {
        let number = text.parse::<i32>().ok()?;
        (!enumeration.closed || enumeration.name_of(number).is_some()).then_some(number)
    };
    match enumeration.number_of(text).or_else(by_number) {
        Some(number) => Ok(Scalar::Enum(number)),
        None => {
            let known: Vec<&str> = enumeration.by_number.iter().map(|(_, name)| &**name).collect();
            let what = format!("{} has no value {}", enumeration.name, quote(text));
            Err(Error::usage(what).hint(names::hint(text, &known, "", "its values are")))
        }
    }
}

/// Bytes, which always say what their text is.
fn bytes(field: &Field, text: &str) -> Result<Vec<u8>> {
    let read = match text.split_once(':') {
        Some(("hex", digits)) => hex_text::read(digits.as_bytes(), Origin::START),
        Some(("base64", digits)) => base64_text::read(digits.as_bytes(), Origin::START),
        Some(("text", text)) => Ok(text.as_bytes().to_vec()),
        Some(("file", name)) => return Input::named(OsStr::new(name)).read(),
        _ => {
            let what = format!("{} does not say what kind of bytes it is", quote(text));
            let flag = &field.name;
            return Err(Error::usage(what).hint(format!(
                "write `--{flag} hex:0a05`, `--{flag} base64:CgU=`, `--{flag} text:abc` or `--{flag} file:NAME`"
            )));
        }
    };
    read.map_err(Error::as_usage)
}

/// A message: of a well-known type as JSON has it without the quotes, any
/// other as JSON.
fn message(tables: &Tables, field: &Field, text: &str) -> Result<Vec<u8>> {
    let message = tables.message(field.message);
    let mut json_text = Vec::new();
    match message.well_known {
        Some(WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask) => {
            escape::json_string(text, &mut json_text);
        }
        Some(WellKnown::Wrapper) => {
            let Some(inner) = message.fields().first() else { return Ok(Vec::new()) };
            let value = read(tables, inner, text)?;
            let mut out = Vec::new();
            let mut builder = crate::codec::build::Builder::new(tables, &mut out);
            builder.begin(message);
            if let Some(value) = value.as_scalar() {
                builder.scalar(0, value);
            }
            builder.end();
            return Ok(out);
        }
        Some(WellKnown::Any | WellKnown::Struct | WellKnown::Value | WellKnown::ListValue)
        | None => {
            json_text.extend_from_slice(text.as_bytes());
        }
    }
    let mut out = Vec::new();
    let root = Root { tables, id: field.message };
    json::parse(root, &json_text, Origin::START, Default::default(), &mut out)
        .map_err(Error::as_usage)?;
    Ok(out)
}
