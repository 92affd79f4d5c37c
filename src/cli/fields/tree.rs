//! The message that field flags give: the flags of each message together,
//! then written from the outside in.

use std::collections::{BTreeMap, HashSet};

use super::value::{self, Source, Value};
use super::words::{self, Given};
use crate::codec::binary;
use crate::codec::build::{Builder, Taken};
use crate::codec::path::{self, Step};
use crate::codec::select;
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::table::{Cardinality, Field, Kind, Message, Root, WellKnown};
use crate::wire::limits::DEPTH_MAX;

/// The flags of one message, by the index of the field.
#[derive(Default)]
struct Node<'g> {
    /// Those that give values of the field.
    values: BTreeMap<usize, Vec<&'g Given>>,
    /// Those that give parts of the message that the field holds.
    parts: BTreeMap<usize, Node<'g>>,
}

impl<'g> Node<'g> {
    /// The first flag that gives the field of this index, or a part of it.
    fn first(&self, index: usize) -> Option<&'g Given> {
        if let Some([flag, ..]) = self.values.get(&index).map(Vec::as_slice) {
            return Some(flag);
        }
        let part = self.parts.get(&index)?;
        let inside = part.values.keys().chain(part.parts.keys()).min()?;
        part.first(*inside)
    }
}

/// The bytes of the message that field flags give. `is_option` says which
/// names are those of options.
///
/// # Errors
///
/// A singular field or a key given twice, a value that doesn't fit, two members
/// of a oneof, a required field left out, messages nested too deep.
pub fn bytes(root: Root<'_>, given: &[Given], is_option: &dyn Fn(&str) -> bool) -> Result<Vec<u8>> {
    let mut node = Node::default();
    for flag in given {
        let steps = path::resolve(root, &flag.path)?;
        place(root, &mut node, &steps, flag)?;
    }
    let mut out = Vec::new();
    let mut builder = Builder::new(root.tables, &mut out);
    builder.begin(root.message());
    let mut writer = Writer { root, builder, is_option, outer: Vec::new() };
    writer.fields(root.message(), &node)?;
    let missing = writer.builder.end();
    writer.complain_of(root.message(), missing)?;
    Ok(out)
}

fn place<'g>(
    root: Root<'_>,
    node: &mut Node<'g>,
    steps: &[Step<'_>],
    flag: &'g Given,
) -> Result<()> {
    let Some((last, outer)) = steps.split_last() else { return Ok(()) };
    // What the field itself adds: a message, an entry, or both.
    let mut levels = outer.len() + usize::from(last.field.kind.is_message());
    if last.field.cardinality == Cardinality::Map {
        let (_, value) = binary::key_and_value(root.tables.message(last.field.message));
        levels += usize::from(value.kind.is_message());
    }
    if levels > DEPTH_MAX as usize {
        let what = format!("`{}` goes more than {DEPTH_MAX} messages deep", flag.flag());
        return Err(Error::usage(what).hint("the official implementations refuse it too"));
    }
    let mut node = node;
    for (step, len) in outer.iter().zip(1..) {
        if !step.field.is_singular() {
            return Err(into_many(&steps[..len], step.field, flag));
        }
        node = node.parts.entry(step.index).or_default();
    }
    node.values.entry(last.index).or_default().push(flag);
    Ok(())
}

