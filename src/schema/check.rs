//! What has to be right in the files that a user gives, whether the type that
//! is asked for leads there or not: what protoc and the official libraries
//! refuse, as far as it would make tables that contradict themselves.
//!
//! The files that are built in are not looked at: they were compiled with the
//! program.

use std::borrow::Cow;

use super::descriptor::FieldDescriptor;
use super::json_names;
use super::pool::{EnumEntry, ExtensionEntry, MessageEntry, Pool, Type, check_name};
use super::scopes::ScopeId;
use crate::error::{Error, Result, names};
use crate::escape::{is_unsafe, quote};
use crate::table::Kind;
use crate::wire::limits::{FIELD_NUMBER_MAX, MESSAGE_SET_NUMBER_MAX};

/// The values of `FieldDescriptorProto.Label`.
pub const REQUIRED: i32 = 2;
/// See [`REQUIRED`].
pub const REPEATED: i32 = 3;

/// The numbers that protobuf keeps for itself.
const KEPT: std::ops::RangeInclusive<u32> = 19_000..=19_999;

/// Checks every message, enum and extension that is not built in.
///
/// # Errors
///
/// The first that cannot be, with its place.
pub fn given(pool: &Pool) -> Result<()> {
    let given = |file: usize| pool.files[file].origin.is_some();
    for entry in pool.messages.iter().filter(|entry| given(entry.file)) {
        message(pool, entry).map_err(|error| {
            let error = error.in_message(&entry.name);
            pool.in_file(error, entry.file)
        })?;
    }
    for entry in pool.enums.iter().filter(|entry| given(entry.file)) {
        enumeration(entry)
            .map_err(|error| pool.in_file(error.in_message(&entry.name), entry.file))?;
    }
    let mut extendees = Vec::new();
    for entry in pool.extensions.iter().filter(|entry| given(entry.file)) {
        let found = extension(pool, entry).map_err(|error| pool.in_file(error, entry.file))?;
        extendees.extend(found.map(|extendee| (extendee, entry)));
    }
    extension_numbers(pool, extendees)
}

/// The number of a field.
///
/// # Errors
///
/// It is none that a field can have.
pub fn number(field: &FieldDescriptor, of_message_set: bool) -> Result<u32> {
    let max = if of_message_set { MESSAGE_SET_NUMBER_MAX } else { FIELD_NUMBER_MAX };
    match u32::try_from(field.number) {
        Ok(number) if KEPT.contains(&number) => Err(Error::failure(format!(
            "{number} is a field number that protobuf keeps for itself"
        ))
        .hint(format!("{} to {} are", KEPT.start(), KEPT.end()))),
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(Error::failure(format!("{} is no field number", field.number))
            .hint(format!("field numbers are 1 to {max}"))),
    }
}

fn message(pool: &Pool, entry: &MessageEntry) -> Result<()> {
    let descriptor = &entry.descriptor;
    for field in &descriptor.fields {
        member(pool, entry, field).map_err(|error| error.in_field(&field.name))?;
    }
    for oneof in &descriptor.more().oneofs {
        check_name(&oneof.name)?;
    }
    let fields = || descriptor.fields.iter();
    let mut names: Vec<(&str, &str)> = fields()
        .map(|field| (&*field.name, "field"))
        .chain(descriptor.more().oneofs.iter().map(|oneof| (oneof.name.as_str(), "oneof")))
        .collect();
    if let Some([(name, one), (_, other)]) = twice(&mut names, |(name, _)| *name) {
        let name = quote(name);
        return Err(Error::failure(match one == other {
            true => format!("the {one} {name} is given twice"),
            false => format!("{name} is both a field and a oneof"),
        }));
    }
    let mut numbers: Vec<(i32, &str)> =
        fields().map(|field| (field.number, &*field.name)).collect();
    if let Some([(number, one), (_, other)]) = twice(&mut numbers, |(number, _)| *number) {
        return Err(one_number(one, other, number));
    }
    distinct_json_names(entry)?;
    if descriptor.map_entry { map_entry(&descriptor.fields) } else { Ok(()) }
}

