//! Messages, fields, oneofs and extensions as `.proto` text.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{REPEATED, group_name};
use super::options::Of;
use super::raw::{Field, Message, Named as Raw, Range};
use super::source::{Dialect, Place, Source};
use crate::error::{Error, Result};
use crate::schema::pool::Named;
use crate::schema::scopes::ScopeId;

/// One more than the largest field number.
const NUMBERS_END: i32 = 1 << 29;

/// The field numbers of `DescriptorProto`.
pub(super) const FIELDS: i32 = 2;
pub(super) const MESSAGES: i32 = 3;
pub(super) const ENUMS: i32 = 4;
const RANGES: i32 = 5;
pub(super) const EXTENSIONS: i32 = 6;
const OPTIONS: i32 = 7;
const ONEOFS: i32 = 8;

/// What a declaration is made of that stands in a list of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Field(usize),
    Message(usize),
    Enum(usize),
    Extension(usize),
}

/// A message, on its way to text.
struct Body<'a, 'p> {
    raw: Message<'a>,
    place: Place<'p>,
    /// The messages that are written with a field: groups and map entries, by
    /// their index; whose they are.
    tied: BTreeMap<usize, Part>,
    /// The same the other way round.
    ties: BTreeMap<Part, usize>,
    /// The members of each oneof.
    oneofs: BTreeMap<i32, Vec<usize>>,
    /// Whether only what is wanted inside it is written.
    shell: bool,
}

impl<'a> Body<'a, '_> {
    /// The message that is written with a field, and its path.
    fn tie(&self, part: Part) -> Option<(&'a [u8], Vec<i32>)> {
        let &index = self.ties.get(&part)?;
        Some((self.raw.messages[index], self.place.path(MESSAGES, index)))
    }
}

/// The members of each oneof that is written as one.
fn oneofs(raw: &Message<'_>) -> Result<BTreeMap<i32, Vec<usize>>> {
    let mut oneofs: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    if raw.oneofs.is_empty() {
        return Ok(oneofs);
    }
    for (index, bytes) in raw.fields.iter().enumerate() {
        let field = Field::read(bytes)?;
        if let Some(oneof) = field.oneof.filter(|_| !field.proto3_optional) {
            oneofs.entry(oneof).or_default().push(index);
        }
    }
    Ok(oneofs)
}

impl Source<'_, '_> {
    /// Whether a message, or something in it, is wanted.
    pub(super) fn wants_message(&self, index: usize) -> bool {
        self.wanted.is_none_or(|wanted| {
            wanted.types.contains(&(false, index)) || wanted.around.contains(&index)
        })
    }

    /// Writes a message with all that is in it; of one that only stands around
    /// what is wanted, no more than that.
    pub(super) fn message(
        &mut self,
        bytes: &[u8],
        place: Place<'_>,
        head: Option<(&str, &[String], &[String])>,
        inside_wanted: bool,
    ) -> Result<()> {
        let raw = Message::read(bytes)?;
        let name = self.name(raw.name)?;
        let pool = self.whole.pool;
        let scope = pool.inside(place.scope, name).unwrap_or(place.scope);
        let index = match pool.is(scope) {
            Some(Named::Message(index)) => Some(index),
            Some(Named::Enum(_)) | None => None,
        };
        let all = inside_wanted
            || self.wanted.is_none_or(|wanted| {
                index.is_some_and(|index| wanted.types.contains(&(false, index)))
            });
        let comment = self.comments.of(place.path);
        let extend = self.extend.take();
        let inner = Place { path: place.path, scope };
        let visibility = visibility(raw.visibility);
        match head {
            Some((head, settings, left_out)) => {
                self.say_left_out(left_out)?;
                let settings = match settings {
                    [] => String::new(),
                    _ => format!(" [{}]", settings.join(", ")),
                };
                self.with_trailing(&format!("{head}{settings} {{"), &comment)?;
            }
            None => {
                self.before(&comment)?;
                self.with_trailing(&format!("{visibility}message {name} {{"), &comment)?;
            }
        }
        self.depth += 1;
        let (tied, ties) = Default::default();
        let oneofs = oneofs(&raw)?;
        let mut body = Body { raw, place: inner, tied, ties, oneofs, shell: !all };
        self.tie(&mut body)?;
        if all {
            let options = std::mem::take(&mut body.raw.options);
            self.statements(Of::Message, &options, inner, OPTIONS, |_| true)?;
        } else {
            self.line("// What else is in it is not shown.")?;
        }
        self.parts(&body)?;
        if all {
            self.ranges(&body.raw, inner)?;
        }
        self.depth -= 1;
        self.extend = extend;
        self.close()
    }

