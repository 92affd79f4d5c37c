//! The view for people: offset, bytes, meaning, and what there is to know
//! beside, in columns.

mod fit;

use std::io::{self, Write};

use super::row::{Part, Remark, Row, Shown, Sink};
use crate::escape;
use fit::{columns, fitting, line_len, piece_len, push_character};

/// The columns that the bytes and the meaning have at least.
const BYTES_MIN: usize = 16;
const LABEL_MIN: usize = 17;

/// The columns of the meaning, at most, behind which the rest is put in line.
const LABEL_MAX: usize = 32;

/// What stands between two columns.
const GAP: usize = 2;

/// Levels that are indented; deeper ones are numbered, or lines would be as
/// long as messages are deep.
const INDENTED_MAX: u32 = 12;

/// Columns that are left for a text that is broken into lines.
const WRAPPED_MIN: usize = 24;

/// The bytes of a record whose columns are made as wide as it needs.
const MEASURED_MAX: usize = 4 << 10;

/// How wide the columns are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// All together.
    width: usize,
    /// The bytes of a line.
    per_line: usize,
    /// The columns of offsets, of bytes and of what they mean, with the gap.
    offset: usize,
    bytes: usize,
    label: usize,
}

impl Layout {
    /// Columns for lines of so many characters, and any number of rows.
    pub fn new(width: usize) -> Self {
        let per_line = match width {
            ..80 => 4,
            80..120 => 8,
            _ => 16,
        };
        let bytes = (per_line * 3 - 1).max(BYTES_MIN) + GAP;
        Layout { width, per_line, offset: 6 + GAP, bytes, label: 18 + GAP }
    }

    /// With room for the offsets of a stream, whose end nobody knows.
    pub fn for_stream(self) -> Self {
        Layout { offset: 8 + GAP, ..self }
    }

    /// As wide as the rows need that `run` hands on, of a record of `len`
    /// bytes whose offsets end at `end`. A long one isn't gone through twice.
    ///
    /// # Errors
    ///
    /// What `run` returns.
    pub fn measured<E>(
        self,
        len: usize,
        end: u64,
        run: impl FnOnce(&mut dyn Sink) -> Result<(), E>,
    ) -> Result<Self, E> {
        let offset = self.offset.max(end.to_string().len() + GAP);
        if len > MEASURED_MAX {
            return Ok(Layout { offset, ..self });
        }
        let mut measure = Measure { per_line: self.per_line, bytes: BYTES_MIN, label: LABEL_MIN };
        run(&mut measure)?;
        let (bytes, label) = (measure.bytes + GAP, measure.label.min(LABEL_MAX) + GAP);
        Ok(Layout { offset, bytes, label, ..self })
    }

    fn field(&self) -> usize {
        self.offset + self.bytes
    }

    /// The columns that there are for the text of a row.
    fn room(&self, row: &Row<'_>) -> usize {
        let mut before = String::new();
        push_indent(row.level, &mut before);
        push_level(row.level, &mut before);
        self.width.saturating_sub(self.field() + before.len())
    }

    /// The bytes of the next line of a row: of text whole characters, and no more
    /// than there is room for when they are written out.
    fn piece_len(&self, row: &Row<'_>, rest: &[u8]) -> usize {
        let len = piece_len(row.shown, rest, self.per_line);
        match (row.shown, std::str::from_utf8(&rest[..len])) {
            (Shown::Text(..), Ok(text)) => fitting(text, self.room(row)),
            _ => len,
        }
    }
}

/// Finds out how wide the columns have to be.
struct Measure {
    per_line: usize,
    bytes: usize,
    label: usize,
}

impl Sink for Measure {
    fn row(&mut self, record: &[u8], _: u64, row: &Row<'_>) -> io::Result<()> {
        let len = row.range.len().min(self.per_line);
        self.bytes = self.bytes.max((len * 3).saturating_sub(1));
        let mut label = String::new();
        push_indent(row.level, &mut label);
        let first = &record[row.range.clone()];
        push_meaning(row, first, piece_len(row.shown, first, self.per_line), true, &mut label);
        if !beside(row).is_empty() && columns(&label) <= LABEL_MAX {
            self.label = self.label.max(columns(&label));
        }
        Ok(())
    }
}

/// What colours stand for.
#[derive(Clone, Copy)]
enum Colour {
    Dim,
    Name,
    Value,
    Note,
    Fault,
}

