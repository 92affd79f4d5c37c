//! Options as a `.proto` file has them, custom ones resolved against the
//! extensions of the schema.

use std::cell::OnceCell;

use super::raw::Pieces;
use crate::codec::binary::{self, Parts, Scalar, Sink, Stop, Unknown, Walk, read_scalar};
use crate::codec::text::{self, Layout};
use crate::codec::{Notes, rewrite};
use crate::error::Result;
use crate::escape::text_string;
use crate::schema::{Compiled, Schema};
use crate::table::{Cardinality, Field, Form, Message, Root, WellKnown};
use crate::wire::{Reader, skip};

/// Whose options they are: the message of `descriptor.proto` that holds them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A file.
    File,
    /// A message.
    Message,
    /// A field or an extension.
    Field,
    /// A oneof.
    Oneof,
    /// An enum.
    Enum,
    /// A value of an enum.
    Value,
    /// A service.
    Service,
    /// A method.
    Method,
    /// A range of extension numbers.
    Range,
}

/// The types, in the order of [`Of`].
const TYPES: [&str; 9] = [
    "google.protobuf.FileOptions",
    "google.protobuf.MessageOptions",
    "google.protobuf.FieldOptions",
    "google.protobuf.OneofOptions",
    "google.protobuf.EnumOptions",
    "google.protobuf.EnumValueOptions",
    "google.protobuf.ServiceOptions",
    "google.protobuf.MethodOptions",
    "google.protobuf.ExtensionRangeOptions",
];

/// The tables of the types of options, each made when it is asked for.
pub struct OptionTypes<'s> {
    schema: &'s Schema,
    tables: [OnceCell<Option<Compiled>>; TYPES.len()],
}

/// One option.
pub struct Setting {
    /// The number of the field of the options.
    pub number: u32,
    /// `deprecated`, or the full name of an extension.
    pub name: Name,
    /// What follows the name of an extension: `.field`, or nothing.
    pub rest: String,
    /// The value; a message has several lines.
    pub value: String,
}

/// The first part of the name of an option.
#[derive(Clone)]
pub enum Name {
    /// Of `descriptor.proto`.
    Plain(String),
    /// The full name of an extension.
    Extension(String),
}

/// What there is of options.
#[derive(Default)]
pub struct Settings {
    /// What can be written, in the order of the numbers.
    pub all: Vec<Setting>,
    /// What cannot, in words.
    pub left_out: Vec<String>,
    /// The extensions inside of values, by their full names.
    pub inner: Vec<String>,
    /// The types inside of an Any.
    pub types: Vec<String>,
}

impl<'s> OptionTypes<'s> {
    /// None is made yet.
    pub fn new(schema: &'s Schema) -> Self {
        OptionTypes { schema, tables: Default::default() }
    }

    fn root(&self, of: Of) -> Option<Root<'_>> {
        let at = of as usize;
        let compiled = self.tables[at].get_or_init(|| {
            let index = self.schema.message(TYPES[at]).ok()?;
            self.schema.compile(index).ok()
        });
        compiled.as_ref().map(Compiled::root)
    }

    /// Reads options.
    pub fn read(&self, of: Of, pieces: &Pieces<'_>) -> Settings {
        let mut settings = Settings::default();
        let bytes = match pieces[..] {
            [] => return settings,
            [one] => one.to_vec(),
            _ => pieces.concat(),
        };
        if bytes.is_empty() {
            return settings;
        }
        let Some(root) = self.root(of) else {
            settings.left_out.push(String::from("the schema lacks types of options"));
            return settings;
        };
        let mut whole = Vec::with_capacity(bytes.len());
        let read = rewrite::rewrite(root, &bytes, true, &mut whole)
            .and_then(|()| settings.message(root, &whole, None));
        if read.is_err() {
            settings = Settings::default();
            settings.left_out.push(String::from("options that cannot be read"));
        }
        settings
    }
}

/// What an option is called.
#[derive(Clone)]
struct Outer {
    number: u32,
    name: Name,
    rest: String,
}

