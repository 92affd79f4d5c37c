//! The walk over the bytes of a record: fields, groups, and what cannot be
//! read. `value` has what stands behind a tag.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io;
use std::ops::Range;

use super::guess::{self, Texts};
use super::overrule::Overrules;
use super::readings::Say;
use super::row::{Named, Part, Remark, Row, Shown, Sink};
use super::seen::{self, Seen};
use crate::error::Error;
use crate::table::{Cardinality, Field, Form, Kind, Message, Root, Tables};
use crate::wire::limits::{DEPTH_MAX, MESSAGE_LEN_MAX, VARINT_LEN_MAX};
use crate::wire::{Reader, Tag, WireType, skip, varint};

/// How a record went.
#[derive(Default)]
pub struct Outcome {
    /// The places that cannot be read.
    pub faults: u64,
    /// What the first of them is.
    pub first: Option<Error>,
    /// Whether each byte was shown once, as it has to be.
    pub whole: bool,
}

/// Hands the rows of the message in `record` to `sink`. `base` is where the
/// record begins in the input. Without a `root` it is looked at as a message
/// of which nothing is known.
///
/// # Errors
///
/// The sink fails.
pub fn view(
    root: Option<Root<'_>>,
    overrules: &Overrules,
    record: &[u8],
    base: u64,
    sink: &mut dyn Sink,
) -> io::Result<Outcome> {
    let mut walk = Walk::new(root.map(|root| root.tables), overrules, record, base, sink);
    let scope = root.map_or(Scope::Unknown, |root| Scope::Message(root.message()));
    if record.is_empty() {
        walk.text.push_str("the empty message");
        walk.emit(Part::Nothing, 0..0, 0)?;
    } else if record.len() as u64 > MESSAGE_LEN_MAX {
        let what = format!("a message of {} bytes is larger than the format allows", record.len());
        let error = Error::failure(what).hint(format!("the largest has {MESSAGE_LEN_MAX}"));
        walk.fault(error);
        walk.text.push_str("not read");
        walk.emit(Part::Garbage, 0..record.len(), 0)?;
    } else {
        let mut reader = walk.reader;
        walk.fields(&mut reader, scope, 0, None)?;
    }
    let whole = !walk.torn && walk.next == record.len();
    Ok(Outcome { faults: walk.faults, first: walk.first, whole })
}

/// Hands on what stands before a message of a stream, and what is wrong with
/// it, if anything is.
///
/// # Errors
///
/// The sink fails.
pub fn frame(
    header: &[u8],
    base: u64,
    text: &str,
    fault: Option<&str>,
    sink: &mut dyn Sink,
) -> io::Result<()> {
    plain(header, base, Part::Frame, text, fault, sink)
}

/// Hands on bytes that nobody reads as a message, because of `fault` if there
/// is one.
///
/// # Errors
///
/// The sink fails.
pub fn unread(bytes: &[u8], base: u64, fault: Option<&str>, sink: &mut dyn Sink) -> io::Result<()> {
    let text = if fault.is_some() { "garbage" } else { "not read" };
    plain(bytes, base, Part::Garbage, text, fault, sink)
}

fn plain(
    bytes: &[u8],
    base: u64,
    part: Part,
    text: &str,
    fault: Option<&str>,
    sink: &mut dyn Sink,
) -> io::Result<()> {
    let remark = fault.map(|fault| Remark { fault: true, text: fault.to_owned() });
    let row = Row {
        range: 0..bytes.len(),
        part,
        level: 0,
        field: None,
        path: &[],
        shown: Shown::Said,
        text,
        info: "",
        remarks: remark.as_slice(),
    };
    sink.row(bytes, base, &row)
}

/// What is known of the fields that are read.
#[derive(Clone, Copy)]
pub(super) enum Scope<'w> {
    /// Nothing.
    Unknown,
    /// The type of their message.
    Message(&'w Message),
    /// They are those of an item of a MessageSet: the extension that it holds,
    /// if it is known.
    Item(Option<&'w Field>),
}

/// How fields ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// There is more to read behind them.
    Well,
    /// Nothing can be read up to the end of what they stand in.
    Broken,
}

