//! Message types and their fields.

use super::{EnumId, Kind, MessageId};
use crate::wire::reader::Subject;

/// How often a field may be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cardinality {
    /// Once.
    Singular(Presence),
    /// Any number of times.
    Repeated {
        /// Whether it is written packed; it is read either way.
        packed: bool,
    },
    /// Any number of entries, each a message of a key (1) and a value (2).
    Map,
}

/// What it means for a singular field to be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// To have a value other than the default.
    Implicit,
    /// To have been given, whatever the value.
    Explicit,
    /// As explicit; and it must be.
    Required,
}

/// A field of a message, or an extension of it.
pub struct Field {
    /// Its number, 1 to 2^29 - 1 (for a MessageSet 2^31 - 1).
    pub number: u32,
    /// What its values are.
    pub kind: Kind,
    /// How often it may be set.
    pub cardinality: Cardinality,
    /// Whether a string must be UTF-8.
    pub verified: bool,
    /// Whether it is an extension.
    pub extension: bool,
    /// The oneof that it is a member of, by index.
    pub oneof: Option<u16>,
    /// The type of its messages.
    pub message: MessageId,
    /// The type of its enum values.
    pub enumeration: EnumId,
    /// Its name in the `.proto` file; the full name in brackets for an
    /// extension.
    pub name: Box<str>,
    /// Its name in text: the type's for what looks like a group.
    pub text_name: Box<str>,
    /// Its name in JSON.
    pub json_name: Box<str>,
    /// `"name":`, ready to be written: quoted and escaped.
    pub json_key: Box<[u8]>,
}

impl Field {
    /// The field as errors name it.
    #[inline]
    pub fn subject(&self) -> Subject<'_> {
        Subject { number: self.number, name: Some(&self.name) }
    }

    /// Whether it may be set once only.
    #[inline]
    pub fn is_singular(&self) -> bool {
        matches!(self.cardinality, Cardinality::Singular(_))
    }

    /// Whether it holds values without keys, any number of them.
    #[inline]
    pub fn is_list(&self) -> bool {
        matches!(self.cardinality, Cardinality::Repeated { .. })
    }

    /// Whether a value equal to the default is the same as none.
    #[inline]
    pub fn is_implicit(&self) -> bool {
        matches!(self.cardinality, Cardinality::Singular(Presence::Implicit))
    }
}

/// The types that JSON writes in a way of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WellKnown {
    /// `google.protobuf.Any`
    Any,
    /// `google.protobuf.Timestamp`
    Timestamp,
    /// `google.protobuf.Duration`
    Duration,
    /// `google.protobuf.FieldMask`
    FieldMask,
    /// `google.protobuf.Struct`
    Struct,
    /// `google.protobuf.Value`
    Value,
    /// `google.protobuf.ListValue`
    ListValue,
    /// `google.protobuf.DoubleValue` and the other eight.
    Wrapper,
}

impl WellKnown {
    /// The well-known type of this full name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("google.protobuf.")? {
            "Any" => WellKnown::Any,
            "Timestamp" => WellKnown::Timestamp,
            "Duration" => WellKnown::Duration,
            "FieldMask" => WellKnown::FieldMask,
            "Struct" => WellKnown::Struct,
            "Value" => WellKnown::Value,
            "ListValue" => WellKnown::ListValue,
            "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value"
            | "UInt32Value" | "BoolValue" | "StringValue" | "BytesValue" => WellKnown::Wrapper,
            _ => return None,
        })
    }
}

