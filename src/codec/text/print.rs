//! From the bytes of a message to the text format.

use super::unknown;
use crate::codec::binary::{self, Any, Parts, Scalar, Sink, Stop, Unknown, Walk};
use crate::codec::check::Nobody;
use crate::codec::notes::Notes;
use crate::error::Result;
use crate::escape;
use crate::table::{Cardinality, Field, Message, Root, Tables, WellKnown};

/// How fields are set apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// A line for each field, every line ended.
    Lines,
    /// All on one line, which is not ended.
    OneLine,
}

/// What most lines begin with a part of.
const SPACES: [u8; 64] = [b' '; 64];

impl Layout {
    /// Goes to where the next field at `depth` begins, `first` being whether
    /// it is the first of the output.
    pub(super) fn begin(self, depth: u32, first: bool, out: &mut Vec<u8>) {
        match self {
            Layout::Lines => match SPACES.get(..2 * depth as usize) {
                Some(spaces) => out.extend_from_slice(spaces),
                None => out.extend(std::iter::repeat_n(b' ', 2 * depth as usize)),
            },
            Layout::OneLine if first => {}
            Layout::OneLine => out.push(b' '),
        }
    }

    pub(super) fn end(self, out: &mut Vec<u8>) {
        if self == Layout::Lines {
            out.push(b'\n');
        }
    }
}

/// How text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrintOptions {
    /// How fields are set apart.
    pub layout: Layout,
    /// Whether unknown fields are written, by their numbers.
    pub unknown: bool,
}

/// Appends the message in `record`. `base` is where the record begins in the
/// input.
///
/// # Errors
///
/// Bytes that are not a message; a note where notes are to be errors.
pub fn print(
    root: Root<'_>,
    record: &[u8],
    base: u64,
    options: PrintOptions,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    let mut print = Print { tables: root.tables, options, out, start, outer: 0, depth: 0 };
    binary::walk(root, record, base, &mut print, notes)
}

/// Appends the fields of a message that stands in `depth` others, with their
/// unknown ones. Errors and notes are placed as if it were a record.
///
/// # Errors
///
/// As [`print()`].
pub fn print_inside(
    root: Root<'_>,
    record: &[u8],
    depth: u32,
    layout: Layout,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    let options = PrintOptions { layout, unknown: true };
    let mut print = Print { tables: root.tables, options, out, start, outer: depth, depth };
    binary::walk_inside(root, record, depth, &mut print, notes)
}

/// Writes text as fields come.
struct Print<'o> {
    tables: &'o Tables,
    options: PrintOptions,
    out: &'o mut Vec<u8>,
    start: usize,
    /// The braces that were open at the start.
    outer: u32,
    /// The braces that are open.
    depth: u32,
}

impl Print<'_> {
    fn begin_line(&mut self) {
        let first = self.out.len() == self.start;
        self.options.layout.begin(self.depth, first, self.out);
    }

    fn open(&mut self, name: &[u8]) {
        self.begin_line();
        self.out.extend_from_slice(name);
        self.out.extend_from_slice(b" {");
        self.options.layout.end(self.out);
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.begin_line();
        self.out.push(b'}');
        self.options.layout.end(self.out);
    }
}

/// Appends a value that is no message.
pub fn print_scalar(tables: &Tables, field: &Field, value: Scalar<'_>, out: &mut Vec<u8>) {
    match value {
        Scalar::F64(value) => float(zmij::Buffer::new().format(value), value, out),
        Scalar::F32(value) => float(zmij::Buffer::new().format(value), f64::from(value), out),
        Scalar::I64(value) => whole(value, out),
        Scalar::U64(value) => whole(value, out),
        Scalar::I32(value) => whole(value, out),
        Scalar::U32(value) => whole(value, out),
        Scalar::Bool(true) => out.extend_from_slice(b"true"),
        Scalar::Bool(false) => out.extend_from_slice(b"false"),
        Scalar::String(bytes) | Scalar::Bytes(bytes) => escape::text_string(bytes, out),
        Scalar::Enum(number) => match tables.enumeration(field.enumeration).name_of(number) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => whole(number, out),
        },
    }
}

fn whole(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// A float as text: the shortest digits that read back as the same.
fn float(digits: &str, value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"nan");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"inf" } else { b"-inf" });
    } else {
        out.extend_from_slice(digits.strip_suffix(".0").unwrap_or(digits).as_bytes());
    }
}

impl<'a> Sink<'a> for Print<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.depth = self.outer;
    }

    fn begin(&mut self, _: &Message, field: Option<&Field>) {
        if let Some(field) = field {
            self.open(field.text_name.as_bytes());
        }
    }

    fn end(&mut self, _: &Message, field: Option<&Field>) -> Result<()> {
        if field.is_some() {
            self.close();
        }
        Ok(())
    }

    fn scalar(&mut self, field: &Field, value: Scalar<'a>) -> Result<()> {
        self.begin_line();
        self.out.extend_from_slice(field.text_name.as_bytes());
        self.out.extend_from_slice(b": ");
        print_scalar(self.tables, field, value, self.out);
        self.options.layout.end(self.out);
        Ok(())
    }

    fn entry(&mut self, field: &Field, entry: &Message, key: Scalar<'a>) -> Result<()> {
        self.open(field.text_name.as_bytes());
        self.scalar(binary::key_and_value(entry).0, key)
    }

    fn entry_end(&mut self, _: &Field) {
        self.close();
    }

    fn unknown(&mut self, _: &Message, field: Unknown<'_, 'a>, _: &mut Notes) -> Result<()> {
        if !self.options.unknown {
            return Ok(());
        }
        self.begin_line();
        unknown::print(&field, self.options.layout, self.depth, self.out)
    }

    fn takes(&self, message: &Message) -> bool {
        message.well_known == Some(WellKnown::Any)
    }

    /// An Any whose message is known and reads is shown as that message; any
    /// other as its fields.
    fn whole(
        walk: &mut Walk<'_, 'a, Self>,
        message: &Message,
        field: Option<&Field>,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        let any = Any::read(walk, message, parts)?;
        walk.sink.begin(message, field);
        let known = any.type_name().and_then(|name| walk.tables.find(name));
        let value = walk.reader.bytes(any.value.clone());
        let inner = known.filter(|&id| {
            let root = Root { tables: walk.tables, id };
            binary::walk(root, value, 0, &mut Nobody, &mut Notes::new(false)).is_ok()
        });
        match inner {
            Some(inner) => {
                let name = format!("[{}]", escape::visible(any.type_url));
                walk.sink.open(name.as_bytes());
                walk.value(walk.tables.message(inner), None, &Parts::One(any.value), depth + 1)?;
                walk.sink.close();
            }
            None => {
                for (number, value) in
                    [(1, Scalar::String(any.type_url.as_bytes())), (2, Scalar::Bytes(value))]
                {
                    if let Some((_, field)) = message.by_number(number, 0)
                        && !value.is_default()
                    {
                        walk.sink.scalar(field, value)?;
                    }
                }
            }
        }
        walk.sink.end(message, field)?;
        Ok(())
    }
}

/// Whether a field may stand more than once in text.
pub(super) fn repeats(field: &Field) -> bool {
    match field.cardinality {
        Cardinality::Singular(_) => false,
        Cardinality::Repeated { .. } | Cardinality::Map => true,
    }
}
