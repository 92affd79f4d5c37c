//! What JSON and text say in the same words: of fields, oneofs, enum values
//! and types that are not the schema's.

use std::ops::Range;

use super::cursor::Cursor;
use super::range;
use crate::error::{Error, names};
use crate::escape::quote;
use crate::table::{Cardinality, Enum, Field, Kind, Message, Tables};
use crate::wire::limits::{DEPTH_MAX, MESSAGE_LEN_MAX};

/// What mends a message that is nested too deep.
pub const TOO_DEEP: &str = "the official implementations refuse it too";

/// What mends a single value that was given as a list.
pub const ONE_VALUE: &str = "it is one value: leave the brackets out";

impl Cursor<'_> {
    /// The message comes to more bytes than the format allows.
    #[cold]
    pub fn too_large(&self) -> Error {
        Error::failure("the message is larger than the format allows")
            .hint(format!("the largest has {MESSAGE_LEN_MAX} bytes"))
    }

    /// The message that begins here is a level too many.
    #[cold]
    pub fn too_deep(&self) -> Error {
        self.error_here(format!("messages are nested more than {DEPTH_MAX} deep")).hint(TOO_DEEP)
    }

    /// The bracket that opens here, of a value that is passed, is a level too
    /// many.
    #[cold]
    pub fn brackets_too_deep(&self) -> Error {
        self.error_here(format!("brackets are nested more than {DEPTH_MAX} deep")).hint(TOO_DEEP)
    }

    /// A required field of `message` is not set; the format calls it `name`.
    #[cold]
    pub fn lacks(&self, message: &Message, field: &Field, name: &str) -> Error {
        let what = format!("{} lacks the required field {}", message.name(), quote(&field.name));
        self.error_here(what).hint(format!("give `{name}` a value"))
    }

    /// The message has no field of this name; `known` are those it has.
    #[cold]
    pub fn no_field(
        &self,
        message: &Message,
        name: &str,
        known: &[&str],
        range: Range<usize>,
    ) -> Error {
        let extension = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let Some(extension) = extension else {
            return self
                .error(format!("{} has no field {}", message.name(), quote(name)), range)
                .hint(names::field_hint(name, known, ""));
        };
        let what = format!("{} has no extension {}", message.name(), quote(extension));
        let near = names::nearest(name, known.iter().copied().filter(|name| name.starts_with('[')));
        self.error(what, range).hint(match near {
            Some(near) => format!("did you mean `{}`?", names::shown(near)),
            None => String::from("is the file that declares it in the schema?"),
        })
    }

    /// The field, which the input calls `name`, is given a second time.
    #[cold]
    pub fn twice(&self, field: &Field, name: &str, range: Range<usize>) -> Error {
        self.error(format!("the field {} is given twice", quote(name)), range)
            .hint(match field.cardinality {
                Cardinality::Singular(_) => "the field holds one value",
                Cardinality::Repeated { .. } => "all its values stand in one `[…]`",
                Cardinality::Map => "all its entries stand in one `{…}`",
            })
            .in_field(&field.name)
    }

    /// The field of the index `index` is of one oneof with `other`, which is
    /// set.
    #[cold]
    pub fn two_of_oneof(
        &self,
        message: &Message,
        other: usize,
        index: usize,
        range: Range<usize>,
    ) -> Error {
        let field = &message.fields()[index];
        let oneof = field.oneof.and_then(|oneof| message.oneofs.get(usize::from(oneof)));
        let what = format!(
            "{} and {} are both of the oneof {}",
            quote(&message.fields()[other].name),
            quote(&field.name),
            quote(oneof.map_or("", |name| name))
        );
        self.error(what, range).hint("it holds one of them").in_field(&field.name)
    }

    /// The enum has no value of this name or number, as the input has it.
    #[cold]
    pub fn no_value(&self, enumeration: &Enum, name: &str, range: Range<usize>) -> Error {
        self.error(format!("{} has no value {}", enumeration.name, quote(name)), range)
            .hint(value_hint(enumeration, name))
    }

    /// A number that is no value of the enum: it is closed, or the number is
    /// none that an enum could have.
    #[cold]
    pub fn no_number(&self, enumeration: &Enum, text: &str, range: Range<usize>) -> Error {
        if enumeration.closed || !range::is_whole(text) {
            return self.no_value(enumeration, text, range);
        }
        let what = format!("{} is out of range of the enum {}", quote(text), enumeration.name);
        let takes = range::takes(Kind::Int32).unwrap_or_default();
        self.error(what, range).hint(format!("it takes a name or {takes}"))
    }

    /// The type that the URL of an Any names is not in the schema.
    #[cold]
    pub fn no_type(&self, tables: &Tables, url: &str, range: Range<usize>) -> Error {
        let error = self.error(format!("the type {} is not in the schema", quote(url)), range);
        let (prefix, name) = url.rsplit_once('/').unwrap_or(("type.googleapis.com", url));
        let types = || {
            let types = tables.messages.iter().filter(|message| !message.map_entry);
            types.map(Message::name)
        };
        let short = |name: &'_ str| -> usize { name.rfind('.').map_or(0, |dot| dot + 1) };
        let near = names::nearest(name, types().chain(types().map(|name| &name[short(name)..])));
        let meant = near
            .and_then(|near| types().find(|name| *name == near || &name[short(name)..] == near));
        let meant = meant.map(|name| names::shown(&format!("{prefix}/{name}")));
        match meant {
            Some(meant) => error
                .hint(format!("did you mean `{meant}`?"))
                .hint("or give a schema that has it, with `--proto` or `--descriptor-set`"),
            None if !url.contains('/') => {
                error.hint(format!("it is a URL such as `{prefix}/{}`", names::shown(name)))
            }
            None => error.hint("give a schema that has it, with `--proto` or `--descriptor-set`"),
        }
    }
}

/// What the values of an enum are, for a text that is none of them.
pub fn value_hint(enumeration: &Enum, name: &str) -> String {
    let known: Vec<&str> = enumeration.by_number.iter().map(|(_, name)| &**name).collect();
    names::hint(name, &known, "", "its values are")
}