/// A message type.
pub struct Message {
    name: Box<str>,
    /// In the order in which they are written: by number.
    fields: Box<[Field]>,
    /// The numbers with the indexes of their fields, in order.
    numbers: Box<[(u32, u32)]>,
    /// Every name in JSON with the index of its field, in order.
    json_names: Box<[(Box<str>, u32)]>,
    /// Every name in text, in order.
    text_names: Box<[(Box<str>, u32)]>,
    /// The names that it keeps for no field, in order: text with one is read
    /// past.
    pub reserved: Box<[Box<str>]>,
    /// The names of its oneofs.
    pub oneofs: Box<[Box<str>]>,
    /// Whether JSON writes it in a way of its own.
    pub well_known: Option<WellKnown>,
    /// Whether its extensions are encoded as a MessageSet.
    pub message_set: bool,
    /// Whether it is the entry of a map.
    pub map_entry: bool,
    /// The indexes of the fields that must be set.
    pub required: Box<[u32]>,
}

impl Message {
    /// A type of this full name with these fields, in any order.
    pub fn new(name: &str, mut fields: Vec<Field>) -> Self {
        fields.sort_by_key(|field| field.number);
        let index = |(at, _): (usize, &Field)| at as u32;
        let mut numbers: Vec<(u32, u32)> =
            fields.iter().enumerate().map(|(at, field)| (field.number, at as u32)).collect();
        numbers.sort_unstable();
        let required = |(_, field): &(usize, &Field)| {
            field.cardinality == Cardinality::Singular(Presence::Required)
        };
        Message {
            name: name.into(),
            numbers: numbers.into(),
            json_names: names(&fields, |field| [&field.json_name, &field.name]),
            text_names: names(&fields, |field| [&field.text_name, &field.name]),
            reserved: Box::default(),
            oneofs: Box::default(),
            well_known: WellKnown::named(name),
            message_set: false,
            map_entry: false,
            required: fields.iter().enumerate().filter(required).map(index).collect(),
            fields: fields.into(),
        }
    }

    /// The full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All fields in the order in which they are written.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The index and the field of this number. `expected` is the index that
    /// the caller thinks comes next: it nearly always does.
    #[inline]
    pub fn by_number(&self, number: u32, expected: usize) -> Option<(usize, &Field)> {
        if let Some(field) = self.fields.get(expected)
            && field.number == number
        {
            return Some((expected, field));
        }
        let at = self.numbers.binary_search_by_key(&number, |entry| entry.0).ok()?;
        let index = self.numbers[at].1 as usize;
        Some((index, &self.fields[index]))
    }

    /// The index and the field of this name in the `.proto` file, or in text.
    pub fn by_name(&self, name: &str) -> Option<(usize, &Field)> {
        self.find(&self.text_names, name)
    }

    /// Whether it keeps this name for no field.
    pub fn is_reserved(&self, name: &str) -> bool {
        self.reserved.binary_search_by(|known| (**known).cmp(name)).is_ok()
    }

    /// The index and the field of this key in JSON, which may be either name.
    pub fn by_json_key(&self, key: &str) -> Option<(usize, &Field)> {
        self.find(&self.json_names, key)
    }

    /// Every key in JSON with the index of its field, in the order of the keys.
    pub fn json_names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.json_names.iter().map(|(name, index)| (&**name, *index as usize))
    }

    fn find(&self, names: &[(Box<str>, u32)], name: &str) -> Option<(usize, &Field)> {
        let at = names.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        let index = names[at].1 as usize;
        Some((index, &self.fields[index]))
    }
}

/// Both names of every field, in order. Where the first name of one field is
/// the second of another, it means the former.
fn names(fields: &[Field], of: impl Fn(&Field) -> [&Box<str>; 2]) -> Box<[(Box<str>, u32)]> {
    let mut names: Vec<(Box<str>, bool, u32)> = Vec::with_capacity(fields.len() * 2);
    for (index, field) in fields.iter().enumerate() {
        let [first, second] = of(field);
        names.push((first.clone(), false, index as u32));
        if first != second {
            names.push((second.clone(), true, index as u32));
        }
    }
    names.sort();
    names.dedup_by(|later, earlier| later.0 == earlier.0);
    names.into_iter().map(|(name, _, index)| (name, index)).collect()
}
