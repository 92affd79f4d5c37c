//! From descriptors to tables: the types that a root leads to.

use super::check::{self, REPEATED, REQUIRED};
use super::descriptor::FieldDescriptor;
use super::features::FeatureSet;
use super::json_names;
use super::pool::{ExtensionEntry, Pool, Type};
use super::scopes::ScopeId;
use crate::error::{Error, Result};
use crate::escape;
use crate::table::{
    Cardinality, Enum, EnumId, Field, Kind, Message, MessageId, Presence, Tables, WellKnown,
};

/// Compiles the tables of the message `root` and of all it leads to: the
/// types of its fields and extensions, and where there is an Any among them,
/// every message there is.
///
/// # Errors
///
/// A type that is not there: only what is used has to be. What else can be
/// wrong [`check`] has seen.
pub fn tables(pool: &Pool, root: usize) -> Result<(Tables, MessageId)> {
    let mut compiler = Compiler::new(pool)?;
    let root = compiler.message_id(root);
    compiler.run()?;
    Ok((compiler.finish(), root))
}

struct Compiler<'p> {
    pool: &'p Pool,
    /// The ids of the messages and the enums that were met.
    message_ids: Vec<Option<MessageId>>,
    enum_ids: Vec<Option<EnumId>>,
    /// The messages in the order of their ids; those behind `done` are to be
    /// compiled.
    queue: Vec<usize>,
    enum_queue: Vec<usize>,
    /// The extensions of each message.
    extensions: Vec<(usize, &'p ExtensionEntry)>,
    tables: Tables,
}

impl<'p> Compiler<'p> {
    fn new(pool: &'p Pool) -> Result<Self> {
        let mut extensions = Vec::with_capacity(pool.extensions.len());
        for extension in &pool.extensions {
            if !pool.is_missing_extendee(extension) {
                let extendee = pool.extendee(extension);
                let extendee = extendee.map_err(|error| pool.in_file(error, extension.file))?;
                extensions.push((extendee, extension));
            }
        }
        extensions.sort_by_key(|(index, _)| *index);
        Ok(Compiler {
            pool,
            message_ids: vec![None; pool.messages.len()],
            enum_ids: vec![None; pool.enums.len()],
            queue: Vec::new(),
            enum_queue: Vec::new(),
            extensions,
            tables: Tables::default(),
        })
    }

    fn message_id(&mut self, index: usize) -> MessageId {
        let next = MessageId(self.queue.len() as u32);
        *self.message_ids[index].get_or_insert_with(|| {
            self.queue.push(index);
            next
        })
    }

    fn enum_id(&mut self, index: usize) -> EnumId {
        let next = EnumId(self.enum_queue.len() as u32);
        *self.enum_ids[index].get_or_insert_with(|| {
            self.enum_queue.push(index);
            next
        })
    }

    fn run(&mut self) -> Result<()> {
        while self.tables.messages.len() < self.queue.len() {
            let index = self.queue[self.tables.messages.len()];
            let message = self.message(index)?;
            if message.well_known == Some(WellKnown::Any) {
                for other in 0..self.pool.messages.len() {
                    self.message_id(other);
                }
            }
            self.tables.messages.push(message);
        }
        while self.tables.enums.len() < self.enum_queue.len() {
            let index = self.enum_queue[self.tables.enums.len()];
            let enumeration = self.enumeration(index);
            self.tables.enums.push(enumeration);
        }
        Ok(())
    }

    fn finish(mut self) -> Tables {
        let count = self.tables.messages.len() as u32;
        let mut ids: Vec<MessageId> = (0..count).map(MessageId).collect();
        ids.sort_by(|&a, &b| self.tables.message(a).name().cmp(self.tables.message(b).name()));
        self.tables.by_name = ids;
        self.tables
    }

