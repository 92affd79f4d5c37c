//! Defaults of fields, from how descriptors write them to how `.proto` files do.

use super::field::kind;
use super::options::string;
use super::raw::Field;
use crate::error::{Error, Result};
use crate::escape::{quote_bytes, word};
use crate::schema::pool::Named;
use crate::table::Kind;

/// A default, read from how descriptors write it.
pub(super) fn default_value(
    field: &Field<'_>,
    written: &[u8],
    named: Option<Named>,
) -> Result<String> {
    let refused = || {
        let (default, name) = (quote_bytes(written), word(field.name));
        Error::failure(format!("the default {default} of {name} is no value of its type"))
            .hint("the descriptor set is broken, or was not made by a compiler")
    };
    let kind = match (kind(field.type_number), named) {
        (Some(kind), _) => kind,
        (None, Some(Named::Enum(_))) => Kind::Enum,
        (None, _) => return Err(refused()),
    };
    match kind {
        // protoc takes any bytes for a string too, and writes them as they are.
        Kind::String => return Ok(string(written)),
        Kind::Bytes => return Ok(string(&unescaped(written))),
        _ => {}
    }
    let text = std::str::from_utf8(written).map_err(|_| refused())?;
    let fits = match kind {
        Kind::String | Kind::Bytes => true,
        Kind::Bool => matches!(text, "true" | "false"),
        Kind::Double | Kind::Float => {
            matches!(text, "inf" | "-inf" | "nan" | "-nan") || text.parse::<f64>().is_ok()
        }
        Kind::Enum => crate::schema::pool::check_name(text).is_ok(),
        Kind::Int64
        | Kind::Int32
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => text.parse::<i64>().is_ok(),
        Kind::Uint64 | Kind::Uint32 | Kind::Fixed64 | Kind::Fixed32 => text.parse::<u64>().is_ok(),
        Kind::Message | Kind::Group => false,
    };
    // What reads as a number in Rust may have a plus, which protoc does not read.
    match fits && !text.starts_with('+') {
        true => Ok(text.to_owned()),
        false => Err(refused()),
    }
}

/// Bytes out of the escapes of C, in which descriptors have them.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = bytes.get(at) else { break };
        let digits = |from: usize, max: usize, base: u32| {
            let digit = |byte: &u8| char::from(*byte).to_digit(base);
            bytes[from..].iter().take(max).map_while(digit).collect::<Vec<u32>>()
        };
        let (found, base) = match escape {
            b'0'..=b'7' => (digits(at, 3, 8), 8),
            b'x' | b'X' => (digits(at + 1, 2, 16), 16),
            _ => (Vec::new(), 0),
        };
        at += match escape {
            b'0'..=b'7' => found.len(),
            _ => 1 + found.len(),
        };
        out.push(match escape {
            b'0'..=b'7' | b'x' | b'X' => {
                found.iter().fold(0, |value, digit| value * base + digit) as u8
            }
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_c_are_read() {
        assert_eq!(unescaped(br#"a\001\xff\n\\\"\'\0009"#), b"a\x01\xff\n\\\"'\x009");
        assert_eq!(unescaped(b"\\"), b"");
    }

    #[test]
    fn a_default_is_a_value_and_nothing_more() {
        let of = |type_number, text: &str| {
            let field = Field { type_number, name: "f", ..Field::default() };
            default_value(&field, text.as_bytes(), None).ok()
        };
        assert_eq!(of(1, "-inf").as_deref(), Some("-inf"));
        assert_eq!(of(1, "1e+20").as_deref(), Some("1e+20"));
        assert_eq!(of(9, "a\"]; x").as_deref(), Some("\"a\\\"]; x\""));
        for (kind, text) in [(5, "1]; optional"), (8, "True"), (14, "A = 1"), (11, "{}"), (4, "-1")]
        {
            assert_eq!(of(kind, text), None, "{text}");
        }
    }
}
