//! Fields and extensions as `.proto` text.

use super::default::default_value;
use super::options::{Of, string};
use super::raw::{Field, Message};
use super::source::{Dialect, Place, Source};
use crate::error::Result;
use crate::schema::json_names;
use crate::schema::pool::Named;
use crate::schema::scopes::ScopeId;
use crate::table::Kind;

/// `FieldDescriptorProto.LABEL_REQUIRED`.
const REQUIRED: i32 = 2;
/// `FieldDescriptorProto.LABEL_REPEATED`.
pub(super) const REPEATED: i32 = 3;

/// The name of the message that a field is written with, if it is a group: it is
/// that of the field, which is in lower case.
pub(super) fn group_name<'f>(field: &Field<'f>) -> Option<&'f str> {
    let short = field.type_name.rsplit('.').next().unwrap_or_default();
    let is_group = kind(field.type_number) == Some(Kind::Group)
        && short.to_lowercase() == field.name
        && short.starts_with(|first: char| first.is_ascii_uppercase());
    is_group.then_some(short)
}

impl Source<'_, '_> {
    /// Writes a field or an extension; a group with its message.
    pub(super) fn field(
        &mut self,
        bytes: &[u8],
        place: Place<'_>,
        member: bool,
        tied: Option<(&[u8], Vec<i32>)>,
    ) -> Result<()> {
        let field = Field::read(bytes)?;
        let name = self.name(field.name)?;
        let (type_name, named) = match kind(field.type_number) {
            Some(kind) if !kind.is_message() && kind != Kind::Enum => {
                (kind.name().to_owned(), None)
            }
            _ => self.type_name(field.type_name, place.scope)?,
        };
        let mut label = self.label(&field, member);
        let (mut settings, left_out) = self.field_settings(&field, named, place.scope)?;
        if let (Some(Named::Message(index)), Some((bytes, path))) = (named, tied) {
            if self.is_map(&field, index, place.scope) {
                let types = self.map_types(index)?;
                let head = format!("map<{types}> {name} = {}", field.number);
                return self.declare(&head, settings, place.path, &left_out);
            }
            let short = Message::read(bytes)?.name;
            let head = format!("{label}group {short} = {}", field.number);
            let comment = self.comments.of(place.path);
            let of_message = self.comments.of(&path);
            // The comment of a group is that of its message, or its field's.
            let comment = if of_message.leading.is_empty() { comment } else { of_message };
            self.before(&comment)?;
            settings.iter_mut().for_each(|it| *it = it.replace('\n', " "));
            let place = Place { path: &path, scope: place.scope };
            return self.message(bytes, place, Some((&head, &settings, &left_out)), true);
        }
        self.needs(named);
        if kind(field.type_number) == Some(Kind::Group) && self.dialect == Dialect::Proto2 {
            label.insert_str(0, "/* a group */ ");
        }
        let head = format!("{label}{type_name} {name} = {}", field.number);
        self.declare(&head, settings, place.path, &left_out)
    }

    fn label(&self, field: &Field<'_>, member: bool) -> String {
        let label = match (self.dialect, field.label) {
            _ if member => "",
            (_, REPEATED) => "repeated ",
            (Dialect::Proto2, REQUIRED) => "required ",
            (Dialect::Proto2, _) => "optional ",
            (Dialect::Proto3, _) if field.proto3_optional => "optional ",
            (Dialect::Proto3 | Dialect::Edition(_), _) => "",
        };
        label.to_owned()
    }

    /// The types of the key and of the value of a map.
    fn map_types(&mut self, entry: usize) -> Result<String> {
        let entry = &self.whole.pool.messages[entry];
        let mut types = Vec::with_capacity(2);
        for field in &entry.descriptor.fields {
            types.push(match kind(field.type_number) {
                Some(kind) if !kind.is_message() && kind != Kind::Enum => kind.name().to_owned(),
                _ => {
                    // It is written in the message, not in the entry.
                    let scope = self.whole.pool.outer(entry.scope);
                    let named = self.whole.pool.resolve(&field.type_name, entry.scope);
                    let full = named.map(|named| match named {
                        Named::Message(index) => {
                            format!(".{}", self.whole.pool.messages[index].name)
                        }
                        Named::Enum(index) => format!(".{}", self.whole.pool.enums[index].name),
                    });
                    let full = full.unwrap_or_else(|| field.type_name.to_string());
                    let (written, named) = self.type_name(&full, scope)?;
                    self.needs(named);
                    written
                }
            });
        }
        Ok(types.join(", "))
    }

    /// What stands in the brackets of a field.
    fn field_settings(
        &mut self,
        field: &Field<'_>,
        named: Option<Named>,
        scope: ScopeId,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let (mut settings, left_out) = self.in_brackets(Of::Field, &field.options, scope);
        let default_name = json_names::default(field.name);
        if !field.json_name.is_empty()
            && field.extendee.is_empty()
            && field.json_name != &*default_name
        {
            settings.insert(0, format!("json_name = {}", string(field.json_name.as_bytes())));
        }
        if let Some(default) = field.default {
            settings.insert(0, format!("default = {}", default_value(field, default, named)?));
        }
        Ok((settings, left_out))
    }
}

/// The kind of a field by the number of its type.
pub(super) fn kind(number: i32) -> Option<Kind> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    Kind::ALL.get(index).copied()
}
