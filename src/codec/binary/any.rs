//! `google.protobuf.Any`, and the scalars of other messages that are taken whole.

use super::values::scalar;
use super::{Parts, Scalar, Sink, Span, Stop, Walk};
use crate::error::Result;
use crate::table::{Form, Message};
use crate::wire::{Reader, skip};

/// The fields of an Any.
pub struct Any<'a> {
    /// `type_url`.
    pub type_url: &'a str,
    /// Where the bytes of `value` stand in the record.
    pub value: Span,
}

impl<'a> Any<'a> {
    /// Reads an Any.
    ///
    /// # Errors
    ///
    /// Bytes that are not one.
    pub fn read<S: Sink<'a>>(
        walk: &Walk<'_, 'a, S>,
        message: &Message,
        parts: &Parts<'_>,
    ) -> Result<Any<'a>, Stop> {
        let mut any = Any { type_url: "", value: 0..0 };
        walk.each_scalar(message, parts, |number, value, end| match (number, value) {
            (1, Scalar::String(url)) => any.type_url = std::str::from_utf8(url).unwrap_or_default(),
            (2, Scalar::Bytes(bytes)) => any.value = end - bytes.len()..end,
            _ => {}
        })?;
        Ok(any)
    }

    /// The full name of the message type: what stands behind the last `/`.
    pub fn type_name(&self) -> Option<&'a str> {
        self.type_url.rsplit_once('/').map(|(_, name)| name).filter(|name| !name.is_empty())
    }
}

impl<'a, S: Sink<'a>> Walk<'_, 'a, S> {
    /// Gives every scalar of a message, in the order of the wire.
    ///
    /// # Errors
    ///
    /// Bytes that are not the message.
    pub fn scalars(
        &self,
        message: &Message,
        parts: &Parts<'_>,
        mut take: impl FnMut(u32, Scalar<'a>),
    ) -> Result<(), Stop> {
        self.each_scalar(message, parts, |number, value, _| take(number, value))
    }

    /// The same, with where each ends.
    fn each_scalar(
        &self,
        message: &Message,
        parts: &Parts<'_>,
        mut take: impl FnMut(u32, Scalar<'a>, usize),
    ) -> Result<(), Stop> {
        // None of these types has more than one list.
        let mut items = 0;
        for part in parts.spans(&self.reader) {
            let mut reader: Reader<'a> = self.reader.part(part?);
            while !reader.is_at_end() {
                let at = reader.position();
                let tag = reader.tag()?;
                let known = message.by_number(tag.number, 0).map(|(_, field)| field);
                match known.filter(|field| Form::of(field, tag.wire_type) == Form::One) {
                    Some(field) if !field.kind.is_message() => {
                        let value = scalar(&mut reader, field).map_err(|error| {
                            let error = match field.is_list() {
                                true => error.in_field(&format!("[{items}]")),
                                false => error,
                            };
                            error.in_field(&field.name)
                        })?;
                        items += usize::from(field.is_list());
                        take(tag.number, value, reader.position());
                    }
                    _ => {
                        skip::value(&mut reader, tag, at, 0)?;
                    }
                }
            }
        }
        Ok(())
    }
}