#[cold]
fn one_number(one: &str, other: &str, number: i32) -> Error {
    Error::failure(format!("{} and {} have one field number, {number}", quote(one), quote(other)))
}

/// Two of `items` with the same key, which are sorted for it.
fn twice<T: Copy + Ord, K: PartialEq>(items: &mut [T], key: impl Fn(&T) -> K) -> Option<[T; 2]> {
    items.sort_unstable();
    items.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])).map(|pair| [pair[0], pair[1]])
}

/// A field of a message, not an extension.
fn member(pool: &Pool, entry: &MessageEntry, field: &FieldDescriptor) -> Result<()> {
    if !field.extendee.is_empty() {
        let what = format!("it extends {}, and is no extension", quote(&field.extendee));
        return Err(Error::failure(what));
    }
    let oneofs = entry.descriptor.more().oneofs.len();
    if let Some(index) = field.oneof {
        if !u16::try_from(index).is_ok_and(|index| usize::from(index) < oneofs) {
            return Err(Error::failure(format!("the oneof number {index} does not exist"))
                .hint(format!("the message has {oneofs}")));
        }
        if field.label == REPEATED || field.label == REQUIRED {
            let label = if field.label == REPEATED { "repeated" } else { "required" };
            let what = format!("a field of a oneof cannot be {label}");
            return Err(Error::failure(what));
        }
    }
    number(field, entry.descriptor.message_set)?;
    of_any(pool, field, entry.scope, entry.file)
}

/// What holds for fields and extensions.
fn of_any(pool: &Pool, field: &FieldDescriptor, scope: ScopeId, file: usize) -> Result<()> {
    check_name(&field.name)?;
    let json = &field.json_name;
    if json.contains(is_unsafe) || json.starts_with('[') && json.ends_with(']') {
        return Err(Error::failure(format!("{} cannot be its name in JSON", quote(json)))
            .hint("a name has no control characters, and no brackets around it"));
    }
    // A set may be without an import as long as no type of it is used.
    if pool.is_missing(field, scope, file) {
        return Ok(());
    }
    match pool.type_of(field, scope, file)? {
        Type::Message(Kind::Group, index) if pool.messages[index].descriptor.map_entry => {
            Err(Error::failure("the entry of a map cannot be a group"))
        }
        Type::Scalar(_) | Type::Message(..) | Type::Enum(_) => Ok(()),
    }
}

/// Fields of proto3 and of editions differ in their JSON names. In proto2 they
/// need not, unless the file itself gave them the name; what JSON calls those
/// is [`json_names::sharing`]'s work.
fn distinct_json_names(entry: &MessageEntry) -> Result<()> {
    let fields = entry.descriptor.fields.iter();
    let mut names: Vec<(Cow<'_, str>, &str)> =
        fields.map(|field| (json_names::of(field), &*field.name)).collect();
    names.sort_unstable();
    let strict = entry.features.distinct_json_names() && !entry.descriptor.shares_json_names;
    for group in names.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1) {
        let refused: Vec<&str> = group
            .iter()
            .filter(|(json, name)| strict || json_names::default(name) != *json)
            .map(|(_, name)| *name)
            .collect();
        if let [one, other, ..] = refused[..] {
            let (one, other, json) = (quote(one), quote(other), quote(&group[0].0));
            return Err(Error::failure(format!("{one} and {other} have one JSON name, {json}")));
        }
    }
    Ok(())
}

/// A map entry is a message of a key (1), which may not be any type, and a
/// value (2).
fn map_entry(fields: &[FieldDescriptor]) -> Result<()> {
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
    Err(Error::failure("it is no map entry: that has a key, which can be no float, and a value"))
}

