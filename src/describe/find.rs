//! What a NAME means: anything that a schema declares, in full or short where
//! that is unique; a file; a package.

use super::raw::{self, File};
use super::unit::{Described, Unit};
use crate::error::{Error, Result, names};
use crate::escape::quote;

/// What a name means.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Found {
    /// A file, by its index.
    File(usize),
    /// A declaration; of a part of one (a field, a value, a method) that.
    Unit(Unit),
    /// A package.
    Package(String),
}

/// A name, and what has it.
struct Known {
    name: String,
    unit: Unit,
}

/// Finds what `name` means. `whose` schema it is, errors say: `the schema`.
///
/// # Errors
///
/// There is nothing of the name, or several things.
pub fn find(described: &Described<'_>, name: &str, whose: &str) -> Result<Found> {
    let pool = described.schema.pool();
    if let Some(index) = pool.files.iter().position(|file| file.name == name) {
        return Ok(Found::File(index));
    }
    let typed = name;
    let name = name.trim_start_matches('.').replacen('/', ".", 1);
    let declared = declared(described)?;
    if let Some(found) = one(&declared, &name, whose)? {
        return Ok(found);
    }
    let parts = parts(described, &name)?;
    if let Some(found) = one(&parts, &name, whose)? {
        return Ok(found);
    }
    for bytes in &described.files {
        let package = File::read(bytes)?.package;
        let below = package.strip_prefix(&*name);
        if below.is_some_and(|below| below.is_empty() || below.starts_with('.')) {
            return Ok(Found::Package(name));
        }
    }
    Err(nothing(described, typed, &declared, whose))
}

/// The full names of all that is declared, but for parts.
///
/// # Errors
///
/// Descriptors that are broken.
pub fn names(described: &Described<'_>) -> Result<Vec<String>> {
    Ok(declared(described)?.into_iter().map(|known| known.name).collect())
}

/// The one thing that has a name: the one of exactly that name, or the only
/// one that ends so. Nothing if there is none.
fn one(known: &[Known], name: &str, whose: &str) -> Result<Option<Found>> {
    if let Some(exact) = known.iter().find(|known| known.name == name) {
        return Ok(Some(Found::Unit(exact.unit)));
    }
    let ends =
        |known: &&Known| known.name.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    let all: Vec<&Known> = known.iter().filter(ends).collect();
    // What is built in gives way to what was given.
    let own = |known: &&&Known| !crate::schema::files::is_well_known(&known.name);
    let own: Vec<&Known> = all.iter().filter(own).copied().collect();
    let found = if own.is_empty() { all } else { own };
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(Found::Unit(one.unit))),
        _ => {
            let names: Vec<&str> = found.iter().map(|known| &*known.name).collect();
            Err(Error::usage(format!("{} is the name of several things in {whose}", quote(name)))
                .hint(format!("say which: {}", names::list(&names))))
        }
    }
}

/// Messages, enums, extensions and services. Entries of maps are none: they
/// are written with their field.
fn declared(described: &Described<'_>) -> Result<Vec<Known>> {
    let pool = described.schema.pool();
    let messages = pool.messages.iter().enumerate();
    let messages = messages.filter(|(_, entry)| !entry.descriptor.map_entry);
    let mut known: Vec<Known> = messages
        .map(|(at, entry)| Known { name: entry.name.to_string(), unit: Unit::Message(at) })
        .collect();
    let enums = pool.enums.iter().enumerate();
    known.extend(enums.map(|(at, it)| Known { name: it.name.clone(), unit: Unit::Enum(at) }));
    let extensions = pool.extensions.iter().enumerate();
    known.extend(
        extensions.map(|(at, it)| Known { name: it.name.clone(), unit: Unit::Extension(at) }),
    );
    for (file, bytes) in described.files.iter().enumerate() {
        let read = File::read(bytes)?;
        for (at, bytes) in read.services.iter().enumerate() {
            let name = join(read.package, raw::Service::read(bytes)?.name);
            known.push(Known { name, unit: Unit::Service(file, at) });
        }
    }
    Ok(known)
}

/// The fields, values, oneofs and methods whose own name is the last part of
/// `name`, by their full names.
fn parts(described: &Described<'_>, name: &str) -> Result<Vec<Known>> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let pool = described.schema.pool();
    let mut known = Vec::new();
    for (at, entry) in pool.messages.iter().enumerate() {
        let more = entry.descriptor.more();
        let has = entry.descriptor.fields.iter().any(|field| &*field.name == last)
            || more.oneofs.iter().any(|oneof| oneof.name == last);
        if has && !entry.descriptor.map_entry {
            known.push(Known { name: join(&entry.name, last), unit: Unit::Message(at) });
        }
    }
    for (at, entry) in pool.enums.iter().enumerate() {
        if entry.descriptor.values.iter().any(|value| &*value.name == last) {
            known.push(Known { name: join(&entry.name, last), unit: Unit::Enum(at) });
        }
    }
    for (file, bytes) in described.files.iter().enumerate() {
        let read = File::read(bytes)?;
        for (at, bytes) in read.services.iter().enumerate() {
            let service = raw::Service::read(bytes)?;
            for bytes in &service.methods {
                if raw::Method::read(bytes)?.name == last {
                    let name = format!("{}.{last}", join(read.package, service.name));
                    known.push(Known { name, unit: Unit::Service(file, at) });
                }
            }
        }
    }
    Ok(known)
}

fn join(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}

#[cold]
fn nothing(described: &Described<'_>, name: &str, declared: &[Known], whose: &str) -> Error {
    let files = described.schema.pool().files.iter().map(|file| file.name.as_str());
    let full: Vec<&str> = declared.iter().map(|known| &*known.name).collect();
    let short = full.iter().map(|full| full.rsplit('.').next().unwrap_or(full));
    let near = names::nearest(name, full.iter().copied().chain(short).chain(files));
    let error = Error::usage(format!("{whose} has nothing named {}", quote(name)));
    error.hint(match near {
        Some(near) => format!("did you mean `{}`?", names::shown(near)),
        None => {
            let own = full.iter().copied();
            let own: Vec<&str> =
                own.filter(|name| !crate::schema::files::is_well_known(name)).collect();
            format!("it has {}", names::list(if own.is_empty() { &full } else { &own }))
        }
    })
}
