//! A message that is being put together, from JSON, text or field flags.

use crate::table::{Field, Message};
use crate::wire::writer;

/// The values of a message, each field at most once.
pub struct Draft<'t> {
    message: &'t Message,
    /// By the index of the field.
    values: Vec<Option<String>>,
}

impl<'t> Draft<'t> {
    /// A message with no field set.
    pub fn new(message: &'t Message) -> Self {
        Draft { message, values: vec![None; message.fields().len()] }
    }

    /// The type of the message.
    pub fn message(&self) -> &'t Message {
        self.message
    }

    /// Whether the field of this index has been given.
    pub fn has(&self, index: usize) -> bool {
        self.values[index].is_some()
    }

    /// Gives the field of this index a value.
    pub fn set_string(&mut self, index: usize, value: String) {
        self.values[index] = Some(value);
    }

    /// Appends the bytes of the message: fields in the order of their
    /// numbers, a value equal to the default left out, as
    /// `SerializeToString(deterministic=True)` does.
    pub fn finish(self, out: &mut Vec<u8>) {
        for (field, value) in self.message.fields().iter().zip(self.values) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                write(field, &value, out);
            }
        }
    }
}

fn write(field: &Field, value: &str, out: &mut Vec<u8>) {
    match field.kind {
        crate::table::Kind::String => writer::len_field(field.number, value.as_bytes(), out),
    }
}