/// Whether there are colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paint {
    /// There are none.
    Plain,
    /// There are.
    Coloured,
}

/// Prints rows in columns.
pub struct Columns<W> {
    out: W,
    layout: Layout,
    paint: Paint,
    /// The line that is put together, and how many columns it has.
    line: String,
    column: usize,
    scratch: String,
    /// The bytes that were printed.
    bytes: u64,
}

impl<W: Write> Columns<W> {
    /// Nothing is printed yet.
    pub fn new(out: W, layout: Layout, paint: Paint) -> Self {
        let line = String::with_capacity(layout.width * 2);
        Columns { out, layout, paint, line, column: 0, scratch: String::new(), bytes: 0 }
    }

    /// Prints the names of the columns.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub fn head(&mut self) -> io::Result<()> {
        let Layout { offset, .. } = self.layout;
        let field = self.layout.field();
        self.put(0, "offset", Some(Colour::Dim));
        self.put(offset, "bytes", Some(Colour::Dim));
        self.put(field, "field", Some(Colour::Dim));
        self.end()
    }

    /// Prints the number of a record.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn record(&mut self, number: u64) -> io::Result<()> {
        self.put(0, &format!("record {number}"), Some(Colour::Dim));
        self.end()
    }

    /// The bytes that were printed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it prints to.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The same, when it is done.
    pub fn into_out(self) -> W {
        self.out
    }

    /// Puts text at a column, or behind what is there.
    fn put(&mut self, column: usize, text: &str, colour: Option<Colour>) {
        if text.is_empty() {
            return;
        }
        let gap = match self.column {
            0 => column,
            there => column.saturating_sub(there).max(GAP),
        };
        push_spaces(gap, &mut self.line);
        self.column += gap + columns(text);
        let colour = colour.filter(|_| self.paint == Paint::Coloured);
        if let Some(colour) = colour {
            self.line.push_str(match colour {
                Colour::Dim => "\x1b[2m",
                Colour::Name => "\x1b[36m",
                Colour::Value => "\x1b[32m",
                Colour::Note => "\x1b[33m",
                Colour::Fault => "\x1b[1;31m",
            });
        }
        self.line.push_str(text);
        if colour.is_some() {
            self.line.push_str("\x1b[0m");
        }
    }

    /// The same, in as many lines as it takes; further lines begin at `column` too.
    fn put_wrapped(&mut self, column: usize, text: &str, colour: Option<Colour>) -> io::Result<()> {
        let mut column = column.max(if self.column > 0 { self.column + GAP } else { 0 });
        if column + columns(text) > self.layout.width && self.column > 0 {
            // Where little is left, the next line has more.
            let indented = self.layout.field() + GAP;
            if column + WRAPPED_MIN > self.layout.width && indented < column {
                self.end()?;
                column = indented;
            }
        }
        let room = self.layout.width.saturating_sub(column).max(WRAPPED_MIN);
        let mut rest = text;
        loop {
            let len = line_len(rest, room);
            self.put(column, rest[..len].trim_end(), colour);
            rest = rest[len..].trim_start();
            if rest.is_empty() {
                return Ok(());
            }
            self.end()?;
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        self.column = 0;
        Ok(())
    }

    /// The offset and the bytes of a line.
    fn bytes_of(&mut self, offset: u64, bytes: &[u8]) {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        text.push_str(itoa::Buffer::new().format(offset));
        self.put(0, &text, Some(Colour::Dim));
        text.clear();
        for (at, byte) in bytes.iter().enumerate() {
            let digit = |nibble: u8| escape::HEX[usize::from(nibble)];
            let pair = [b' ', digit(byte >> 4), digit(byte & 0xf)];
            // Digits are ASCII.
            text.push_str(std::str::from_utf8(&pair[usize::from(at == 0)..]).unwrap_or_default());
        }
        self.put(self.layout.offset, &text, None);
        self.bytes += bytes.len() as u64;
        self.scratch = text;
    }

    /// What a row says of its first bytes, or of those that follow.
    fn meaning(&mut self, row: &Row<'_>, piece: &[u8], len: usize, first: bool) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        push_indent(row.level, &mut text);
        let indent = text.len();
        push_meaning(row, piece, len, first, &mut text);
        let colour = match row.part {
            Part::Tag => Some(Colour::Name),
            Part::Value | Part::Element => Some(Colour::Value),
            Part::Garbage | Part::Nothing => Some(Colour::Fault),
            Part::Frame | Part::Length | Part::End => None,
        };
        let field = self.layout.field();
        if text.len() > indent {
            let colour = colour.filter(|_| row.shown == Shown::Said || first || indent > 0);
            // Of bytes and text there are never more than fit.
            match row.shown {
                Shown::Said => self.put_wrapped(field + indent, &text[indent..], colour)?,
                Shown::Text(..) | Shown::Bytes => self.put(field + indent, &text[indent..], colour),
            }
        }
        self.scratch = text;
        Ok(())
    }

    /// What is odd or wrong, on lines of its own, with the bytes marked.
    fn remark(&mut self, row: &Row<'_>, remark: &Remark, marked: usize) -> io::Result<()> {
        let (word, colour) = match remark.fault {
            true => ("error", Colour::Fault),
            false => ("note", Colour::Note),
        };
        if remark.fault {
            let carets = "^".repeat((marked * 3).saturating_sub(1).max(1));
            self.put(self.layout.offset, &carets, Some(colour));
        }
        let text = escape::visible(&format!("{word}: {}", remark.text));
        let indent = 2 * row.level.min(INDENTED_MAX) as usize;
        self.put_wrapped(self.layout.field() + indent, &text, Some(colour))?;
        self.end()
    }
}