    fn message(&mut self, index: usize) -> Result<Message> {
        let pool = self.pool;
        let entry = &pool.messages[index];
        let descriptor = &entry.descriptor;
        let mut fields = Vec::with_capacity(descriptor.fields.len());
        let place =
            Place { scope: entry.scope, features: entry.features, owner: index, file: entry.file };
        let inside = |error: Error| pool.in_file(error.in_message(&entry.name), entry.file);
        for field in &descriptor.fields {
            let compiled = self.field(field, &place);
            fields.push(compiled.map_err(|error| inside(error.in_field(&field.name)))?);
        }
        part_json_names(&mut fields);
        let first = self.extensions.partition_point(|(extendee, _)| *extendee < index);
        for at in first..self.extensions.len() {
            let (extendee, extension) = self.extensions[at];
            if extendee != index {
                break;
            }
            let compiled = self.extension(extension, index);
            fields
                .push(compiled.map_err(|error| {
                    pool.in_file(error.in_message(&entry.name), extension.file)
                })?);
        }
        let mut message = Message::new(&entry.name, fields);
        message.message_set = descriptor.message_set;
        message.map_entry = descriptor.map_entry;
        message.oneofs =
            descriptor.more().oneofs.iter().map(|oneof| oneof.name.as_str().into()).collect();
        let mut reserved: Vec<Box<str>> =
            descriptor.more().reserved_names.iter().map(|name| name.as_str().into()).collect();
        reserved.sort();
        message.reserved = reserved.into();
        Ok(message)
    }

    fn extension(&mut self, extension: &ExtensionEntry, extendee: usize) -> Result<Field> {
        let name = format!("[{}]", extension.name);
        let place = Place {
            scope: extension.scope,
            features: extension.features,
            owner: extendee,
            file: extension.file,
        };
        let compiled = self.field(&extension.descriptor, &place);
        let mut field = compiled.map_err(|error| error.in_field(&name))?;
        field.extension = true;
        field.oneof = None;
        field.json_key = json_key(&name);
        // A group's extension has the name of the field, never of the type.
        field.name = name.as_str().into();
        field.text_name = name.as_str().into();
        field.json_name = name.into();
        let in_set = self.pool.messages[extendee].descriptor.message_set;
        if in_set && field.kind == Kind::Message {
            // Text calls an item of a MessageSet by the type of its message.
            let item = &self.pool.messages[self.queue[field.message.0 as usize]].name;
            field.text_name = format!("[{item}]").into();
        }
        Ok(field)
    }

    fn field(&mut self, descriptor: &FieldDescriptor, place: &Place) -> Result<Field> {
        let owner = &self.pool.messages[place.owner].descriptor;
        let oneof = descriptor.oneof.and_then(|index| usize::try_from(index).ok());
        let of_oneof = oneof.and_then(|index| owner.more().oneofs.get(index));
        // What stands in a oneof has its features between those of the message
        // and its own.
        let features = match of_oneof {
            Some(oneof) => place.features.with(&oneof.features).with(&descriptor.features),
            None => place.features.with(&descriptor.features),
        };
        let json_name = json_names::of(descriptor);
        let mut field = Field {
            number: check::number(descriptor, owner.message_set)?,
            kind: Kind::Bool,
            cardinality: Cardinality::Singular(Presence::Explicit),
            verified: features.verified_utf8(),
            extension: false,
            oneof: oneof.filter(|_| of_oneof.is_some()).and_then(|index| u16::try_from(index).ok()),
            message: MessageId::default(),
            enumeration: EnumId::default(),
            name: descriptor.name.clone(),
            text_name: descriptor.name.clone(),
            json_key: json_key(&json_name),
            json_name: json_name.into(),
        };
        let mut is_map = false;
        match self.pool.type_of(descriptor, place.scope, place.file)? {
            Type::Scalar(kind) => field.kind = kind,
            Type::Enum(index) => {
                field.kind = Kind::Enum;
                field.enumeration = self.enum_id(index);
            }
            Type::Message(declared, index) => {
                let entry = &self.pool.messages[index];
                is_map = entry.descriptor.map_entry && descriptor.label == REPEATED;
                let delimited = features.delimited() && !is_map && !owner.map_entry;
                field.kind = if delimited { Kind::Group } else { declared };
                field.message = self.message_id(index);
                if field.kind == Kind::Group && self.is_group_like(descriptor, index, place) {
                    field.text_name = entry.short_name().into();
                }
            }
        }
        field.cardinality = cardinality(descriptor, &features, field.kind, is_map);
        // The key and the value of a map's entry are written whatever they are.
        let explicit = field.oneof.is_some()
            || descriptor.proto3_optional
            || !descriptor.extendee.is_empty()
            || owner.map_entry;
        if explicit && field.is_implicit() {
            field.cardinality = Cardinality::Singular(Presence::Explicit);
        }
        Ok(field)
    }

