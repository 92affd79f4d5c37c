//! Messages and enums as a `.proto` file declares them.

use std::fmt::Write;

use super::check::{REPEATED, REQUIRED};
use super::descriptor::FieldDescriptor;
use super::pool::{EnumEntry, MessageEntry, Named, Type};
use super::{Schema, files};
use crate::error::Result;
use crate::escape::visible;
use crate::table::Kind;

impl Schema {
    /// The full names of the messages, but for map entries and the well-known
    /// types, which are in every schema.
    pub fn own_message_names(&self) -> impl Iterator<Item = &str> + Clone {
        let messages = self.pool.messages.iter().filter(|entry| !entry.descriptor.map_entry);
        messages.map(|entry| &*entry.name).filter(|name| !files::is_well_known(name))
    }

    /// The message or the enum of this name, short where that is unique, as
    /// text: with its fields and comments, and the full names of their types.
    /// `optional` stands where a value has presence and its type alone would
    /// not say so.
    ///
    /// # Errors
    ///
    /// There is none, or more than one.
    pub fn declaration(&self, name: &str) -> Result<String> {
        let mut out = String::new();
        match self.pool.named(name) {
            Some(Named::Enum(index)) => enumeration(&self.pool.enums[index], 0, &mut out),
            Some(Named::Message(_)) | None => {
                let index = self.message(name)?;
                self.declare(index, &self.pool.messages[index].name, 0, &mut out)?;
            }
        }
        Ok(out)
    }

    fn declare(&self, index: usize, name: &str, depth: usize, out: &mut String) -> Result<()> {
        let entry = &self.pool.messages[index];
        comment(&entry.descriptor.comment.0, depth, out);
        line(depth, &format!("message {name} {{"), out);
        let mut oneof = None;
        for field in &entry.descriptor.fields {
            let member = field.oneof.filter(|_| !field.proto3_optional);
            if member != oneof {
                if oneof.is_some() {
                    line(depth + 1, "}", out);
                }
                let found = member.and_then(|at| usize::try_from(at).ok());
                if let Some(found) = found.and_then(|at| entry.descriptor.more().oneofs.get(at)) {
                    line(depth + 1, &format!("oneof {} {{", found.name), out);
                }
                oneof = member;
            }
            let inside = depth + 1 + usize::from(oneof.is_some());
            comment(&field.comment.0, inside, out);
            let text = self.field(entry, field, oneof.is_some())?;
            line(inside, &format!("{text} {} = {};", field.name, field.number), out);
        }
        if oneof.is_some() {
            line(depth + 1, "}", out);
        }
        for (start, end) in &entry.descriptor.more().extension_ranges {
            line(depth + 1, &format!("extensions {start} to {};", end.saturating_sub(1)), out);
        }
        for (at, inner) in self.pool.messages.iter().enumerate() {
            if inner.parent == Some(index) && !inner.descriptor.map_entry {
                self.declare(at, inner.short_name(), depth + 1, out)?;
            }
        }
        let prefix = format!("{}.", entry.name);
        for inner in &self.pool.enums {
            let short = inner.name.strip_prefix(&prefix);
            if short.is_some_and(|short| !short.contains('.')) {
                enumeration(inner, depth + 1, out);
            }
        }
        line(depth, "}", out);
        Ok(())
    }

    /// The label and the type of a field.
    fn field(&self, entry: &MessageEntry, field: &FieldDescriptor, member: bool) -> Result<String> {
        let found = self.pool.type_of(field, entry.scope, entry.file)?;
        if let Type::Message(_, index) = found
            && self.pool.messages[index].descriptor.map_entry
        {
            let inner = &self.pool.messages[index];
            let types = inner.descriptor.fields.iter().map(|field| {
                Ok(self.type_name(self.pool.type_of(field, inner.scope, inner.file)?))
            });
            let types: Vec<String> = types.collect::<Result<_>>()?;
            return Ok(format!("map<{}>", types.join(", ")));
        }
        let is_message = matches!(found, Type::Message(..));
        let features = entry.features.with(&field.features);
        let label = match field.label {
            REPEATED => "repeated ",
            _ if field.label == REQUIRED || features.required() => "required ",
            _ if member || is_message => "",
            _ if field.proto3_optional || !features.implicit_presence() => "optional ",
            _ => "",
        };
        let group = if let Type::Message(Kind::Group, _) = found { "group " } else { "" };
        Ok(format!("{label}{group}{}", self.type_name(found)))
    }

    fn type_name(&self, found: Type) -> String {
        match found {
            Type::Scalar(kind) => kind.name().to_owned(),
            Type::Message(_, index) => self.pool.messages[index].name.to_string(),
            Type::Enum(index) => self.pool.enums[index].name.clone(),
        }
    }
}

fn enumeration(entry: &EnumEntry, depth: usize, out: &mut String) {
    let name = match depth {
        0 => entry.name.as_str(),
        _ => entry.name.rsplit('.').next().unwrap_or_default(),
    };
    line(depth, &format!("enum {name} {{"), out);
    for value in &entry.descriptor.values {
        line(depth + 1, &format!("{} = {};", value.name, value.number), out);
    }
    line(depth, "}", out);
}

fn comment(text: &str, depth: usize, out: &mut String) {
    for text in text.lines() {
        line(depth, visible(format!("// {}", text.trim()).trim_end()).as_str(), out);
    }
}

fn line(depth: usize, text: &str, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:1$}{text}", "", 2 * depth);
}
