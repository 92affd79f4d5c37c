//! From the text format to the bytes of a message.

use std::ops::Range;

use super::print::repeats;
use super::{lex, mistakes, scalar};
use crate::codec::binary::{self, Scalar};
use crate::codec::build::{Builder, Taken};
use crate::codec::cursor::{Cursor, Origin};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::table::{Cardinality, Field, Message, Root, Tables, WellKnown};
use crate::wire::limits::DEPTH_MAX;

/// Reads the message in `record` and appends its bytes. `origin` is where the
/// record begins in the input.
///
/// # Errors
///
/// Anything that is not the text of this type, with line and column.
pub fn parse(root: Root<'_>, record: &[u8], origin: Origin, out: &mut Vec<u8>) -> Result<()> {
    let message = root.message();
    let cursor = Cursor::new(record, origin);
    let mut parser =
        Parser { cursor, builder: Builder::new(root.tables, out), tables: root.tables };
    let start = parser.builder.len();
    parser.builder.begin(message);
    parser
        .fields(message, None, 0)
        .and_then(|()| {
            let missing = parser.builder.end();
            parser.end(message, missing)?;
            match parser.builder.is_too_large(start) {
                true => Err(parser.cursor.too_large()),
                false => Ok(()),
            }
        })
        .map_err(|error| error.in_message(message.name()))
}

/// A reader of text that writes as it reads.
struct Parser<'t, 'o, 'a> {
    cursor: Cursor<'a>,
    builder: Builder<'t, 'o>,
    tables: &'t Tables,
}

