//! From descriptors to tables.

use super::descriptor::{FieldDescriptor, MessageDescriptor};
use crate::error::{Error, Result};
use crate::escape::{self, quote};
use crate::table::{Field, Kind, Message};

/// `FieldDescriptorProto.TYPE_STRING`.
const TYPE_STRING: u32 = 9;

/// Compiles the table of one message type.
///
/// # Errors
///
/// A field of a type that the codec doesn't have.
pub fn message(descriptor: &MessageDescriptor) -> Result<Message> {
    let fields: Result<Vec<Field>> = descriptor.fields.iter().map(field).collect();
    let fields = fields.map_err(|error| error.in_message(&descriptor.name))?;
    Ok(Message::new(&descriptor.name, fields))
}

fn field(descriptor: &FieldDescriptor) -> Result<Field> {
    Ok(Field {
        number: descriptor.number,
        kind: kind(descriptor)?,
        name: descriptor.name.as_str().into(),
        json_name: descriptor.json_name.as_str().into(),
        json_key: json_key(&descriptor.json_name),
    })
}

/// `"name":`, as it stands in every JSON object that has the field.
fn json_key(name: &str) -> Box<[u8]> {
    let mut key = Vec::with_capacity(name.len() + 3);
    escape::json_string(name, &mut key);
    key.push(b':');
    key.into()
}

/// What the values of a field are.
///
/// # Errors
///
/// A type that the codec doesn't have.
pub fn kind(descriptor: &FieldDescriptor) -> Result<Kind> {
    match descriptor.type_number {
        TYPE_STRING => Ok(Kind::String),
        other => Err(Error::failure(format!(
            "field {} has type number {other}, which this program cannot encode",
            quote(&descriptor.name)
        ))),
    }
}