    /// Finds the messages that are written with a field.
    fn tie(&self, body: &mut Body<'_, '_>) -> Result<()> {
        if body.raw.messages.is_empty() {
            return Ok(());
        }
        let mut by_scope: BTreeMap<ScopeId, usize> = BTreeMap::new();
        for (index, bytes) in body.raw.messages.iter().enumerate() {
            let name = Message::read(bytes)?.name;
            by_scope.extend(self.whole.pool.inside(body.place.scope, name).map(|it| (it, index)));
        }
        let fields = body.raw.fields.iter().enumerate();
        let fields = fields.map(|(index, bytes)| (Part::Field(index), *bytes));
        let extensions = body.raw.extensions.iter().enumerate();
        let extensions = extensions.map(|(index, bytes)| (Part::Extension(index), *bytes));
        for (part, bytes) in fields.filter(|_| !body.shell).chain(extensions) {
            let field = Field::read(bytes)?;
            let Some(Named::Message(found)) =
                self.whole.pool.resolve(field.type_name, body.place.scope)
            else {
                continue;
            };
            let entry = &self.whole.pool.messages[found];
            let written = self.is_map(&field, found, body.place.scope) || self.is_group(&field);
            if let Some(&index) = by_scope.get(&entry.scope).filter(|_| written)
                && *body.tied.entry(index).or_insert(part) == part
            {
                body.ties.insert(part, index);
            }
        }
        Ok(())
    }

    pub(super) fn is_map(&self, field: &Field<'_>, message: usize, scope: ScopeId) -> bool {
        let entry = &self.whole.pool.messages[message];
        entry.descriptor.map_entry
            && field.label == REPEATED
            && self.whole.pool.outer(entry.scope) == scope
            && entry.descriptor.fields.len() == 2
    }

    fn is_group(&self, field: &Field<'_>) -> bool {
        self.dialect == Dialect::Proto2 && group_name(field).is_some()
    }

    /// Writes what stands in lists, in the order of the source where it is
    /// known; of each list in its own order, which descriptors keep.
    fn parts(&mut self, body: &Body<'_, '_>) -> Result<()> {
        let lists = self.lists(body);
        let mut heads = [0; 4];
        let mut waiting: BTreeSet<usize> = body.tied.keys().copied().collect();
        loop {
            let mut best: Option<(usize, (i32, i32))> = None;
            for (list, parts) in lists.iter().enumerate() {
                let Some(&(part, start)) = parts.get(heads[list]) else { continue };
                if self.must_wait(body, part, &lists[1][heads[1]..], &waiting) {
                    continue;
                }
                if best.is_none_or(|(_, first)| start < first) {
                    best = Some((list, start));
                }
            }
            let left = || (0..4).find(|&list| heads[list] < lists[list].len());
            // Fields and messages that wait for one another were not written so.
            let Some(list) = best.map(|(list, _)| list).or_else(left) else {
                return self.end_extend();
            };
            let (part, _) = lists[list][heads[list]];
            heads[list] += 1;
            if let Some(written) = body.ties.get(&part) {
                waiting.remove(written);
            }
            if !matches!(part, Part::Extension(_)) {
                self.end_extend()?;
            }
            self.part(body, part)?;
        }
    }

    /// Whether something has to come first: the messages before the one that is
    /// written with this field; the fields with which messages before this one
    /// are written.
    fn must_wait(
        &self,
        body: &Body<'_, '_>,
        part: Part,
        messages: &[(Part, (i32, i32))],
        waiting: &BTreeSet<usize>,
    ) -> bool {
        let next = messages.first().map(|(part, _)| *part);
        match (part, next) {
            (Part::Field(_) | Part::Extension(_), Some(Part::Message(next))) => {
                body.ties.get(&part).is_some_and(|&index| next < index)
            }
            (Part::Message(index), _) => waiting.first().is_some_and(|&first| first < index),
            (Part::Field(_) | Part::Enum(_) | Part::Extension(_), _) => false,
        }
    }