impl<W: Write> Sink for Columns<W> {
    fn row(&mut self, record: &[u8], base: u64, row: &Row<'_>) -> io::Result<()> {
        let mut at = row.range.start;
        loop {
            let (first, rest) = (at == row.range.start, &record[at..row.range.end]);
            let len = self.layout.piece_len(row, rest);
            self.bytes_of(base + at as u64, &rest[..len]);
            self.meaning(row, rest, len, first)?;
            let beside = if first { beside(row) } else { "" };
            if !beside.is_empty() {
                let column = self.layout.field() + self.layout.label;
                match beside.chars().any(escape::is_unsafe) {
                    true => self.put_wrapped(column, &escape::visible(beside), None)?,
                    false => self.put_wrapped(column, beside, None)?,
                }
            }
            self.end()?;
            if first {
                for remark in apart(row) {
                    self.remark(row, remark, len)?;
                }
            }
            at += len;
            if at >= row.range.end {
                return Ok(());
            }
        }
    }
}

/// What stands beside the meaning: the first note, where nothing else does.
fn beside<'r>(row: &Row<'r>) -> &'r str {
    match row.remarks {
        [remark, ..] if row.info.is_empty() && !remark.fault => &remark.text,
        _ => row.info,
    }
}

/// The remarks that have lines of their own.
fn apart<'r>(row: &Row<'r>) -> &'r [Remark] {
    match row.remarks {
        [remark, rest @ ..] if row.info.is_empty() && !remark.fault => rest,
        all => all,
    }
}

fn push_indent(level: u32, out: &mut String) {
    push_spaces(2 * level.min(INDENTED_MAX) as usize, out);
}

/// The number of a level that is not indented.
fn push_level(level: u32, out: &mut String) {
    if level > INDENTED_MAX {
        out.push('[');
        out.push_str(itoa::Buffer::new().format(level));
        out.push_str("] ");
    }
}

/// Spaces in one go: a line has some fifty of them.
fn push_spaces(mut count: usize, out: &mut String) {
    const SPACES: &str = "                                                                ";
    while count > 0 {
        let now = count.min(SPACES.len());
        out.push_str(&SPACES[..now]);
        count -= now;
    }
}

/// What is said of the first `len` bytes of `rest`, which is what is left of a row.
fn push_meaning(row: &Row<'_>, rest: &[u8], len: usize, first: bool, out: &mut String) {
    if first {
        push_level(row.level, out);
    }
    match row.shown {
        Shown::Said if first => match row.text.chars().any(escape::is_unsafe) {
            true => out.push_str(&escape::visible(row.text)),
            false => out.push_str(row.text),
        },
        Shown::Said => {}
        Shown::Text(begins, ends) => {
            if begins && first {
                out.push('"');
            }
            for c in String::from_utf8_lossy(&rest[..len]).chars() {
                push_character(c, out);
            }
            if ends && len == rest.len() {
                out.push('"');
            }
        }
        Shown::Bytes => {
            let printable = |byte: &u8| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '.',
            };
            out.extend(rest[..len].iter().map(printable));
        }
    }
}