    /// What proto2 wrote as a group: a message of the field's own name, in
    /// capitals, beside it. Text calls it by the type.
    fn is_group_like(&self, field: &FieldDescriptor, message: usize, place: &Place) -> bool {
        let entry = &self.pool.messages[message];
        let beside = self.pool.outer(entry.scope) == place.scope;
        entry.short_name().to_lowercase() == *field.name && beside && entry.file == place.file
    }

    fn enumeration(&self, index: usize) -> Enum {
        let entry = &self.pool.enums[index];
        let values = &entry.descriptor.values;
        let mut by_number: Vec<(i32, Box<str>)> =
            values.iter().map(|value| (value.number, value.name.clone())).collect();
        // Stable, so that the first name of a number stays the first.
        by_number.sort_by_key(|(number, _)| *number);
        let mut by_name: Vec<(Box<str>, i32)> =
            values.iter().map(|value| (value.name.clone(), value.number)).collect();
        by_name.sort();
        Enum {
            name: entry.name.as_str().into(),
            closed: entry.features.closed_enum(),
            is_null: entry.name == "google.protobuf.NullValue",
            by_number: by_number.into(),
            by_name: by_name.into(),
        }
    }
}

/// Where a field stands.
struct Place {
    /// The scope it is declared in.
    scope: ScopeId,
    /// The features there.
    features: FeatureSet,
    /// The message that has it.
    owner: usize,
    /// The file.
    file: usize,
}

fn cardinality(
    descriptor: &FieldDescriptor,
    features: &FeatureSet,
    kind: Kind,
    is_map: bool,
) -> Cardinality {
    match descriptor.label {
        REPEATED if is_map => Cardinality::Map,
        REPEATED => Cardinality::Repeated {
            packed: kind.packable() && descriptor.packed.unwrap_or(features.packed()),
        },
        REQUIRED => Cardinality::Singular(Presence::Required),
        _ if features.required() => Cardinality::Singular(Presence::Required),
        _ if features.implicit_presence() && !kind.is_message() => {
            Cardinality::Singular(Presence::Implicit)
        }
        _ => Cardinality::Singular(Presence::Explicit),
    }
}

/// Has fields that share a JSON name go by their own.
fn part_json_names(fields: &mut [Field]) {
    let mut keys: Vec<&str> = fields.iter().map(|field| &*field.json_name).collect();
    keys.sort_unstable();
    if keys.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let names: Vec<(&str, &str)> =
        fields.iter().map(|field| (&*field.name, &*field.json_name)).collect();
    for index in json_names::sharing(&names) {
        let field = &mut fields[index];
        field.json_name.clone_from(&field.name);
        field.json_key = json_key(&field.name);
    }
}

/// `"name":`, as it stands in every JSON object that has the field.
fn json_key(name: &str) -> Box<[u8]> {
    let mut key = Vec::with_capacity(name.len() + 3);
    escape::json_string(name, &mut key);
    key.push(b':');
    key.into()
}