    /// The lists with where each part begins in the source.
    fn lists(&self, body: &Body<'_, '_>) -> [Vec<(Part, (i32, i32))>; 4] {
        let start = |field: i32, index: usize| self.comments.start(&body.place.path(field, index));
        // Without a source fields come first, then what is inside.
        let else_at = |order: i32| (i32::MAX, order);
        let fields = match body.shell {
            true => 0,
            false => body.raw.fields.len(),
        };
        let make = |count: usize, field: i32, order: i32, part: fn(usize) -> Part| {
            let each = |index| (part(index), start(field, index).unwrap_or(else_at(order)));
            (0..count).map(each).collect::<Vec<_>>()
        };
        let mut messages = make(body.raw.messages.len(), MESSAGES, 1, Part::Message);
        // One that is written with a field comes when that does.
        messages.retain(|(part, _)| match part {
            Part::Message(index) => !body.tied.contains_key(index),
            Part::Field(_) | Part::Enum(_) | Part::Extension(_) => true,
        });
        [
            make(fields, FIELDS, 0, Part::Field),
            messages,
            make(body.raw.enums.len(), ENUMS, 2, Part::Enum),
            make(body.raw.extensions.len(), EXTENSIONS, 3, Part::Extension),
        ]
    }

    fn part(&mut self, body: &Body<'_, '_>, part: Part) -> Result<()> {
        match part {
            Part::Field(index) => self.member(body, index),
            Part::Message(index) => {
                let bytes = body.raw.messages[index];
                if body.shell && !self.wants_inner(body, Message::read(bytes)?.name) {
                    return Ok(());
                }
                self.gap()?;
                let path = body.place.path(MESSAGES, index);
                let place = Place { path: &path, scope: body.place.scope };
                self.message(bytes, place, None, !body.shell)?;
                self.line("")
            }
            Part::Enum(index) => {
                let bytes = body.raw.enums[index];
                if body.shell && !self.wants_inner(body, super::raw::Enum::read(bytes)?.name) {
                    return Ok(());
                }
                self.gap()?;
                let path = body.place.path(ENUMS, index);
                self.enumeration(bytes, Place { path: &path, scope: body.place.scope })?;
                self.line("")
            }
            Part::Extension(index) => {
                let bytes = body.raw.extensions[index];
                let path = body.place.path(EXTENSIONS, index);
                let place = Place { path: &path, scope: body.place.scope };
                if body.shell && !self.wants_extension(bytes, place.scope)? {
                    return Ok(());
                }
                self.extension(bytes, place, body.tie(part))
            }
        }
    }

    fn wants_inner(&self, body: &Body<'_, '_>, name: &str) -> bool {
        let scope = self.whole.pool.inside(body.place.scope, name);
        match scope.and_then(|scope| self.whole.pool.is(scope)) {
            Some(Named::Message(index)) => self.wants_message(index),
            Some(Named::Enum(index)) => {
                self.wanted.is_none_or(|wanted| wanted.types.contains(&(true, index)))
            }
            None => false,
        }
    }

    /// Whether an extension is wanted.
    pub(super) fn wants_extension(&self, bytes: &[u8], scope: ScopeId) -> Result<bool> {
        let Some(wanted) = self.wanted else { return Ok(true) };
        let name = Field::read(bytes)?.name;
        let pool = self.whole.pool;
        let outer = match pool.is(scope) {
            Some(Named::Message(index)) => &*pool.messages[index].name,
            Some(Named::Enum(_)) | None => self.package,
        };
        let full = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        let index = self.whole.extensions.get(full.as_str());
        Ok(index.is_some_and(|index| wanted.extensions.contains(index)))
    }

