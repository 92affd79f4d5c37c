//! Comments, out of `SourceCodeInfo`.

use super::read::each_field;
use super::{FieldDescriptor, MessageDescriptor};
use crate::error::Result;
use crate::wire::Reader;

/// Gives each message and field the comment that `SourceCodeInfo` has for its
/// path: pairs of a field number of `descriptor.proto` and an index, such as
/// `[4, message, 2, field]`.
pub(super) fn attach_comments(info: Reader<'_>, messages: &mut [MessageDescriptor]) -> Result<()> {
    each_field(info, |number, value| {
        if number != 1 {
            return Ok(());
        }
        let mut path = Vec::new();
        let mut comment = None;
        each_field(value.part()?, |number, value| {
            match number {
                1 => value.int32s(&mut path)?,
                3 => comment = Some(value.string()?),
                _ => {}
            }
            Ok(())
        })?;
        let place = match path[..] {
            [4, index, ref rest @ ..] => place(messages, index, rest),
            _ => None,
        };
        if let (Some(place), Some(comment)) = (place, comment) {
            *place = comment.trim().to_owned();
        }
        Ok(())
    })
}

fn place<'m>(
    messages: &'m mut [MessageDescriptor],
    index: i32,
    rest: &[i32],
) -> Option<&'m mut String> {
    let message = messages.get_mut(usize::try_from(index).ok()?)?;
    match *rest {
        [] => Some(&mut message.comment),
        [2, field] => of_field(&mut message.fields, field),
        [6, field] => of_field(&mut message.extensions, field),
        [3, nested, ref rest @ ..] => place(&mut message.messages, nested, rest),
        _ => None,
    }
}

fn of_field(fields: &mut [FieldDescriptor], index: i32) -> Option<&mut String> {
    Some(&mut fields.get_mut(usize::try_from(index).ok()?)?.comment)
}
