//! The compiled schema: plain data, made once per message type by
//! [`crate::schema`], read by the codec for every message.
//!
//! Nothing here allocates, fails or looks a name up in a descriptor: what a
//! message costs per byte is decided by what stands ready in these tables.

use crate::wire::WireType;
use crate::wire::reader::Subject;

/// What the values of a field are.
///
/// Each `match` over it names every kind, so that a new one cannot be
/// forgotten anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text in UTF-8, checked in both directions.
    String,
}

impl Kind {
    /// The wire type of one value.
    #[inline]
    pub fn wire_type(self) -> WireType {
        match self {
            Kind::String => WireType::Len,
        }
    }

    /// The name of the type in a `.proto` file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
        }
    }
}

/// A field of a message. All are singular and have no presence: a value equal
/// to the default is the same as none.
pub struct Field {
    /// Its number, 1 to 2^29 - 1.
    pub number: u32,
    /// What its values are.
    pub kind: Kind,
    /// Its name in the `.proto` file.
    pub name: Box<str>,
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
}

/// A message type.
pub struct Message {
    /// Its full name, without a leading dot.
    name: Box<str>,
    /// Its fields in the order of their numbers.
    fields: Box<[Field]>,
}

impl Message {
    /// A type of this full name with these fields, in any order.
    pub fn new(name: &str, mut fields: Vec<Field>) -> Self {
        fields.sort_by_key(|field| field.number);
        Message { name: name.into(), fields: fields.into() }
    }

    /// The full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All fields in the order of their numbers.
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
        let index = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
        Some((index, &self.fields[index]))
    }

    /// The index and the field of this name, as the `.proto` file has it.
    pub fn by_name(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| &*field.name == name)
    }

    /// The index and the field of this key in JSON, which may be either name.
    pub fn by_json_key(&self, key: &str) -> Option<(usize, &Field)> {
        let mut fields = self.fields.iter().enumerate();
        fields.find(|(_, field)| &*field.json_name == key || &*field.name == key)
    }
}