/// A flag leads through `field`, which its first steps lead to.
#[cold]
fn into_many(steps: &[Step<'_>], field: &Field, flag: &Given) -> Error {
    let name = quote(&field.name);
    let what = format!("`{}` goes into {name}, which holds many messages", flag.flag());
    let value = match field.cardinality {
        Cardinality::Map => "KEY={…}",
        Cardinality::Singular(_) | Cardinality::Repeated { .. } => "{…}",
    };
    let each = words::spelled(&path::typed(steps), value, flag.set);
    Error::usage(what).hint(format!("give each as JSON: `{each}`"))
}

struct Writer<'t, 'o> {
    root: Root<'t>,
    builder: Builder<'t, 'o>,
    /// Which names are those of options.
    is_option: &'o dyn Fn(&str) -> bool,
    /// The fields that lead to the message being written.
    outer: Vec<&'t str>,
}

impl<'t> Writer<'t, '_> {
    fn fields(&mut self, message: &'t Message, node: &Node<'_>) -> Result<()> {
        let mut indexes: Vec<usize> =
            node.values.keys().chain(node.parts.keys()).copied().collect();
        indexes.sort_unstable();
        indexes.dedup();
        for index in indexes {
            let field = &message.fields()[index];
            if let Err(Taken::Oneof(other)) = self.builder.mark(index) {
                return Err(self.two_of_oneof(message, node, other, index));
            }
            match (node.values.get(&index), node.parts.get(&index)) {
                (Some(values), None) => self.values(index, field, values)?,
                (None, Some(part)) => self.part(index, field, part)?,
                _ => {
                    let flag = node.first(index).map(Given::flag).unwrap_or_default();
                    let what = format!("`{flag}` is given whole and in parts");
                    return Err(self.at(Error::usage(what), field).hint("give it one way only"));
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn two_of_oneof(
        &self,
        message: &Message,
        node: &Node<'_>,
        other: usize,
        index: usize,
    ) -> Error {
        let flag = |index| node.first(index).map(Given::flag).unwrap_or_default();
        let field = &message.fields()[index];
        let oneof = field.oneof.and_then(|oneof| message.oneofs.get(usize::from(oneof)));
        let oneof = oneof.map_or("", |name| name);
        let what = format!(
            "`{}` and `{}` are both of the oneof {}",
            flag(other),
            flag(index),
            quote(oneof)
        );
        self.at(Error::usage(what), field).hint("it holds one of them")
    }

    fn part(&mut self, index: usize, field: &'t Field, part: &Node<'_>) -> Result<()> {
        let message = self.root.tables.message(field.message);
        let open = self.builder.begin_message(index);
        self.outer.push(&field.name);
        self.fields(message, part)?;
        let missing = self.builder.end_message(index, open);
        self.complain_of(message, missing)?;
        self.outer.pop();
        Ok(())
    }

    fn complain_of(&self, message: &Message, missing: Option<&'t Field>) -> Result<()> {
        let Some(field) = missing else { return Ok(()) };
        let mut path = self.outer.join(".");
        if !path.is_empty() {
            path.push('.');
        }
        path += &field.name;
        let set = (self.is_option)(&path);
        let flag = match field.kind {
            Kind::Bool if !set => format!("--{path}=true"),
            kind => words::spelled(&path, self.example(field, kind), set),
        };
        let what = format!("{} lacks the required field {}", message.name(), quote(&field.name));
        let error = Error::usage(what).hint(format!("set it with `{flag}`"));
        Err(error.inside(self.root.name(), &self.outer))
    }

    /// What stands for a value of the field in a hint.
    fn example(&self, field: &Field, kind: Kind) -> &'static str {
        match kind {
            Kind::Message | Kind::Group => {
                match self.root.tables.message(field.message).well_known {
                    None | Some(WellKnown::Any | WellKnown::Struct) => "{…}",
                    Some(WellKnown::ListValue) => "[…]",
                    Some(
                        WellKnown::Timestamp
                        | WellKnown::Duration
                        | WellKnown::FieldMask
                        | WellKnown::Value
                        | WellKnown::Wrapper,
                    ) => "VALUE",
                }
            }
            Kind::Bytes => "hex:0a05",
            Kind::Bool => "true",
            Kind::Double
            | Kind::Float
            | Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Fixed64
            | Kind::Fixed32
            | Kind::String
            | Kind::Uint32
            | Kind::Enum
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Sint32
            | Kind::Sint64 => "VALUE",
        }
    }

    fn values(&mut self, index: usize, field: &'t Field, values: &[&Given]) -> Result<()> {
        if let ([_, again, ..], true) = (values, field.is_singular()) {
            let error = Error::usage(format!("`{}` is given twice", again.flag()));
            return Err(self.at(error, field).hint("the field holds one value"));
        }
        let first = self.builder.pieces();
        for (&flag, at) in values.iter().zip(0..) {
            let text = flag.value.as_deref().unwrap_or("true");
            let source = Source { flag, key: None, depth: self.outer.len() as u32 };
            let written = match field.cardinality {
                Cardinality::Map => self.entry(index, field, text, source),
                Cardinality::Singular(_) => self.value(index, field, text, source),
                Cardinality::Repeated { .. } => self
                    .value(index, field, text, source)
                    .map_err(|error: Error| error.in_field(&format!("[{at}]"))),
            };
            written.map_err(|error| self.at(error, field))?;
        }
        let is_map = field.cardinality == Cardinality::Map;
        match is_map && self.builder.has_key_twice(field, first) {
            true => Err(self.key_twice(field, values)),
            false => Ok(()),
        }
    }

    fn value(&mut self, index: usize, field: &Field, text: &str, source: Source<'_>) -> Result<()> {
        let value = value::read(self.root.tables, field, text, source)?;
        self.write(index, &value);
        Ok(())
    }

    fn write(&mut self, index: usize, value: &Value) {
        match (value, value.as_scalar()) {
            (Value::Message(bytes), _) => self.builder.message_bytes(index, bytes),
            (_, Some(scalar)) => self.builder.scalar(index, scalar),
            (_, None) => {}
        }
    }

    /// Writes an entry of a map: `key=value`.
    fn entry(
        &mut self,
        index: usize,
        field: &'t Field,
        text: &str,
        source: Source<'_>,
    ) -> Result<()> {
        let tables = self.root.tables;
        let (key_field, value_field) = binary::key_and_value(tables.message(field.message));
        let Some((name, text)) = split_entry(text) else {
            return Err(Error::usage(format!("{} is no entry of a map", quote(text)))
                .hint(format!("write `{}`", source.flag.with("KEY=VALUE"))));
        };
        let in_entry = |error: Error| error.in_field(&format!("[{}]", quote(name)));
        let key = value::read(tables, key_field, name, source).map_err(in_entry)?;
        let source = Source { key: Some(name), depth: source.depth + 1, ..source };
        let value = value::read(tables, value_field, text, source).map_err(in_entry)?;
        let open = self.builder.begin_message(index);
        self.write(0, &key);
        self.write(1, &value);
        self.builder.end_message(index, open);
        Ok(())
    }

    /// Finds the key that is given twice. Two that differ as text may be one
    /// as numbers, `1` and `1.0`: so it is their bytes that are compared.
    #[cold]
    fn key_twice(&self, field: &Field, values: &[&Given]) -> Error {
        let tables = self.root.tables;
        let (key_field, _) = binary::key_and_value(tables.message(field.message));
        let mut keys = HashSet::new();
        for &flag in values {
            let text = flag.value.as_deref().unwrap_or_default();
            let name = split_entry(text).map_or(text, |(name, _)| name);
            let source = Source { flag, key: None, depth: 0 };
            let Ok(key) = value::read(tables, key_field, name, source) else { continue };
            if !keys.insert(key.as_scalar().map(select::shown)) {
                let what = format!("the key {} is given twice", quote(name));
                return self.at(Error::usage(what).in_field(&format!("[{}]", quote(name))), field);
            }
        }
        self.at(Error::usage("a key is given twice"), field)
    }

    /// An error of a field of the message being written.
    fn at(&self, error: Error, field: &Field) -> Error {
        let mut path = self.outer.clone();
        path.push(&field.name);
        error.inside(self.root.name(), &path)
    }
}

/// The key and the value of an entry. Brackets and quotes are the key's if
/// they are whole.
fn split_entry(text: &str) -> Option<(&str, &str)> {
    path::split_assignment(text).or_else(|| text.split_once('='))
}