/// A walk over a record.
pub(super) struct Walk<'w, 'a> {
    pub tables: Option<&'w Tables>,
    pub overrules: &'w Overrules,
    pub reader: Reader<'a>,
    pub record: &'a [u8],
    base: u64,
    sink: &'w mut dyn Sink,
    /// The numbers of the fields that lead to where the walk is.
    pub path: Vec<u32>,
    /// The byte that is to be shown next.
    next: usize,
    /// Whether another was.
    torn: bool,
    /// What the next row says.
    pub text: String,
    pub info: String,
    pub remarks: Vec<Remark>,
    pub shown: Shown,
    faults: u64,
    first: Option<Error>,
    pub texts: Texts,
    /// The starts of groups that are known not to end.
    unended: BTreeSet<usize>,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(
        tables: Option<&'w Tables>,
        overrules: &'w Overrules,
        record: &'a [u8],
        base: u64,
        sink: &'w mut dyn Sink,
    ) -> Self {
        Walk {
            tables,
            overrules,
            reader: Reader::new(record, base),
            record,
            base,
            sink,
            path: Vec::new(),
            next: 0,
            torn: false,
            text: String::new(),
            info: String::new(),
            remarks: Vec::new(),
            shown: Shown::Said,
            faults: 0,
            first: None,
            texts: Texts::default(),
            unended: BTreeSet::new(),
        }
    }

