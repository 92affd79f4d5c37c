//! From JSON to the bytes of a message.

use std::ops::Range;

use super::{lex, mistakes, scalar, wellknown};
use crate::codec::binary::Scalar;
use crate::codec::build::{Builder, Taken};
use crate::codec::cursor::{Cursor, Origin};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::table::{Cardinality, Field, Kind, Message, Root, Tables, WellKnown};
use crate::wire::limits::DEPTH_MAX;

/// How JSON is read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct ParseOptions {
    /// Pass over fields and enum names that the schema doesn't have.
    pub ignore_unknown: bool,
    /// The levels of messages that stand around this one where it is put.
    pub depth: u32,
}

/// Reads the one JSON value in `record` and appends the bytes of the message
/// it stands for. `origin` is where the record begins in the input.
///
/// # Errors
///
/// Anything that is not the ProtoJSON of this type, with line and column.
pub fn parse(
    root: Root<'_>,
    record: &[u8],
    origin: Origin,
    options: ParseOptions,
    out: &mut Vec<u8>,
) -> Result<()> {
    let message = root.message();
    let cursor = Cursor::new(record, origin);
    let mut parser =
        Parser { cursor, builder: Builder::new(root.tables, out), options, tables: root.tables };
    parser.whole(message).map_err(|error| error.in_message(message.name()))
}

/// A reader of JSON that writes as it reads.
pub(super) struct Parser<'t, 'o, 'a> {
    pub cursor: Cursor<'a>,
    pub builder: Builder<'t, 'o>,
    pub options: ParseOptions,
    pub tables: &'t Tables,
}