impl<'t, 'a> Parser<'t, '_, 'a> {
    /// Complains of a required field that is not set.
    fn end(&self, message: &Message, missing: Option<&Field>) -> Result<()> {
        missing.map_or(Ok(()), |field| Err(self.cursor.lacks(message, field, &field.text_name)))
    }

    /// Reads fields up to `closing`, or to the end of the input.
    fn fields(&mut self, message: &'t Message, closing: Option<u8>, depth: u32) -> Result<()> {
        if depth > DEPTH_MAX {
            return Err(self.cursor.too_deep());
        }
        loop {
            lex::space(&mut self.cursor);
            match (self.cursor.peek(), closing) {
                (None, None) => return Ok(()),
                (Some(byte), Some(closing)) if byte == closing => {
                    self.cursor.position += 1;
                    return Ok(());
                }
                (None | Some(b'}' | b'>' | b']'), Some(closing)) => {
                    return Err(mistakes::not_closed(&self.cursor, closing));
                }
                _ => self.field(message, depth)?,
            }
            lex::space(&mut self.cursor);
            if self.cursor.eat(b',') || self.cursor.eat(b';') {
                lex::space(&mut self.cursor);
            }
        }
    }

    fn field(&mut self, message: &'t Message, depth: u32) -> Result<()> {
        let start = self.cursor.position;
        if self.cursor.peek() == Some(b'[') {
            return self.bracketed(message, depth);
        }
        let name = lex::name(&mut self.cursor);
        if name.is_empty() {
            return Err(mistakes::no_name(&self.cursor));
        }
        // A name is ASCII, so nothing is lost here.
        let name = String::from_utf8_lossy(name);
        let range = start..self.cursor.position;
        let Some((index, field)) = message.by_name(&name) else {
            if message.is_reserved(&name) {
                lex::space(&mut self.cursor);
                self.cursor.eat(b':');
                return lex::skip(&mut self.cursor, depth);
            }
            return Err(self.no_field(message, &name, range));
        };
        self.named_field(message, index, field, range, depth)
    }

    /// Reads `[pkg.extension]`, or `[host/pkg.Message]` in an Any.
    fn bracketed(&mut self, message: &'t Message, depth: u32) -> Result<()> {
        let start = self.cursor.position;
        self.cursor.position += 1;
        let name = lex::bracketed_name(&mut self.cursor)?;
        let range = start..self.cursor.position;
        if name.contains('/') {
            return self.any(message, &name, range, depth);
        }
        let name = format!("[{name}]");
        match message.by_name(&name) {
            Some((index, field)) => self.named_field(message, index, field, range, depth),
            None if message.well_known == Some(WellKnown::Any) => {
                Err(self.cursor.no_type(self.tables, &name[1..name.len() - 1], range))
            }
            None => Err(self.no_field(message, &name, range)),
        }
    }

    fn named_field(
        &mut self,
        message: &'t Message,
        index: usize,
        field: &'t Field,
        range: Range<usize>,
        depth: u32,
    ) -> Result<()> {
        if let Err(taken) = self.builder.mark(index) {
            return Err(self.taken(message, index, taken, range));
        }
        lex::space(&mut self.cursor);
        let colon = self.cursor.eat(b':');
        lex::space(&mut self.cursor);
        if !colon && !field.kind.is_message() {
            return Err(mistakes::no_colon(&self.cursor, field).in_field(&field.name));
        }
        let read = match self.cursor.peek() {
            Some(b'[') if repeats(field) => self.list(index, field, depth),
            _ => self.value(index, field, depth).map_err(|error| match field.is_list() {
                true => error.in_field(&format!("[{}]", self.builder.count(depth, index))),
                false => error,
            }),
        };
        read.map_err(|error| error.in_field(&field.name))
    }

    #[cold]
    fn taken(&self, message: &Message, index: usize, taken: Taken, range: Range<usize>) -> Error {
        let field = &message.fields()[index];
        match taken {
            Taken::Field => self.cursor.twice(field, &field.name, range),
            Taken::Oneof(other) => self.cursor.two_of_oneof(message, other, index, range),
        }
    }

    /// Reads `[a, b]`.
    fn list(&mut self, index: usize, field: &'t Field, depth: u32) -> Result<()> {
        self.cursor.position += 1;
        lex::space(&mut self.cursor);
        if self.cursor.eat(b']') {
            return Ok(());
        }
        let packed = field.cardinality == (Cardinality::Repeated { packed: true });
        let open = packed.then(|| self.builder.begin_packed(index));
        let mut count = 0;
        loop {
            let read = match packed {
                true => scalar::read(&mut self.cursor, field, self.tables)
                    .map(|value| self.builder.packed_value(field.kind, value.as_scalar())),
                false => self.value(index, field, depth),
            };
            read.map_err(|error| {
                // The others are counted by the builder already.
                let packed = if packed { count } else { 0 };
                error.in_field(&format!("[{}]", self.builder.count(depth, index) + packed))
            })?;
            count += 1;
            lex::space(&mut self.cursor);
            if self.cursor.eat(b']') {
                if let Some(open) = open {
                    self.builder.end_packed(index, open);
                }
                return Ok(());
            }
            if !self.cursor.eat(b',') {
                return Err(mistakes::no_comma(&self.cursor));
            }
            lex::space(&mut self.cursor);
            if self.cursor.peek() == Some(b']') {
                return Err(mistakes::no_element(&self.cursor));
            }
        }
    }

    /// Reads one value: of a repeated field one of them.
    fn value(&mut self, index: usize, field: &'t Field, depth: u32) -> Result<()> {
        if !field.kind.is_message() {
            let value = scalar::read(&mut self.cursor, field, self.tables)?;
            self.builder.scalar(index, value.as_scalar());
            return Ok(());
        }
        let message = self.tables.message(field.message);
        let closing = self.open(&field.text_name, message)?;
        if field.cardinality == Cardinality::Map {
            return self.map_entry(index, message, closing, depth);
        }
        let open = self.builder.begin_message(index);
        self.fields(message, Some(closing), depth + 1)?;
        let missing = self.builder.end_message(index, open);
        self.end(message, missing)
    }

    /// Reads `{` or `<` of a message behind `name`, and gives what closes it.
    fn open(&mut self, name: &str, message: &Message) -> Result<u8> {
        match self.cursor.peek() {
            Some(b'{') => {
                self.cursor.position += 1;
                Ok(b'}')
            }
            Some(b'<') => {
                self.cursor.position += 1;
                Ok(b'>')
            }
            _ => Err(mistakes::no_message(&self.cursor, name, message)),
        }
    }

    /// Reads the inside of a map's entry, whose parts may be missing and may
    /// come in any order: they are written key first, both.
    fn map_entry(
        &mut self,
        index: usize,
        entry: &'t Message,
        closing: u8,
        depth: u32,
    ) -> Result<()> {
        let (key, value) = binary::key_and_value(entry);
        let open = self.builder.begin_message(index);
        self.fields(entry, Some(closing), depth + 1)
            .map_err(|error| self.in_entry(error, key, value, depth + 1))?;
        for (index, field) in [(0, key), (1, value)] {
            if self.builder.is_marked(index) {
                continue;
            }
            if field.kind.is_message() {
                let open = self.builder.begin_message(index);
                let missing = self.builder.end_message(index, open);
                self.end(self.tables.message(field.message), missing)?;
            } else {
                self.builder.scalar(index, binary::default(field.kind));
            }
        }
        self.builder.end_message(index, open);
        Ok(())
    }

    /// Names the entry by its key in an error of its value, if the key stands
    /// before the value.
    #[cold]
    fn in_entry(&self, error: Error, key: &Field, value: &Field, level: u32) -> Error {
        match self.builder.written(level, 0) {
            Some(written) if error.is_in_field(&value.name) => {
                let key = binary::shown_key_in(written, key);
                error.out_of_field().in_field(&key)
            }
            _ => error,
        }
    }

    /// Reads `{ … }` behind the name of a message type in an Any.
    fn any(
        &mut self,
        message: &'t Message,
        url: &str,
        range: Range<usize>,
        depth: u32,
    ) -> Result<()> {
        let fields = (message.by_number(1, 0), message.by_number(2, 1));
        let (WellKnown::Any, (Some((url_index, _)), Some((value_index, _)))) =
            (message.well_known.unwrap_or(WellKnown::Wrapper), fields)
        else {
            let what = format!("{} is no Any, and has no {}", message.name(), quote(url));
            return Err(self
                .cursor
                .error(what, range)
                .hint("a type in brackets stands in a `google.protobuf.Any`"));
        };
        let (prefix, name) = url.rsplit_once('/').unwrap_or(("", url));
        if prefix.is_empty() || prefix.starts_with('/') {
            let what = format!("the type {} has nothing before its `/`", quote(url));
            return Err(self.cursor.error(what, range).hint("write `[type.googleapis.com/NAME]`"));
        }
        let Some(inner) = self.tables.find(name) else {
            return Err(self.cursor.no_type(self.tables, url, range));
        };
        let inner = self.tables.message(inner);
        for index in [url_index, value_index] {
            if let Err(taken) = self.builder.mark(index) {
                return Err(self.taken(message, index, taken, range));
            }
        }
        lex::space(&mut self.cursor);
        self.cursor.eat(b':');
        lex::space(&mut self.cursor);
        let closing = self.open(&format!("[{url}]"), inner)?;
        self.builder.scalar(url_index, Scalar::String(url.as_bytes()));
        let open = self.builder.begin_bytes(value_index, inner);
        self.fields(inner, Some(closing), depth + 1)?;
        let missing = self.builder.end_bytes(value_index, open);
        self.end(inner, missing)
    }

    #[cold]
    fn no_field(&self, message: &Message, name: &str, range: Range<usize>) -> Error {
        let known: Vec<&str> = message.fields().iter().map(|field| &*field.text_name).collect();
        self.cursor.no_field(message, name, &known, range)
    }
}
