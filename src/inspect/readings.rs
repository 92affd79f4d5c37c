//! Values as they are shown: with what the schema says of them, or with all
//! that they may be.

use std::fmt::Write;

use super::guess;
use super::row::Remark;
use crate::table::{Enum, Kind};
use crate::wire::varint;

/// Values of a packed field that are named as another reading.
const NAMED_MAX: usize = 4;

/// Text of more bytes is hardly anything else, though all ASCII would read as
/// packed varints too.
const SHORT_TEXT: usize = 2;

/// Bytes that are looked at for packed values where something else is likelier:
/// such bytes may stand in each other, and are then looked at at each level.
const LOOKED_AT_MAX: usize = 64;

/// Where what is said of a row goes.
pub struct Say<'s> {
    /// What it is.
    pub text: &'s mut String,
    /// What there is to know beside.
    pub info: &'s mut String,
    /// What is odd.
    pub remarks: &'s mut Vec<Remark>,
}

impl Say<'_> {
    fn note(&mut self, text: String) {
        self.remarks.push(Remark { fault: false, text });
    }

    /// A varint as a value of `kind`.
    pub fn varint(&mut self, kind: Kind, value: u64, enumeration: Option<&Enum>) {
        // Writing to a String cannot fail.
        let _ = match kind {
            Kind::Int64 => write!(self.text, "{}", value as i64),
            Kind::Int32 => self.narrow(kind, value, i64::from(value as i32) as u64),
            Kind::Uint32 => self.narrow(kind, value, u64::from(value as u32)),
            Kind::Bool => {
                if value > 1 {
                    self.note(format!("a bool is 0 or 1, {value} is read as true"));
                }
                write!(self.text, "{}", value != 0)
            }
            Kind::Enum => self.enumerated(value, enumeration),
            Kind::Sint32 => {
                if value > u64::from(u32::MAX) {
                    self.note(format!("{} does not fit into a sint32", zigzag(value)));
                }
                write!(self.text, "{}", zigzag(u64::from(value as u32)))
            }
            Kind::Sint64 => write!(self.text, "{}", zigzag(value)),
            // The others are no varints.
            _ => write!(self.text, "{value}"),
        };
    }

    fn narrow(&mut self, kind: Kind, value: u64, kept: u64) -> std::fmt::Result {
        let shown = |value: u64| match kind {
            Kind::Int32 => (value as i64).to_string(),
            _ => value.to_string(),
        };
        if value != kept {
            let what = kind.with_article();
            self.note(format!(
                "{} does not fit into {what}, its low 32 bits are read",
                shown(value)
            ));
        }
        write!(self.text, "{}", shown(kept))
    }

    fn enumerated(&mut self, value: u64, enumeration: Option<&Enum>) -> std::fmt::Result {
        let number = value as i32;
        if i64::from(number) as u64 != value {
            let value = value as i64;
            self.note(format!("{value} does not fit into an enum, its low 32 bits are read"));
        }
        let Some(enumeration) = enumeration else { return write!(self.text, "{number}") };
        match enumeration.name_of(number) {
            Some(name) => {
                let _ = write!(self.info, "{number}");
                write!(self.text, "{name}")
            }
            None => {
                let closed = match enumeration.closed {
                    true => ", so the value counts as an unknown field",
                    false => "",
                };
                self.note(format!("{} has no value {number}{closed}", enumeration.name));
                write!(self.text, "{number}")
            }
        }
    }

    /// Eight bytes as a value of `kind`.
    pub fn fixed64(&mut self, kind: Kind, bits: u64) {
        let _ = match kind {
            Kind::Double => write!(self.text, "{}", float(f64::from_bits(bits))),
            Kind::Sfixed64 => write!(self.text, "{}", bits as i64),
            _ => write!(self.text, "{bits}"),
        };
    }

    /// Four bytes as a value of `kind`.
    pub fn fixed32(&mut self, kind: Kind, bits: u32) {
        let _ = match kind {
            Kind::Float => write!(self.text, "{}", float(f32::from_bits(bits))),
            Kind::Sfixed32 => write!(self.text, "{}", bits as i32),
            _ => write!(self.text, "{bits}"),
        };
    }

    /// A varint of which nothing is known.
    pub fn any_varint(&mut self, value: u64) {
        let _ = write!(self.text, "{value}");
        let _ = match value {
            0 => write!(self.info, "or false"),
            1 => write!(self.info, "or true, zigzag -1"),
            _ if value > i64::MAX as u64 => {
                write!(self.info, "or int {}, zigzag {}", value as i64, zigzag(value))
            }
            _ => write!(self.info, "or zigzag {}", zigzag(value)),
        };
    }

    /// Eight bytes of which nothing is known.
    pub fn any_fixed64(&mut self, bits: u64) {
        let value = f64::from_bits(bits);
        let signed = (bits > i64::MAX as u64).then_some(bits as i64);
        self.any_fixed(is_usual(value), float(value), "double", "fixed64", bits, signed);
    }

    /// Four bytes of which nothing is known.
    pub fn any_fixed32(&mut self, bits: u32) {
        let value = f32::from_bits(bits);
        let signed = (bits > i32::MAX as u32).then_some(i64::from(bits as i32));
        let usual = is_usual(f64::from(value));
        self.any_fixed(usual, float(value), "float", "fixed32", u64::from(bits), signed);
    }

    fn any_fixed(
        &mut self,
        usual: bool,
        float: String,
        named: &str,
        fixed: &str,
        bits: u64,
        signed: Option<i64>,
    ) {
        let signed = signed.map_or(String::new(), |value| format!(", s{fixed} {value}"));
        let _ = match usual {
            true => {
                let _ = write!(self.info, "{named}, or {fixed} {bits}{signed}");
                write!(self.text, "{float}")
            }
            false => {
                let _ = write!(self.info, "{fixed}{signed}, or {named} {float}");
                write!(self.text, "{bits}")
            }
        };
    }

    /// What else a length-delimited value may be that is shown as `likely`.
    pub fn other_readings(&mut self, bytes: &[u8], likely: Likely) {
        let mut others: Vec<String> = Vec::new();
        let packed = match likely {
            Likely::Text { message } => {
                others.extend(message.then(|| String::from("message")));
                bytes.len() <= SHORT_TEXT
            }
            Likely::Message => bytes.len() <= LOOKED_AT_MAX,
            Likely::Bytes => true,
        };
        if packed && guess::are_varints(bytes) {
            others.push(format!("packed varints{}", varints(bytes)));
        }
        if likely == Likely::Bytes && bytes.len().is_multiple_of(4) {
            others.push(format!("packed fixed32{}", fixed32s(bytes)));
        }
        if likely == Likely::Bytes && bytes.len().is_multiple_of(8) {
            others.push(format!("packed fixed64{}", fixed64s(bytes)));
        }
        if !others.is_empty() {
            let comma = if self.info.is_empty() { "" } else { ", " };
            let _ = write!(self.info, "{comma}or {}", others.join(", or "));
        }
    }
}