    /// Writes a field; a member of a oneof with all others of it.
    fn member(&mut self, body: &Body<'_, '_>, index: usize) -> Result<()> {
        let field = Field::read(body.raw.fields[index])?;
        let oneof = field.oneof.filter(|_| !field.proto3_optional);
        let Some((oneof, members)) = oneof.and_then(|it| Some((it, body.oneofs.get(&it)?))) else {
            return self.one_field(body, index, false);
        };
        if members.first() != Some(&index) {
            return Ok(());
        }
        let at = usize::try_from(oneof).unwrap_or(usize::MAX);
        let raw = body.raw.oneofs.get(at).ok_or_else(|| Error::failure("a oneof is not there"))?;
        let raw = Raw::oneof(raw)?;
        let path = body.place.path(ONEOFS, at);
        let comment = self.comments.of(&path);
        self.before(&comment)?;
        let name = self.name(raw.name)?;
        self.with_trailing(&format!("oneof {name} {{"), &comment)?;
        self.depth += 1;
        let place = Place { path: &path, scope: body.place.scope };
        self.statements(Of::Oneof, &raw.options, place, 2, |_| true)?;
        for &member in members {
            self.one_field(body, member, true)?;
        }
        self.depth -= 1;
        self.line("}")
    }

    fn one_field(&mut self, body: &Body<'_, '_>, index: usize, member: bool) -> Result<()> {
        let path = body.place.path(FIELDS, index);
        let place = Place { path: &path, scope: body.place.scope };
        self.field(body.raw.fields[index], place, member, body.tie(Part::Field(index)))
    }

    /// Writes the ranges of extensions, and what is reserved.
    fn ranges(&mut self, raw: &Message<'_>, place: Place<'_>) -> Result<()> {
        let message_set = match self.whole.pool.is(place.scope) {
            Some(Named::Message(index)) => self.whole.pool.messages[index].descriptor.message_set,
            Some(Named::Enum(_)) | None => false,
        };
        let end = if message_set { i32::MAX } else { NUMBERS_END };
        let shown = |range: &Range<'_>| match range.end {
            last if last == end => format!("{} to max", range.start),
            last if last == range.start.wrapping_add(1) => range.start.to_string(),
            last => format!("{} to {}", range.start, last.wrapping_sub(1)),
        };
        for (index, bytes) in raw.extension_ranges.iter().enumerate() {
            let range = Range::read(bytes)?;
            let (settings, left_out) = self.in_brackets(Of::Range, &range.options, place.scope);
            let path = place.path(RANGES, index);
            if index == 0 {
                let comment = self.comments.of(&[place.path, &[RANGES]].concat());
                self.before(&comment)?;
            }
            let head = format!("extensions {}", shown(&range));
            self.declare(&head, settings, &path, &left_out)?;
        }
        let reserved = raw.reserved.iter().map(|bytes| Ok(shown(&Range::read(bytes)?)));
        let reserved = reserved.collect::<Result<Vec<_>>>()?;
        self.reserved(place, [9, 10], &reserved, &raw.reserved_names)
    }

    /// Writes an extension, in the block of the one before it where that extends
    /// the same.
    pub(super) fn extension(
        &mut self,
        bytes: &[u8],
        place: Place<'_>,
        tied: Option<(&[u8], Vec<i32>)>,
    ) -> Result<()> {
        let extendee = Field::read(bytes)?.extendee;
        if self.extend.as_deref() != Some(extendee) {
            self.end_extend()?;
            self.gap()?;
            let (mut written, named) = self.type_name(extendee, place.scope)?;
            // A simple name may be that of a field around it: protoc looks for
            // any symbol here, not for types only.
            if let (Some(Named::Message(index)), true) = (named, place.scope != self.package_scope)
            {
                written = format!(".{}", self.whole.pool.messages[index].name);
            }
            self.needs(named);
            let (block, _) = place.path.split_at(place.path.len().saturating_sub(1));
            let comment = self.comments.of(block);
            self.before(&comment)?;
            self.with_trailing(&format!("extend {written} {{"), &comment)?;
            self.extend = Some(extendee.to_owned());
        }
        self.depth += 1;
        self.field(bytes, place, false, tied)?;
        self.depth -= 1;
        Ok(())
    }

    /// Ends the block of extensions, if one is open.
    pub(super) fn end_extend(&mut self) -> Result<()> {
        if self.extend.take().is_some() {
            self.line("}")?;
            self.line("")?;
        }
        Ok(())
    }
}

/// What stands before a message or an enum that says who may see it.
pub(super) fn visibility(number: i32) -> &'static str {
    match number {
        1 => "local ",
        2 => "export ",
        _ => "",
    }
}