impl Settings {
    /// Reads the fields of options, or of features inside them.
    fn message(&mut self, root: Root<'_>, bytes: &[u8], outer: Option<&Outer>) -> Result<()> {
        let message = root.message();
        let mut reader = Reader::new(bytes, 0);
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let range = skip::value(&mut reader, tag, at, 0)?;
            let known = message.by_number(tag.number, 0).map(|(_, field)| field);
            let known = known.filter(|field| Form::of(field, tag.wire_type) != Form::Wrong);
            let Some(field) = known else {
                self.unknown(message, tag.number);
                continue;
            };
            let place = Outer::inside(outer, field);
            let packed = field.cardinality == (Cardinality::Repeated { packed: true });
            let mut value = Reader::new(bytes, 0).part(at..reader.position());
            value.tag()?;
            if packed {
                let mut values = value.part(range);
                while !values.is_at_end() {
                    let scalar = read_scalar(&mut values, field)?;
                    self.scalar(root, field, &place, scalar);
                }
            } else if field.kind.is_message() {
                let inner = Root { tables: root.tables, id: field.message };
                self.part(inner, field, place, reader.bytes(range))?;
            } else {
                let scalar = read_scalar(&mut value, field)?;
                self.scalar(root, field, &place, scalar);
            }
        }
        Ok(())
    }

    fn unknown(&mut self, message: &Message, number: u32) {
        let short = message.name().rsplit('.').next().unwrap_or_default();
        self.left_out.push(format!("field {number} of {short}, which the schema does not have"));
    }

    /// A message: features one by one, as people write them, anything else whole.
    fn part(&mut self, root: Root<'_>, field: &Field, place: Outer, bytes: &[u8]) -> Result<()> {
        const FEATURES: &str = "google.protobuf.FeatureSet";
        if &*field.name == "uninterpreted_option" {
            self.left_out.push(String::from("an option that its compiler did not interpret"));
            return Ok(());
        }
        let is_feature = root.name() == FEATURES
            || matches!(&place.name, Name::Plain(name) if name == "features") && field.extension;
        if is_feature && field.is_singular() && !bytes.is_empty() {
            return self.message(root, bytes, Some(&place));
        }
        let mut uses = Uses { tables: root, settings: self, lost: false };
        binary::walk(root, bytes, 0, &mut uses, &mut Notes::new(false))?;
        if uses.lost {
            let name = place.written();
            self.left_out.push(format!("fields of {name} that the schema does not have"));
        }
        let mut value = b"{\n".to_vec();
        let options = text::PrintOptions { layout: Layout::Lines, unknown: false };
        let start = value.len();
        text::print(root, bytes, 0, options, &mut value, &mut Notes::new(false))?;
        let mut lines = String::from("{");
        let text = String::from_utf8_lossy(&value[start..]);
        for line in text.lines() {
            lines.push_str("\n  ");
            lines.push_str(line);
        }
        lines.push_str(if text.is_empty() { "}" } else { "\n}" });
        self.push(place, lines);
        Ok(())
    }

    /// A value. One of an enum has a name: its number cannot be written.
    fn scalar(&mut self, root: Root<'_>, field: &Field, place: &Outer, value: Scalar<'_>) {
        if let Scalar::Enum(number) = value
            && root.tables.enumeration(field.enumeration).name_of(number).is_none()
        {
            return self
                .left_out
                .push(format!("{} = {number}, which has no name", place.written()));
        }
        let mut out = Vec::new();
        text::print_scalar(root.tables, field, value, &mut out);
        self.push(place.clone(), String::from_utf8_lossy(&out).into_owned());
    }

    fn push(&mut self, place: Outer, value: String) {
        let Outer { number, name, rest } = place;
        self.all.push(Setting { number, name, rest, value });
    }
}

impl Outer {
    fn inside(outer: Option<&Outer>, field: &Field) -> Outer {
        let extension = field.name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        match outer {
            None => Outer {
                number: field.number,
                name: match extension {
                    Some(name) => Name::Extension(name.to_owned()),
                    None => Name::Plain(field.name.to_string()),
                },
                rest: String::new(),
            },
            Some(outer) => {
                let part = match extension {
                    Some(name) => format!(".({name})"),
                    None => format!(".{}", field.name),
                };
                Outer {
                    number: outer.number,
                    name: outer.name.clone(),
                    rest: format!("{}{part}", outer.rest),
                }
            }
        }
    }

    fn written(&self) -> String {
        match &self.name {
            Name::Plain(name) => format!("{name}{}", self.rest),
            Name::Extension(name) => format!("({name}){}", self.rest),
        }
    }
}

/// A string of a `.proto` file: its escapes are those of text.
pub fn string(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    text_string(bytes, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Takes note of the extensions and the types in a value: the files that
/// declare them have to be imported.
struct Uses<'u, 't> {
    tables: Root<'t>,
    settings: &'u mut Settings,
    /// Whether it has unknown fields.
    lost: bool,
}

impl<'a> Sink<'a> for Uses<'_, '_> {
    fn restart(&mut self) {
        self.lost = false;
    }

    fn field(&mut self, field: &Field) {
        if let Some(name) = field.name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            self.settings.inner.push(name.to_owned());
        }
    }

    fn scalar(&mut self, _: &Field, _: Scalar<'a>) -> Result<()> {
        Ok(())
    }

    fn entry(&mut self, _: &Field, _: &Message, _: Scalar<'a>) -> Result<()> {
        Ok(())
    }

    fn unknown(&mut self, _: &Message, _: Unknown<'_, 'a>, _: &mut Notes) -> Result<()> {
        self.lost = true;
        Ok(())
    }

    fn takes(&self, message: &Message) -> bool {
        message.well_known == Some(WellKnown::Any)
    }

    fn whole(
        walk: &mut Walk<'_, 'a, Self>,
        message: &Message,
        _: Option<&Field>,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        let any = binary::Any::read(walk, message, parts)?;
        let known = any.type_name().and_then(|name| walk.sink.tables.tables.find(name));
        if let Some(id) = known {
            let inner = walk.tables.message(id);
            walk.sink.settings.types.push(inner.name().to_owned());
            walk.value(inner, None, &Parts::One(any.value), depth + 1)?;
        }
        Ok(())
    }
}