/// What a length-delimited value is shown as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Likely {
    /// Text, which may read as a message too.
    Text {
        /// Whether it does.
        message: bool,
    },
    /// A message.
    Message,
    /// Neither.
    Bytes,
}

fn varints(bytes: &[u8]) -> String {
    let mut rest = bytes;
    listed(bytes.len() <= NAMED_MAX * 3, || {
        let (value, len) = varint::read(rest).ok()?;
        rest = &rest[len..];
        Some(value.to_string())
    })
}

fn fixed32s(bytes: &[u8]) -> String {
    let mut chunks = bytes.chunks_exact(4);
    listed(bytes.len() <= NAMED_MAX * 4, || {
        let bits = u32::from_le_bytes(*chunks.next()?.first_chunk()?);
        let value = f32::from_bits(bits);
        Some(if is_usual(f64::from(value)) { float(value) } else { bits.to_string() })
    })
}

fn fixed64s(bytes: &[u8]) -> String {
    let mut chunks = bytes.chunks_exact(8);
    listed(bytes.len() <= NAMED_MAX * 8, || {
        let bits = u64::from_le_bytes(*chunks.next()?.first_chunk()?);
        let value = f64::from_bits(bits);
        Some(if is_usual(value) { float(value) } else { bits.to_string() })
    })
}

/// The values, if these are a few.
fn listed(few: bool, next: impl FnMut() -> Option<String>) -> String {
    if !few {
        return String::new();
    }
    let values: Vec<String> = std::iter::from_fn(next).take(NAMED_MAX + 1).collect();
    if values.is_empty() || values.len() > NAMED_MAX {
        return String::new();
    }
    format!(" {}", values.join(", "))
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The shortest digits that read back as the same number.
fn float<F: std::fmt::Debug>(value: F) -> String {
    format!("{value:?}").replace("NaN", "nan")
}

/// Whether a number is one that somebody would write: bits of integers are
/// either tiny or huge as a float.
fn is_usual(value: f64) -> bool {
    value != 0.0 && (1e-9..1e15).contains(&value.abs())
}
