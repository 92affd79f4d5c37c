//! A message in JSON with every field in it, for people to edit: each with its
//! default, lists and maps with one element, of a oneof the first member. It
//! encodes as it stands.

use super::scalar::default;
use crate::codec::binary;
use crate::error::{Error, Result};
use crate::escape::json_string;
use crate::table::{Cardinality, Enum, Field, Kind, Message, MessageId, Presence, Root, WellKnown};
use crate::wire::limits::{DEPTH_MAX, SKELETON_DEPTH_MAX, SKELETON_FIELDS_MAX};

/// Appends the skeleton of a type, without white space.
///
/// # Errors
///
/// A type that requires itself: there is no message of it.
pub fn skeleton(root: Root<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut skeleton = Skeleton { root, open: Vec::new(), fields: 0, out };
    skeleton.message(root.id)
}

struct Skeleton<'o, 't> {
    root: Root<'t>,
    /// The types that it is inside of.
    open: Vec<MessageId>,
    /// The fields that were written.
    fields: usize,
    out: &'o mut Vec<u8>,
}

impl<'t> Skeleton<'_, 't> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes a message. One that goes on for too long has no more than what it
    /// requires.
    fn message(&mut self, id: MessageId) -> Result<()> {
        let message = self.root.tables.message(id);
        if let Some(known) = message.well_known {
            self.well_known(known, message);
            return Ok(());
        }
        let ends = self.open.contains(&id)
            || self.open.len() >= SKELETON_DEPTH_MAX
            || self.fields >= SKELETON_FIELDS_MAX;
        if self.open.len() > DEPTH_MAX as usize {
            let what = format!("there can be no message {}: it requires itself", message.name());
            let outer = self.root.name();
            return Err(Error::failure(what).hint(format!(
                "it stands in the required fields of {outer}; {outer} has no JSON"
            )));
        }
        self.open.push(id);
        self.text("{");
        let mut first = true;
        let mut oneofs = Vec::new();
        for field in message.fields().iter().filter(|field| !field.extension) {
            let required = field.cardinality == Cardinality::Singular(Presence::Required);
            if ends && !required || field.oneof.is_some_and(|oneof| oneofs.contains(&oneof)) {
                continue;
            }
            oneofs.extend(field.oneof);
            if !first {
                self.text(",");
            }
            first = false;
            self.fields += 1;
            self.out.extend_from_slice(&field.json_key);
            self.field(field)?;
        }
        self.text("}");
        self.open.pop();
        Ok(())
    }

    fn field(&mut self, field: &Field) -> Result<()> {
        match field.cardinality {
            Cardinality::Singular(_) => self.value(field),
            Cardinality::Repeated { .. } => {
                self.text("[");
                self.value(field)?;
                self.text("]");
                Ok(())
            }
            Cardinality::Map => {
                let entry = self.root.tables.message(field.message);
                let (key, value) = binary::key_and_value(entry);
                self.text(match key.kind {
                    Kind::String => "{\"key\":",
                    Kind::Bool => "{\"false\":",
                    _ => "{\"0\":",
                });
                self.value(value)?;
                self.text("}");
                Ok(())
            }
        }
    }

    fn value(&mut self, field: &Field) -> Result<()> {
        match field.kind {
            Kind::Message | Kind::Group => return self.message(field.message),
            Kind::Enum => self.enumeration(self.root.tables.enumeration(field.enumeration)),
            kind => self.text(default(kind)),
        }
        Ok(())
    }

    /// The value that a field has when nothing is said.
    fn enumeration(&mut self, of: &Enum) {
        if of.is_null {
            return self.text("null");
        }
        let first = of.by_number.first().map(|(_, name)| &**name);
        match of.name_of(0).or(first) {
            Some(name) => json_string(name, self.out),
            None => self.text("0"),
        }
    }

    /// A type that JSON writes in a way of its own.
    fn well_known(&mut self, known: WellKnown, message: &Message) {
        const EMPTY: &str = "google.protobuf.Empty";
        match known {
            WellKnown::Any if self.root.tables.find(EMPTY).is_some() => {
                self.text("{\"@type\":\"type.googleapis.com/google.protobuf.Empty\"}");
            }
            WellKnown::Any => self.text("{}"),
            WellKnown::Timestamp => self.text("\"1970-01-01T00:00:00Z\""),
            WellKnown::Duration => self.text("\"0s\""),
            WellKnown::FieldMask => self.text("\"\""),
            WellKnown::Struct => self.text("{\"key\":null}"),
            WellKnown::Value => self.text("null"),
            WellKnown::ListValue => self.text("[null]"),
            WellKnown::Wrapper => {
                self.text(message.fields().first().map_or("null", |field| default(field.kind)));
            }
        }
    }
}