impl<'t, 'a> Parser<'t, '_, 'a> {
    fn whole(&mut self, message: &'t Message) -> Result<()> {
        lex::space(&mut self.cursor);
        if self.cursor.peek().is_none() {
            return Err(self
                .cursor
                .error_here("there is no JSON in the input")
                .hint("`{}` is the empty message"));
        }
        let start = self.builder.len();
        self.builder.begin(message);
        self.content(message, self.options.depth)?;
        let missing = self.builder.end();
        self.end(message, missing)?;
        if self.builder.is_too_large(start) {
            return Err(self.cursor.too_large());
        }
        lex::space(&mut self.cursor);
        match self.cursor.peek() {
            None => Ok(()),
            // What stands inside of another message is no input of its own.
            Some(_) => Err(mistakes::left_over(&self.cursor, self.options.depth == 0)),
        }
    }

    /// Complains of a required field that is not set.
    pub fn end(&self, message: &Message, missing: Option<&Field>) -> Result<()> {
        missing.map_or(Ok(()), |field| Err(self.cursor.lacks(message, field, &field.json_name)))
    }

    /// Reads the value of a message whose place is `depth` levels deep, into
    /// the builder's innermost message.
    pub fn content(&mut self, message: &'t Message, depth: u32) -> Result<()> {
        if depth > DEPTH_MAX {
            return Err(self.cursor.too_deep());
        }
        match message.well_known {
            None => self.object(message, depth),
            Some(WellKnown::Any) => wellknown::any(self, message, depth),
            Some(WellKnown::Timestamp) => wellknown::timestamp(self),
            Some(WellKnown::Duration) => wellknown::duration(self),
            Some(WellKnown::FieldMask) => wellknown::field_mask(self),
            Some(WellKnown::Struct) => self.bare(message, depth),
            Some(WellKnown::ListValue) => self.bare(message, depth),
            Some(WellKnown::Wrapper) => self.bare(message, depth),
            Some(WellKnown::Value) => wellknown::value(self, message, depth),
        }
    }

    /// Reads the value of the one field that stands for its message.
    fn bare(&mut self, message: &'t Message, depth: u32) -> Result<()> {
        match message.fields().first() {
            Some(field) => self.field_value(0, field, depth),
            None => self.object(message, depth),
        }
    }

    /// Reads an object of fields.
    pub fn object(&mut self, message: &'t Message, depth: u32) -> Result<()> {
        self.open_brace(message.name())?;
        self.members(|parser, key, range| parser.member(message, key, range, depth))
    }

    /// Reads `{`.
    pub fn open_brace(&mut self, name: &str) -> Result<()> {
        if self.cursor.eat(b'{') {
            return Ok(());
        }
        let hint = mistakes::notation(&self.cursor);
        Err(mistakes::expected(&self.cursor, "an object")
            .hint(hint.unwrap_or_else(|| format!("{name} is written `{{…}}`"))))
    }

    /// Reads the members of an object up to its `}`: `take` is given each key,
    /// the cursor being at its value.
    pub fn members(
        &mut self,
        mut take: impl FnMut(&mut Self, &str, Range<usize>) -> Result<()>,
    ) -> Result<()> {
        lex::space(&mut self.cursor);
        if self.cursor.eat(b'}') {
            return Ok(());
        }
        loop {
            let start = self.cursor.position;
            if self.cursor.peek() != Some(b'"') {
                return Err(mistakes::no_name(&self.cursor));
            }
            let key = lex::string(&mut self.cursor)?;
            let range = start..self.cursor.position;
            lex::space(&mut self.cursor);
            if !self.cursor.eat(b':') {
                return Err(mistakes::no_colon(&self.cursor));
            }
            lex::space(&mut self.cursor);
            take(self, &key, range)?;
            lex::space(&mut self.cursor);
            if self.cursor.eat(b'}') {
                return Ok(());
            }
            self.comma(b'}')?;
            if self.cursor.peek() == Some(b'}') {
                return Err(mistakes::no_name(&self.cursor));
            }
        }
    }

    /// Reads `,` and the white space behind it.
    fn comma(&mut self, closing: u8) -> Result<()> {
        if !self.cursor.eat(b',') {
            return Err(mistakes::no_comma(&self.cursor, closing));
        }
        lex::space(&mut self.cursor);
        Ok(())
    }

    /// Reads the value of the member `key`.
    pub fn member(
        &mut self,
        message: &'t Message,
        key: &str,
        range: Range<usize>,
        depth: u32,
    ) -> Result<()> {
        let Some((index, field)) = message.by_json_key(key) else {
            if self.options.ignore_unknown {
                return lex::skip(&mut self.cursor, depth);
            }
            let known: Vec<&str> = message.fields().iter().map(|field| &*field.json_name).collect();
            return Err(self.cursor.no_field(message, key, &known, range));
        };
        let absent = self.is_null() && !self.null_is_value(field);
        // `null` sets nothing; but a field that is there twice is a mistake,
        // null or not.
        if !self.builder.is_first_named(index) {
            return Err(self.cursor.twice(field, key, range));
        }
        if !absent && let Err(taken) = self.builder.mark(index) {
            return Err(match taken {
                Taken::Field => self.cursor.twice(field, key, range),
                Taken::Oneof(other) => self.cursor.two_of_oneof(message, other, index, range),
            });
        }
        if absent {
            self.cursor.position += 4;
            return Ok(());
        }
        self.field_value(index, field, depth).map_err(|error| error.in_field(&field.name))
    }

    /// Whether `null` stands here.
    pub fn is_null(&self) -> bool {
        self.cursor.record[self.cursor.position..].starts_with(b"null")
            && lex::word(&self.cursor) == b"null"
    }

    /// Whether `null` is a value of this field, not the lack of one.
    fn null_is_value(&self, field: &Field) -> bool {
        if !field.is_singular() {
            return false;
        }
        self.null_is_item(field)
    }

    fn null_is_item(&self, field: &Field) -> bool {
        match field.kind {
            Kind::Enum => self.tables.enumeration(field.enumeration).is_null,
            Kind::Message | Kind::Group => {
                self.tables.message(field.message).well_known == Some(WellKnown::Value)
            }
            Kind::Double
            | Kind::Float
            | Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Fixed64
            | Kind::Fixed32
            | Kind::Bool
            | Kind::String
            | Kind::Bytes
            | Kind::Uint32
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Sint32
            | Kind::Sint64 => false,
        }
    }

    /// Reads the value of a field of the builder's innermost message.
    pub fn field_value(&mut self, index: usize, field: &'t Field, depth: u32) -> Result<()> {
        match field.cardinality {
            Cardinality::Singular(_) => self.single(index, field, depth),
            Cardinality::Repeated { packed } => self.array(index, field, packed, depth),
            Cardinality::Map => self.map(index, field, depth),
        }
    }

    /// Reads one value: of a repeated field one of them.
    fn single(&mut self, index: usize, field: &'t Field, depth: u32) -> Result<()> {
        if !field.kind.is_message() {
            return self.scalar(field, |builder, value| builder.scalar(index, value));
        }
        let message = self.tables.message(field.message);
        let open = self.builder.begin_message(index);
        self.content(message, depth + 1)?;
        let missing = self.builder.end_message(index, open);
        self.end(message, missing)
    }

    /// Reads a value that is no message and hands it to `take`, unless it is
    /// an enum name to be passed over.
    fn scalar(
        &mut self,
        field: &Field,
        take: impl FnOnce(&mut Builder<'t, '_>, Scalar<'_>),
    ) -> Result<()> {
        let start = self.cursor.position;
        let read = scalar::read(&mut self.cursor, field, self.tables)?;
        match read {
            scalar::Read::Value(value) => take(&mut self.builder, value.as_scalar()),
            scalar::Read::UnknownName(_) if self.options.ignore_unknown => {}
            scalar::Read::UnknownName(name) => {
                let enumeration = self.tables.enumeration(field.enumeration);
                let range = start..self.cursor.position;
                return Err(scalar::no_enum_name(&self.cursor, enumeration, &name, range));
            }
        }
        Ok(())
    }

    fn array(&mut self, index: usize, field: &'t Field, packed: bool, depth: u32) -> Result<()> {
        if !self.cursor.eat(b'[') {
            return Err(
                mistakes::expected(&self.cursor, "an array").hint(mistakes::as_array(&self.cursor))
            );
        }
        lex::space(&mut self.cursor);
        let open = packed.then(|| self.builder.begin_packed(index));
        let mut count = 0;
        while !(count == 0 && self.cursor.eat(b']')) {
            let read = if self.is_null() && !self.null_is_item(field) {
                Err(self
                    .cursor
                    .error("an array holds null", mistakes::extent(&self.cursor))
                    .hint("leave the element out"))
            } else if packed {
                self.scalar(field, |builder, value| builder.packed_value(field.kind, value))
            } else {
                self.single(index, field, depth)
            };
            read.map_err(|error| error.in_field(&format!("[{count}]")))?;
            count += 1;
            lex::space(&mut self.cursor);
            if self.cursor.eat(b']') {
                break;
            }
            self.comma(b']')?;
            if self.cursor.peek() == Some(b']') {
                return Err(mistakes::no_element(&self.cursor));
            }
        }
        if let Some(open) = open {
            self.builder.end_packed(index, open);
        }
        Ok(())
    }

    fn map(&mut self, index: usize, field: &'t Field, depth: u32) -> Result<()> {
        if !self.cursor.eat(b'{') {
            let hint = mistakes::notation(&self.cursor);
            return Err(mistakes::expected(&self.cursor, "an object")
                .hint(hint.unwrap_or_else(|| "a map is written `{\"KEY\": VALUE}`".to_owned())));
        }
        let entry = self.tables.message(field.message);
        let start = self.cursor;
        let first = self.builder.pieces();
        self.members(|parser, key, range| {
            parser
                .map_entry(index, entry, key, &range, depth)
                .map_err(|error| error.in_field(&format!("[{}]", quote(key))))
        })?;
        match self.builder.has_key_twice(field, first) {
            true => Err(self.key_twice(entry, start)),
            false => Ok(()),
        }
    }

    /// Finds the key that is given twice in the map whose members begin at
    /// `start`. Two keys that differ as text may be one as numbers, `1` and
    /// `1.0`: so it is their bytes that are compared.
    #[cold]
    fn key_twice(&mut self, entry: &Message, start: Cursor<'a>) -> Error {
        self.cursor = start;
        let kind = entry.fields()[0].kind;
        let mut keys = std::collections::HashSet::new();
        let found = self.members(|parser, key, range| {
            let mut bytes = Vec::new();
            if let Some(value) = scalar::map_key(kind, key) {
                crate::codec::encode::value(kind, value.as_scalar(), &mut bytes);
            }
            if !keys.insert(bytes) {
                let what = format!("the key {} is given twice", quote(key));
                return Err(parser.cursor.error(what, range).hint("a map has each key once"));
            }
            lex::skip(&mut parser.cursor, 0)
        });
        found.err().unwrap_or_else(|| self.cursor.error_here("a key is given twice"))
    }

    fn map_entry(
        &mut self,
        index: usize,
        entry: &'t Message,
        key: &str,
        range: &Range<usize>,
        depth: u32,
    ) -> Result<()> {
        let key_field = &entry.fields()[0];
        let value_field = &entry.fields()[1];
        let value = scalar::map_key(key_field.kind, key)
            .ok_or_else(|| scalar::no_map_key(&self.cursor, key_field.kind, key, range.clone()))?;
        if depth + 1 > DEPTH_MAX {
            return Err(self.cursor.too_deep());
        }
        if self.is_null() && !self.null_is_item(value_field) {
            return Err(self
                .cursor
                .error("a map holds null", mistakes::extent(&self.cursor))
                .hint("leave the entry out"));
        }
        let open = self.builder.begin_message(index);
        self.builder.scalar(0, value.as_scalar());
        let before = self.builder.len();
        self.field_value(1, value_field, depth + 1)?;
        if self.builder.len() == before {
            // A name of an enum that is passed over takes its entry with it.
            self.builder.drop_message(open);
            return Ok(());
        }
        self.builder.end_message(index, open);
        Ok(())
    }
}
