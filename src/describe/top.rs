//! What stands at the top of a file, in the order of the source where that is
//! known: messages, enums, services and extensions.

use std::collections::{BTreeMap, BTreeSet};

use super::field::group_name;
use super::raw::{self, File, Message};
use super::source::{Dialect, Place, Source};
use super::unit::Described;
use crate::error::Result;
use crate::schema::pool::Named;

/// The field numbers of `FileDescriptorProto`.
pub(super) const FILE_MESSAGES: i32 = 4;
pub(super) const FILE_ENUMS: i32 = 5;
pub(super) const FILE_SERVICES: i32 = 6;
pub(super) const FILE_EXTENSIONS: i32 = 7;

impl Described<'_> {
    /// Writes the declarations of a file that are wanted: one `first`, if it is
    /// said which, and then in the order of the source where it is known.
    pub(super) fn declarations(
        &self,
        source: &mut Source<'_, '_>,
        file: &File<'_>,
        first: Option<(i32, usize)>,
    ) -> Result<()> {
        let lists = [
            (FILE_MESSAGES, file.messages.len()),
            (FILE_ENUMS, file.enums.len()),
            (FILE_SERVICES, file.services.len()),
            (FILE_EXTENSIONS, file.extensions.len()),
        ];
        let groups = match source.dialect {
            Dialect::Proto2 => Groups::of(file)?,
            Dialect::Proto3 | Dialect::Edition(_) => Groups::default(),
        };
        // Where only some of it is wanted, a group may be without its extension.
        let all = source.wanted.is_none();
        let mut waiting = if all { groups.messages.clone() } else { BTreeSet::new() };
        let group_of = |(field, index): (i32, usize)| {
            let extension = (field == FILE_EXTENSIONS).then_some(index)?;
            groups.by_extension.get(&extension).copied()
        };
        if let Some(first) = first {
            self.top_level(source, file, first, group_of(first))?;
            source.end_extend()?;
        }
        let mut heads = [0; 4];
        loop {
            // Of each list its own order is kept: what stands before a group comes
            // before its extension, what stands behind it after that.
            while all && groups.messages.contains(&heads[0]) {
                heads[0] += 1;
            }
            let free = |list: usize| match list {
                0 => waiting.first().is_none_or(|&first| heads[0] < first),
                3 if all => groups
                    .by_extension
                    .get(&heads[3])
                    .is_none_or(|&message| heads[0] > message || heads[0] >= lists[0].1),
                _ => true,
            };
            let some = |list: &usize| heads[*list] < lists[*list].1;
            let any_free = (0..4).any(|list| some(&list) && free(list));
            let left = (0..4).filter(some).filter(|&list| free(list) || !any_free);
            let start = |&list: &usize| {
                let path = [lists[list].0, heads[list] as i32];
                source.comments.start(&path).unwrap_or((i32::MAX, i32::MAX))
            };
            let Some(list) = left.min_by_key(start) else { return source.end_extend() };
            let at = (lists[list].0, heads[list]);
            heads[list] += 1;
            let group = group_of(at);
            if let Some(message) = group {
                waiting.remove(&message);
            }
            if first != Some(at) {
                self.top_level(source, file, at, group)?;
            }
        }
    }

    /// Writes one declaration at the top of the file, if it is wanted; an extension
    /// with the message of its group.
    fn top_level(
        &self,
        source: &mut Source<'_, '_>,
        file: &File<'_>,
        (field, index): (i32, usize),
        group: Option<usize>,
    ) -> Result<()> {
        let path = [field, index as i32];
        let place = Place { path: &path, scope: source.package_scope };
        let pool = self.schema.pool();
        let named = |name: &str| pool.inside(place.scope, name).and_then(|scope| pool.is(scope));
        if field != FILE_EXTENSIONS {
            source.end_extend()?;
        }
        match field {
            FILE_MESSAGES => {
                let bytes = file.messages[index];
                let wanted = match named(Message::read(bytes)?.name) {
                    Some(Named::Message(index)) => source.wants_message(index),
                    Some(Named::Enum(_)) | None => false,
                };
                if wanted {
                    source.gap()?;
                    source.message(bytes, place, None, false)?;
                }
            }
            FILE_ENUMS => {
                let bytes = file.enums[index];
                let wanted = match (source.wanted, named(raw::Enum::read(bytes)?.name)) {
                    (None, _) => true,
                    (Some(wanted), Some(Named::Enum(index))) => {
                        wanted.types.contains(&(true, index))
                    }
                    (Some(_), Some(Named::Message(_)) | None) => false,
                };
                if wanted {
                    source.gap()?;
                    source.enumeration(bytes, place)?;
                }
            }
            FILE_SERVICES => {
                if source.wanted.is_none_or(|wanted| wanted.services.contains(&index)) {
                    source.gap()?;
                    source.service(file.services[index], place)?;
                }
            }
            _ => {
                let bytes = file.extensions[index];
                if source.wants_extension(bytes, place.scope)? {
                    let message = |at: usize| (file.messages[at], vec![FILE_MESSAGES, at as i32]);
                    source.extension(bytes, place, group.map(message))?;
                }
            }
        }
        Ok(())
    }
}

/// The groups that are extensions: their messages stand beside them.
#[derive(Default)]
struct Groups {
    /// The message of each extension that is one, by their places in the file.
    by_extension: BTreeMap<usize, usize>,
    /// These messages.
    messages: BTreeSet<usize>,
}

impl Groups {
    fn of(file: &File<'_>) -> Result<Self> {
        let mut groups = Groups::default();
        let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, bytes) in file.extensions.iter().enumerate() {
            let field = raw::Field::read(bytes)?;
            let Some(short) = group_name(&field) else { continue };
            if by_name.is_empty() {
                for (at, bytes) in file.messages.iter().enumerate() {
                    by_name.entry(Message::read(bytes)?.name).or_insert(at);
                }
            }
            if let Some(&message) = by_name.get(short) {
                groups.by_extension.insert(index, message);
                groups.messages.insert(message);
            }
        }
        Ok(groups)
    }
}
