//! From descriptors to tables: the types that a root leads to.

use super::descriptor::FieldDescriptor;
use super::features::FeatureSet;
use super::pool::{ExtensionEntry, Named, Pool};
use crate::error::{Error, Result};
use crate::escape::{self, quote};
use crate::table::{
    Cardinality, Enum, EnumId, Field, Kind, Message, MessageId, Presence, Tables, WellKnown,
};
use crate::wire::limits::{FIELD_NUMBER_MAX, MESSAGE_SET_NUMBER_MAX};

/// The values of `FieldDescriptorProto.Label`.
const REQUIRED: i32 = 2;
const REPEATED: i32 = 3;

/// Compiles the tables of the message `root` and of all it leads to: the
/// types of its fields and extensions, and where there is an Any among them,
/// every message there is.
///
/// # Errors
///
/// A field that cannot be: its number, its type, its oneof, its name.
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
            let extendee = &extension.descriptor.extendee;
            match pool.resolve(extendee, &extension.scope) {
                Some(Named::Message(index)) => extensions.push((index, extension)),
                _ => {
                    let name = quote(&extension.name);
                    return Err(Error::failure(format!(
                        "the extension {name} extends {}, which is no message of the schema",
                        quote(extendee)
                    )));
                }
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
            let name = &self.pool.messages[index].name;
            let message = self.message(index).map_err(|error| error.in_message(name))?;
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
        for field in &descriptor.fields {
            let place = Place {
                scope: &entry.name,
                features: entry.features,
                owner: index,
                file: entry.file,
            };
            let compiled =
                self.field(field, &place).map_err(|error| error.in_field(&field.name))?;
            fields.push(compiled);
        }
        let first = self.extensions.partition_point(|(extendee, _)| *extendee < index);
        for at in first..self.extensions.len() {
            let (extendee, extension) = self.extensions[at];
            if extendee != index {
                break;
            }
            fields.push(self.extension(extension, index)?);
        }
        let mut message = Message::new(&entry.name, fields);
        message.message_set = descriptor.message_set;
        message.map_entry = descriptor.map_entry;
        message.oneofs = descriptor.oneofs.iter().map(|oneof| oneof.name.as_str().into()).collect();
        let mut reserved: Vec<Box<str>> =
            descriptor.reserved_names.iter().map(|name| name.as_str().into()).collect();
        reserved.sort();
        message.reserved = reserved.into();
        let mut names: Vec<&str> = message.fields().iter().map(|field| &*field.name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::failure(format!("the field {} is given twice", quote(twice[0]))));
        }
        let mut numbers: Vec<u32> = message.fields().iter().map(|field| field.number).collect();
        numbers.sort_unstable();
        if let Some(twice) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::failure(format!("the field number {} is given twice", twice[0])));
        }
        Ok(message)
    }

    fn extension(&mut self, extension: &ExtensionEntry, extendee: usize) -> Result<Field> {
        let ranges = &self.pool.messages[extendee].descriptor.extension_ranges;
        let number = extension.descriptor.number;
        let name = format!("[{}]", extension.name);
        if !ranges.iter().any(|&(start, end)| start <= number && number < end) {
            return Err(Error::failure(format!(
                "the extension {name} has the number {number}, which its message keeps for no extension"
            )));
        }
        let place = Place {
            scope: &extension.scope,
            features: extension.features,
            owner: extendee,
            file: extension.file,
        };
        let mut field = self.field(&extension.descriptor, &place)?;
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

    fn field(&mut self, descriptor: &FieldDescriptor, place: &Place<'_>) -> Result<Field> {
        super::pool::check_name(&descriptor.name)?;
        let features = place.features.with(&descriptor.features);
        let target = self.target(descriptor, place)?;
        let declared = usize::try_from(descriptor.type_number).ok().and_then(|n| n.checked_sub(1));
        let mut kind = match (declared.and_then(|at| Kind::ALL.get(at)), target) {
            (Some(&kind), _) => kind,
            (None, Some(Named::Message(_))) => Kind::Message,
            (None, Some(Named::Enum(_))) => Kind::Enum,
            (None, None) => {
                let number = descriptor.type_number;
                return Err(Error::failure(format!("the type number {number} does not exist")));
            }
        };
        let mut field = Field {
            number: self.number(descriptor, place.owner)?,
            kind,
            cardinality: Cardinality::Singular(Presence::Explicit),
            verified: features.verified_utf8(),
            extension: false,
            oneof: self.oneof(descriptor, place.owner)?,
            message: MessageId::default(),
            enumeration: EnumId::default(),
            name: descriptor.name.as_str().into(),
            text_name: descriptor.name.as_str().into(),
            json_name: json_name(descriptor).into(),
            json_key: json_key(&json_name(descriptor)),
        };
        let mut is_map = false;
        match (kind, target) {
            (Kind::Message | Kind::Group, Some(Named::Message(index))) => {
                is_map =
                    self.pool.messages[index].descriptor.map_entry && descriptor.label == REPEATED;
                if is_map {
                    self.check_map_entry(index)?;
                }
                if kind == Kind::Message
                    && features.delimited()
                    && !is_map
                    && !self.is_map_entry(place)
                {
                    kind = Kind::Group;
                }
                field.kind = kind;
                field.message = self.message_id(index);
                if kind == Kind::Group && self.is_group_like(descriptor, index, place) {
                    field.text_name = self.pool.messages[index].descriptor.name.as_str().into();
                }
            }
            (Kind::Enum, Some(Named::Enum(index))) => field.enumeration = self.enum_id(index),
            (Kind::Message | Kind::Group | Kind::Enum, _) => {
                return Err(Error::failure(format!(
                    "its type {} is not {} of the schema",
                    quote(&descriptor.type_name),
                    if kind == Kind::Enum { "an enum" } else { "a message" }
                )));
            }
            _ => {}
        }
        field.cardinality = cardinality(descriptor, &features, kind, is_map);
        // The key and the value of a map's entry are written whatever they are.
        let explicit = field.oneof.is_some()
            || descriptor.proto3_optional
            || !descriptor.extendee.is_empty()
            || self.is_map_entry(place);
        if explicit && field.is_implicit() {
            field.cardinality = Cardinality::Singular(Presence::Explicit);
        }
        Ok(field)
    }

    fn is_map_entry(&self, place: &Place<'_>) -> bool {
        self.pool.messages[place.owner].descriptor.map_entry
    }

    /// A map entry is a message of a key (1), which may not be any type, and
    /// a value (2).
    fn check_map_entry(&self, index: usize) -> Result<()> {
        let fields = &self.pool.messages[index].descriptor.fields;
        let singular = |field: &&FieldDescriptor| field.label != REPEATED;
        let key = fields.iter().filter(singular).find(|field| field.number == 1);
        let value = fields.iter().filter(singular).find(|field| field.number == 2);
        let key_kind = key.and_then(|key| {
            let at = usize::try_from(key.type_number).ok()?.checked_sub(1)?;
            Kind::ALL.get(at).copied()
        });
        let good_key = key_kind.is_some_and(|kind| match kind {
            Kind::Double | Kind::Float | Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => {
                false
            }
            Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Fixed64
            | Kind::Fixed32
            | Kind::Bool
            | Kind::String
            | Kind::Uint32
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Sint32
            | Kind::Sint64 => true,
        });
        if fields.len() == 2 && good_key && value.is_some() {
            return Ok(());
        }
        let name = quote(&self.pool.messages[index].name);
        Err(Error::failure(format!("{name} is no map entry: it has to be a key and a value")))
    }

    /// What proto2 wrote as a group: a message of the field's own name, in
    /// capitals, beside it. Text calls it by the type.
    fn is_group_like(&self, field: &FieldDescriptor, message: usize, place: &Place<'_>) -> bool {
        let entry = &self.pool.messages[message];
        let beside = match entry.parent {
            Some(parent) => self.pool.messages[parent].name == place.scope,
            None => entry.name.rsplit_once('.').map_or("", |(scope, _)| scope) == place.scope,
        };
        entry.descriptor.name.to_lowercase() == field.name && beside && entry.file == place.file
    }

    fn target(&self, descriptor: &FieldDescriptor, place: &Place<'_>) -> Result<Option<Named>> {
        if descriptor.type_name.is_empty() {
            return Ok(None);
        }
        match self.pool.resolve(&descriptor.type_name, place.scope) {
            Some(named) => Ok(Some(named)),
            None => Err(Error::failure(format!(
                "its type {} is not in the schema",
                quote(&descriptor.type_name)
            ))
            .hint("make the descriptor set with `--include_imports`")),
        }
    }

    fn number(&self, descriptor: &FieldDescriptor, owner: usize) -> Result<u32> {
        let max = match self.pool.messages[owner].descriptor.message_set {
            true => MESSAGE_SET_NUMBER_MAX,
            false => FIELD_NUMBER_MAX,
        };
        match u32::try_from(descriptor.number) {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Error::failure(format!("{} is no field number", descriptor.number))
                .hint(format!("field numbers are 1 to {max}"))),
        }
    }

    fn oneof(&self, descriptor: &FieldDescriptor, owner: usize) -> Result<Option<u16>> {
        let Some(index) = descriptor.oneof else { return Ok(None) };
        let count = self.pool.messages[owner].descriptor.oneofs.len();
        match u16::try_from(index) {
            Ok(index) if usize::from(index) < count => Ok(Some(index)),
            _ => Err(Error::failure(format!("the oneof number {index} does not exist"))
                .hint(format!("the message has {count}"))),
        }
    }

    fn enumeration(&self, index: usize) -> Enum {
        let entry = &self.pool.enums[index];
        let values = &entry.descriptor.values;
        let mut by_number: Vec<(i32, Box<str>)> =
            values.iter().map(|value| (value.number, value.name.as_str().into())).collect();
        // Stable, so that the first name of a number stays the first.
        by_number.sort_by_key(|(number, _)| *number);
        let mut by_name: Vec<(Box<str>, i32)> =
            values.iter().map(|value| (value.name.as_str().into(), value.number)).collect();
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
struct Place<'p> {
    /// The full name of the scope it is declared in.
    scope: &'p str,
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

/// The name in JSON: what the compiler wrote, else the field's own name with
/// each `_` left out and the letter after it made a capital.
fn json_name(descriptor: &FieldDescriptor) -> String {
    if !descriptor.json_name.is_empty() {
        return descriptor.json_name.clone();
    }
    let mut name = String::with_capacity(descriptor.name.len());
    let mut capital = false;
    for c in descriptor.name.chars() {
        match c {
            '_' => capital = true,
            _ if capital => {
                name.push(c.to_ascii_uppercase());
                capital = false;
            }
            _ => name.push(c),
        }
    }
    name
}

/// `"name":`, as it stands in every JSON object that has the field.
fn json_key(name: &str) -> Box<[u8]> {
    let mut key = Vec::with_capacity(name.len() + 3);
    escape::json_string(name, &mut key);
    key.push(b':');
    key.into()
}
