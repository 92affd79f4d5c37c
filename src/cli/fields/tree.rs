//! The message that field flags give: the flags of each message together,
//! then written from the outside in.

use std::collections::BTreeMap;

use super::value::{self, Value};
use super::words::Given;
use crate::codec::binary;
use crate::codec::build::{Builder, Taken};
use crate::codec::path::{self, Step};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::table::{Cardinality, Field, Message, Root};
use crate::wire::limits::DEPTH_MAX;

/// The flags of one message, by the index of the field.
#[derive(Default)]
struct Node<'g> {
    /// Those that give values of the field.
    values: BTreeMap<usize, Vec<&'g Given>>,
    /// Those that give parts of the message that the field holds.
    parts: BTreeMap<usize, Node<'g>>,
}

/// The bytes of the message that field flags give.
///
/// # Errors
///
/// A singular field given twice, a value that doesn't fit, two members of a
/// oneof, a required field left out.
pub fn bytes(root: Root<'_>, given: &[Given]) -> Result<Vec<u8>> {
    let mut node = Node::default();
    for flag in given {
        let steps = path::resolve(root, &flag.path)?;
        place(&mut node, &steps, flag)?;
    }
    let mut out = Vec::new();
    let mut builder = Builder::new(root.tables, &mut out);
    builder.begin(root.message());
    let mut writer = Writer { root, builder, outer: Vec::new() };
    writer.fields(root.message(), &node)?;
    let missing = writer.builder.end();
    writer.complain_of(root.message(), missing)?;
    Ok(out)
}

fn place<'g>(node: &mut Node<'g>, steps: &[Step<'_>], flag: &'g Given) -> Result<()> {
    if steps.len() > DEPTH_MAX as usize {
        let what = format!("`{}` goes more than {DEPTH_MAX} messages deep", flag.flag());
        return Err(Error::usage(what));
    }
    let Some((last, outer)) = steps.split_last() else { return Ok(()) };
    let mut node = node;
    for step in outer {
        if !step.field.is_singular() {
            let name = &step.field.name;
            let what =
                format!("`{}` goes into {}, which holds many messages", flag.flag(), quote(name));
            return Err(Error::usage(what).hint(format!("give each as JSON: `--{name} '{{…}}'`")));
        }
        node = node.parts.entry(step.index).or_default();
    }
    node.values.entry(last.index).or_default().push(flag);
    Ok(())
}

struct Writer<'t, 'o> {
    root: Root<'t>,
    builder: Builder<'t, 'o>,
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
                let other = &message.fields()[other].name;
                let what = format!("`--{other}` and `--{}` are of one oneof", field.name);
                return Err(self.at(Error::usage(what), field).hint("it holds one of them"));
            }
            match (node.values.get(&index), node.parts.get(&index)) {
                (Some(values), None) => self.values(index, field, values)?,
                (None, Some(part)) => self.part(index, field, part)?,
                _ => {
                    let what = format!("`--{}` is given whole and in parts", field.name);
                    return Err(self.at(Error::usage(what), field).hint("give it one way only"));
                }
            }
        }
        Ok(())
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
        let what = format!("{} lacks the required field {}", message.name(), quote(&field.name));
        Err(Error::usage(what).hint(format!("set it with `--{path}{} VALUE`", field.name)))
    }

    fn values(&mut self, index: usize, field: &'t Field, values: &[&Given]) -> Result<()> {
        if let ([_, again, ..], true) = (values, field.is_singular()) {
            let error = Error::usage(format!("`{}` is given twice", again.flag()));
            return Err(self.at(error, field).hint("the field holds one value"));
        }
        for flag in values {
            let text = flag.value.as_deref().unwrap_or("true");
            let written = match field.cardinality {
                Cardinality::Map => self.entry(index, field, text),
                Cardinality::Singular(_) | Cardinality::Repeated { .. } => {
                    value::read(self.root.tables, field, text)
                        .map(|value| self.write(index, &value))
                }
            };
            written.map_err(|error| self.at(error, field))?;
        }
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
    fn entry(&mut self, index: usize, field: &'t Field, text: &str) -> Result<()> {
        let (key_field, value_field) =
            binary::key_and_value(self.root.tables.message(field.message));
        let Some((key, value)) = path::split_assignment(text) else {
            return Err(Error::usage(format!("{} is no entry of a map", quote(text)))
                .hint(format!("write `--{} KEY=VALUE`", field.name)));
        };
        let key = value::read(self.root.tables, key_field, key)?;
        let value = value::read(self.root.tables, value_field, value)?;
        let open = self.builder.begin_message(index);
        self.write(0, &key);
        self.write(1, &value);
        self.builder.end_message(index, open);
        Ok(())
    }

    /// An error of a field of the message being written.
    fn at(&self, error: Error, field: &Field) -> Error {
        let mut path = self.outer.clone();
        path.push(&field.name);
        error.inside(self.root.name(), &path)
    }
}
