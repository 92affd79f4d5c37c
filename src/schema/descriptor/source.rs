//! Comments, out of `SourceCodeInfo`.

use std::collections::BTreeMap;

use super::read::{Part, each_field};
use super::{Comment, FieldDescriptor, FileDescriptor, MessageDescriptor};
use crate::error::Result;

/// `FieldDescriptorProto.TYPE_GROUP`.
const GROUP: i32 = 10;

/// Gives each message, field and extension the comment that `SourceCodeInfo`
/// has for its path: pairs of a field number of `descriptor.proto` and an
/// index, such as `[4, message, 2, field]`. What stands before something comes
/// first, then what stands behind it on its line.
pub(super) fn attach_comments(info: Part<'_>, file: &mut FileDescriptor) -> Result<()> {
    each_field(info, |number, value| {
        if number != 1 {
            return Ok(());
        }
        let mut path = Vec::new();
        let (mut leading, mut trailing) = (String::new(), String::new());
        each_field(value.part()?, |number, value| {
            match number {
                1 => value.int32s(&mut path)?,
                3 => leading = value.string()?,
                4 => trailing = value.string()?,
                _ => {}
            }
            Ok(())
        })?;
        let both = format!("{}\n{}", leading.trim(), trailing.trim());
        let both = both.trim();
        if !both.is_empty()
            && let Some(place) = place(file, &path)
        {
            place.0 = both.into();
        }
        Ok(())
    })?;
    groups(&mut file.extensions, &file.messages);
    file.messages.iter_mut().for_each(groups_inside);
    Ok(())
}

fn place<'f>(file: &'f mut FileDescriptor, path: &[i32]) -> Option<&'f mut Comment> {
    match *path {
        [4, index, ref rest @ ..] => in_message(at(&mut file.messages, index)?, rest),
        [7, index] => Some(&mut at(&mut file.extensions, index)?.comment),
        _ => None,
    }
}

fn in_message<'m>(message: &'m mut MessageDescriptor, path: &[i32]) -> Option<&'m mut Comment> {
    match *path {
        [] => Some(&mut message.comment),
        [2, index] => Some(&mut at(&mut message.fields, index)?.comment),
        [6, index] => Some(&mut at(&mut message.more_if_any()?.extensions, index)?.comment),
        [3, index, ref rest @ ..] => {
            in_message(at(&mut message.more_if_any()?.messages, index)?, rest)
        }
        _ => None,
    }
}

fn at<T>(list: &mut [T], index: i32) -> Option<&mut T> {
    list.get_mut(usize::try_from(index).ok()?)
}

/// A comment at a group is at its message; here it is its field's as well.
fn groups(fields: &mut [FieldDescriptor], beside: &[MessageDescriptor]) {
    let mut groups = fields
        .iter_mut()
        .filter(|field| field.type_number == GROUP && field.comment.0.is_empty())
        .peekable();
    if groups.peek().is_none() {
        return;
    }
    let comments: BTreeMap<String, &Comment> =
        beside.iter().map(|message| (message.name.to_lowercase(), &message.comment)).collect();
    for field in groups {
        if let Some(comment) = comments.get(&*field.name) {
            field.comment.0.clone_from(&comment.0);
        }
    }
}

fn groups_inside(message: &mut MessageDescriptor) {
    // Taken out, so that the one can be looked at while the other is changed.
    let mut fields = std::mem::take(&mut message.fields);
    groups(&mut fields, &message.more().messages);
    message.fields = fields;
    if let Some(more) = message.more_if_any() {
        groups(&mut more.extensions, &more.messages);
        more.messages.iter_mut().for_each(groups_inside);
    }
}
