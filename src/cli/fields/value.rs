//! The value of a field out of the text of its flag.

use std::ffi::OsStr;

use super::super::io::Input;
use super::words::Given;
use crate::codec::binary::Scalar;
use crate::codec::build::Builder;
use crate::codec::{Origin, base64_text, hex_text, json, range};
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

/// The flag that a value comes from.
#[derive(Clone, Copy)]
pub struct Source<'g> {
    /// The flag itself.
    pub flag: &'g Given,
    /// What stands before the `=` of an entry of a map, when it is the value
    /// behind it that is read.
    pub key: Option<&'g str>,
    /// The levels of messages that stand around the value.
    pub depth: u32,
}

impl Source<'_> {
    /// How the flag is written with another value.
    fn with(&self, value: &str) -> String {
        match self.key {
            Some(key) => self.flag.with(&format!("{key}={value}")),
            None => self.flag.with(value),
        }
    }
}

/// The value of `field` that `text` stands for.
///
/// # Errors
///
/// Text that is none of the field's values.
pub fn read(tables: &Tables, field: &Field, text: &str, source: Source<'_>) -> Result<Value> {
    match field.kind {
        Kind::String => Ok(Value::Text(text.to_owned())),
        Kind::Bytes => bytes(text, source).map(Value::Bytes),
        Kind::Enum => enum_value(tables, field, text).map(Value::Scalar),
        Kind::Message | Kind::Group => message(tables, field, text, source).map(Value::Message),
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
    let value = match kind {
        Kind::Bool => match text {
            "true" => Some(Scalar::Bool(true)),
            "false" => Some(Scalar::Bool(false)),
            _ => None,
        },
        Kind::Double
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
        | Kind::Sint64 => json::number(kind, &as_json(text)),
        Kind::String | Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => None,
    };
    value.ok_or_else(|| {
        let takes = range::takes(kind).map(|takes| format!("it takes {takes}"));
        Error::usage(range::misfit(kind, text)).maybe_hint(takes)
    })
}

/// A number as JSON has it.
fn as_json(text: &str) -> String {
    // Words of the text format and of people, for those of JSON.
    let word = match text {
        "inf" | "+inf" => "Infinity",
        "-inf" => "-Infinity",
        "nan" => "NaN",
        // One sign is enough.
        _ if text.starts_with("+-") => text,
        _ => text.strip_prefix('+').unwrap_or(text),
    };
    // `.5` and `5.` are numbers to everyone but JSON.
    let (sign, digits) = word.strip_prefix('-').map_or(("", word), |digits| ("-", digits));
    match digits.split_once('.') {
        Some(("", fraction)) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{sign}0{digits}")
        }
        Some((whole, "")) if whole.ends_with(|c: char| c.is_ascii_digit()) => {
            format!("{sign}{whole}")
        }
        _ => word.to_owned(),
    }
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
fn bytes(text: &str, source: Source<'_>) -> Result<Vec<u8>> {
    let read = match text.split_once(':') {
        Some(("hex", digits)) => hex_text::read(digits.as_bytes(), Origin::START),
        Some(("base64", digits)) => base64_text::read(digits.as_bytes(), Origin::START),
        Some(("text", text)) => Ok(text.as_bytes().to_vec()),
        Some(("file", name)) => return Input::named(OsStr::new(name)).read(),
        _ => {
            let what = format!("{} does not say what kind of bytes it is", quote(text));
            return Err(Error::usage(what).hint(format!(
                "write `{}`, `{}`, `{}` or `{}`",
                source.with("hex:0a05"),
                source.with("base64:CgU="),
                source.with("text:abc"),
                source.with("file:NAME")
            )));
        }
    };
    read.map_err(Error::as_usage)
}

/// A message: of a well-known type as JSON has it without the quotes, any
/// other as JSON.
fn message(tables: &Tables, field: &Field, text: &str, source: Source<'_>) -> Result<Vec<u8>> {
    let message = tables.message(field.message);
    let mut out = Vec::new();
    let root = Root { tables, id: field.message };
    let options = json::ParseOptions { depth: source.depth + 1, ..Default::default() };
    let mut parse = |text: &[u8]| {
        json::parse(root, text, Origin::START, options, &mut out).map_err(Error::as_usage)
    };
    match message.well_known {
        Some(WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask) => {
            let mut quoted = Vec::new();
            escape::json_string(text, &mut quoted);
            // The quotes are ours, so what shows them is of no use.
            parse(&quoted).map_err(Error::without_place)?;
        }
        Some(WellKnown::Wrapper) => {
            let Some(inner) = message.fields().first() else { return Ok(Vec::new()) };
            let value = read(tables, inner, text, source)?;
            let mut builder = Builder::new(tables, &mut out);
            builder.begin(message);
            if let Some(value) = value.as_scalar() {
                builder.scalar(0, value);
            }
            builder.end();
        }
        Some(WellKnown::Any | WellKnown::Struct | WellKnown::Value | WellKnown::ListValue)
        | None => parse(text.as_bytes())?,
    }
    Ok(out)
}