fn enumeration(entry: &EnumEntry) -> Result<()> {
    let descriptor = &entry.descriptor;
    for value in &descriptor.values {
        check_name(&value.name)?;
    }
    let Some(first) = descriptor.values.first() else {
        return Err(Error::failure("the enum has no values"));
    };
    if !entry.features.closed_enum() && first.number != 0 {
        let what = format!("the first value of an open enum is 0, not {}", first.number);
        return Err(Error::failure(what).in_field(&first.name));
    }
    let values = || descriptor.values.iter();
    let mut names: Vec<&str> = values().map(|value| &*value.name).collect();
    if let Some([name, _]) = twice(&mut names, |name| *name) {
        return Err(Error::failure(format!("the value {} is given twice", quote(name))));
    }
    let mut numbers: Vec<(i32, &str)> =
        values().map(|value| (value.number, &*value.name)).collect();
    match twice(&mut numbers, |(number, _)| *number) {
        Some([(number, one), (_, other)]) if !descriptor.allow_alias => {
            let what = format!("{} and {} have one number, {number}", quote(one), quote(other));
            Err(Error::failure(what).hint("`option allow_alias = true;` allows it"))
        }
        _ => Ok(()),
    }
}

/// Gives the message that it extends, unless that is of a file that is not
/// there.
fn extension(pool: &Pool, entry: &ExtensionEntry) -> Result<Option<usize>> {
    let field = &entry.descriptor;
    let name = format!("[{}]", entry.name);
    let inside = |error: Error| error.in_field(&name);
    if pool.is_missing_extendee(entry) {
        return Ok(None);
    }
    let index = pool.extendee(entry)?;
    let extended = &pool.messages[index];
    let inside = |error: Error| inside(error).in_message(&extended.name);
    if field.label == REQUIRED {
        return Err(inside(Error::failure("an extension cannot be required")));
    }
    if field.oneof.is_some() {
        return Err(inside(Error::failure("an extension cannot be of a oneof")));
    }
    number(field, extended.descriptor.message_set).map_err(inside)?;
    of_any(pool, field, entry.scope, entry.file).map_err(inside)?;
    Ok(Some(index))
}

/// The extensions of each message have numbers that it keeps for them, and no
/// two of its fields have one number.
fn extension_numbers(pool: &Pool, mut of: Vec<(usize, &ExtensionEntry)>) -> Result<()> {
    of.sort_by_key(|(extendee, _)| *extendee);
    for group in of.chunk_by(|one, other| one.0 == other.0) {
        let entry = &pool.messages[group[0].0];
        let ranges = Ranges::new(&entry.descriptor.more().extension_ranges);
        for (_, extension) in group {
            let number = extension.descriptor.number;
            if !ranges.contains(number) {
                let what = format!(
                    "the extension [{}] has the number {number}, which its message keeps for no extension",
                    names::shown(&extension.name)
                );
                let error = Error::failure(what).in_message(&entry.name);
                return Err(pool.in_file(error, extension.file));
            }
        }
        let mut numbers: Vec<(i32, &str, usize)> =
            entry.descriptor.fields.iter().map(|it| (it.number, &*it.name, entry.file)).collect();
        numbers.extend(group.iter().map(|(_, it)| (it.descriptor.number, &*it.name, it.file)));
        if let Some([(number, one, _), (_, other, file)]) = twice(&mut numbers, |it| it.0) {
            let error = one_number(one, other, number).in_message(&entry.name);
            return Err(pool.in_file(error, file));
        }
    }
    Ok(())
}

/// Ranges without their ends in the order of their starts, each with the last
/// end of any up to it.
struct Ranges(Vec<(i32, i32)>);

impl Ranges {
    fn new(ranges: &[(i32, i32)]) -> Self {
        let mut sorted = ranges.to_vec();
        sorted.sort_unstable();
        let mut last = i32::MIN;
        for (_, end) in &mut sorted {
            last = last.max(*end);
            *end = last;
        }
        Ranges(sorted)
    }

    fn contains(&self, number: i32) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= number);
        after > 0 && number < self.0[after - 1].1
    }
}