    /// What the next row is to say.
    pub fn say(&mut self) -> Say<'_> {
        Say { text: &mut self.text, info: &mut self.info, remarks: &mut self.remarks }
    }

    /// The next row is to say that something is odd.
    pub fn note(&mut self, text: String) {
        self.remarks.push(Remark { fault: false, text });
    }

    /// The next row is to say what is wrong.
    #[cold]
    pub fn fault(&mut self, error: Error) {
        self.faults += 1;
        self.remarks.push(Remark { fault: true, text: error.what().to_owned() });
        self.first.get_or_insert(error);
    }

    /// Hands on a row that says what was gathered for it.
    pub fn emit(&mut self, part: Part, range: Range<usize>, level: u32) -> io::Result<()> {
        self.emit_of(part, range, level, None)
    }

    fn emit_of(
        &mut self,
        part: Part,
        range: Range<usize>,
        level: u32,
        field: Option<Named<'_>>,
    ) -> io::Result<()> {
        self.torn |= range.start != self.next;
        self.next = range.end;
        let row = Row {
            range,
            part,
            level,
            field,
            path: &self.path,
            shown: std::mem::replace(&mut self.shown, Shown::Said),
            text: &self.text,
            info: &self.info,
            remarks: &self.remarks,
        };
        self.sink.row(self.record, self.base, &row)?;
        self.text.clear();
        self.info.clear();
        self.remarks.clear();
        Ok(())
    }

    /// Bytes that cannot be read, up to `until`, and all behind them.
    #[cold]
    pub fn spoil(
        &mut self,
        reader: &mut Reader<'a>,
        until: usize,
        level: u32,
        error: Error,
    ) -> io::Result<Ended> {
        let (start, end) = (reader.position(), reader.end());
        let until = until.min(end);
        self.fault(error);
        match until > start {
            true => {
                self.text.push_str("garbage");
                self.emit(Part::Garbage, start..until, level)?;
            }
            false => {
                self.text.push_str("nothing");
                self.emit(Part::Nothing, start..start, level)?;
            }
        }
        self.rest(until..end, level)?;
        reader.finish();
        Ok(Ended::Broken)
    }

    /// Bytes that are not read because of what stands before them.
    pub fn rest(&mut self, range: Range<usize>, level: u32) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        self.text.push_str("not read");
        self.emit(Part::Garbage, range, level)
    }

    /// The fields of a message, or of a group up to its end.
    pub fn fields(
        &mut self,
        reader: &mut Reader<'a>,
        scope: Scope<'w>,
        level: u32,
        group: Option<u32>,
    ) -> io::Result<Ended> {
        let mut seen = Seen::default();
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = match reader.tag() {
                Ok(tag) => tag,
                Err(error) => {
                    let mut rest = self.reader.part(at..reader.end());
                    let until = at + varint_span(rest.rest());
                    let ended = self.spoil(&mut rest, until, level, error)?;
                    reader.finish();
                    return Ok(ended);
                }
            };
            if tag.wire_type == WireType::EndGroup {
                return self.end_of_group(reader, tag, at, level, group);
            }
            let known = self.known(scope, tag);
            self.path.push(tag.number);
            let broken = self.tag(reader, scope, known, (tag, at), level, group, &mut seen)?;
            let ended = match broken {
                true => {
                    let rest = reader.position()..reader.end();
                    self.rest(rest, level + 1)?;
                    reader.finish();
                    Ended::Broken
                }
                false => self.value(reader, scope, known, (tag, at), level)?,
            };
            self.path.pop();
            if ended == Ended::Broken {
                return Ok(ended);
            }
        }
        // That a group does not end was said at its start.
        Ok(if group.is_some() { Ended::Broken } else { Ended::Well })
    }

    /// The field of a tag, and how its value stands behind it.
    fn known(&self, scope: Scope<'w>, tag: Tag) -> Option<(&'w Field, Form)> {
        let Scope::Message(message) = scope else { return None };
        let (_, field) = message.by_number(tag.number, 0)?;
        let mut form = Form::of(field, tag.wire_type);
        // A MessageSet has messages only, and no fields of its own.
        if message.message_set && tag.wire_type != WireType::Len {
            form = Form::Wrong;
        }
        Some((field, form))
    }

    /// The row of a tag; says whether nothing can be read behind it.
    #[allow(clippy::too_many_arguments, reason = "all that is known of a field")]
    fn tag(
        &mut self,
        reader: &Reader<'a>,
        scope: Scope<'w>,
        known: Option<(&'w Field, Form)>,
        (tag, at): (Tag, usize),
        level: u32,
        group: Option<u32>,
        seen: &mut Seen,
    ) -> io::Result<bool> {
        let range = at..reader.position();
        let Tag { number, wire_type } = tag;
        let name = match (known, scope) {
            (Some((field, _)), _) => Some(&*field.name),
            (None, Scope::Item(_)) => item_name(tag),
            (None, Scope::Message(set)) if is_item(set, tag) => Some("item"),
            (None, _) => None,
        };
        // Without `format!`: this is every third row.
        if let Some(name) = name {
            self.text.push_str(name);
            self.text.push_str(" = ");
        }
        self.text.push_str(itoa::Buffer::new().format(number));
        self.text.push_str(", ");
        self.text.push_str(wire_type.name());
        match (known, scope) {
            (Some((field, form)), Scope::Message(message)) => {
                self.describe(message, field);
                match form {
                    Form::Wrong => self.remarks.push(seen::wrong_wire_type(field, wire_type)),
                    Form::One | Form::Packed | Form::Entry if message.message_set => {}
                    Form::One | Form::Packed | Form::Entry => seen.add(field, &mut self.remarks),
                }
            }
            (None, Scope::Message(message)) if name.is_none() => {
                self.remarks.push(seen::unknown(number, message));
            }
            _ => {}
        }
        self.overlong("the tag", u64::from(tag.value()), range.len());
        let mut broken = false;
        if wire_type == WireType::StartGroup {
            broken = level >= DEPTH_MAX;
            if broken {
                self.fault(skip::too_deep(reader, at));
            } else if self.never_ends(reader, tag, at, level, group) {
                self.fault(skip::unended(reader, number, at));
            }
        }
        let message = match (known, scope) {
            (Some(_), Scope::Message(message)) => Some(message.name()),
            _ => None,
        };
        self.emit_of(Part::Tag, range, level, Some(Named { number, wire_type, name, message }))?;
        Ok(broken)
    }

    /// Whether the group that starts at `at` is open at the end of what it
    /// stands in. The groups inside of it are looked at with it.
    fn never_ends(
        &mut self,
        reader: &Reader<'a>,
        tag: Tag,
        at: usize,
        level: u32,
        group: Option<u32>,
    ) -> bool {
        if group.is_none() {
            let bytes = &self.record[..reader.end()];
            let open = guess::unended(bytes, tag.number, at, reader.position(), level);
            self.unended.extend(open);
        }
        self.unended.remove(&at)
    }

    /// What the schema says of a field.
    fn describe(&mut self, message: &Message, field: &Field) {
        let dot = if field.extension { "" } else { "." };
        let _ = write!(self.info, "{}{dot}{}, ", short(message.name()), field.name);
        let Some(tables) = self.tables else { return };
        let of = |field: &Field| -> &'w str {
            match field.kind {
                Kind::Message | Kind::Group => short(tables.message(field.message).name()),
                Kind::Enum => short(&tables.enumeration(field.enumeration).name),
                kind => kind.name(),
            }
        };
        let _ = match field.cardinality {
            Cardinality::Map => match tables.message(field.message).fields() {
                [key, value] => write!(self.info, "map<{}, {}>", of(key), of(value)),
                _ => write!(self.info, "map"),
            },
            Cardinality::Repeated { .. } => write!(self.info, "repeated {}", of(field)),
            Cardinality::Singular(_) => write!(self.info, "{}", of(field)),
        };
    }

    /// Says of a varint that takes more bytes than it needs.
    pub fn overlong(&mut self, what: &str, value: u64, len: usize) {
        if len <= 1 {
            return;
        }
        let least = guess::varint_len(value);
        if len > least {
            let enough = if least == 1 { "is" } else { "are" };
            self.note(format!("{what} takes {len} bytes where {least} {enough} enough"));
        }
    }

    fn end_of_group(
        &mut self,
        reader: &mut Reader<'a>,
        tag: Tag,
        at: usize,
        level: u32,
        group: Option<u32>,
    ) -> io::Result<Ended> {
        let range = at..reader.position();
        if group == Some(tag.number) {
            let _ = write!(self.text, "end of {}", tag.number);
            self.overlong("the tag", u64::from(tag.value()), range.len());
            let Tag { number, wire_type } = tag;
            let named = Named { number, wire_type, name: None, message: None };
            self.emit_of(Part::End, range, level.saturating_sub(1), Some(named))?;
            return Ok(Ended::Well);
        }
        let error = match group {
            Some(open) => skip::wrong_end(reader, open, tag.number, at),
            None => skip::end_without_start(reader, tag.number, at),
        };
        let mut rest = self.reader.part(at..reader.end());
        let ended = self.spoil(&mut rest, range.end, level, error)?;
        reader.finish();
        Ok(ended)
    }
}

/// The last part of a full name: there is not much room beside the bytes.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The name of a field of an item of a MessageSet.
fn item_name(tag: Tag) -> Option<&'static str> {
    match (tag.number, tag.wire_type) {
        (2, WireType::Varint) => Some("type_id"),
        (3, WireType::Len) => Some("message"),
        _ => None,
    }
}

/// Whether a tag begins an item of a MessageSet.
pub(super) fn is_item(message: &Message, tag: Tag) -> bool {
    message.message_set && tag.number == 1 && tag.wire_type == WireType::StartGroup
}

/// The bytes of the varint at the start of `bytes`, whether it is one or not.
pub(super) fn varint_span(bytes: &[u8]) -> usize {
    varint::read_long(bytes, VARINT_LEN_MAX).map_or(bytes.len().min(VARINT_LEN_MAX), |(_, len)| len)
}
