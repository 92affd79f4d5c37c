//! Enums, services and the head of a file as `.proto` text.

use super::comments::Comment;
use super::message::visibility;
use super::options::{Of, string};
use super::raw::{Enum, File, Method, Named, Range, Service};
use super::source::{Dialect, Place, Source};
use crate::error::{Error, Result};
use crate::schema::pool::check_name;

/// The field numbers of `FileDescriptorProto`.
const SYNTAX: i32 = 12;
const PACKAGE: i32 = 2;
const DEPENDENCIES: i32 = 3;
const OPTIONS: i32 = 8;
const EDITION: i32 = 14;

impl Source<'_, '_> {
    /// Writes an enum.
    pub(super) fn enumeration(&mut self, bytes: &[u8], place: Place<'_>) -> Result<()> {
        const VALUES: i32 = 2;
        let raw = Enum::read(bytes)?;
        let name = self.name(raw.name)?;
        let comment = self.comments.of(place.path);
        self.before(&comment)?;
        let visibility = visibility(raw.visibility);
        self.with_trailing(&format!("{visibility}enum {name} {{"), &comment)?;
        self.depth += 1;
        self.statements(Of::Enum, &raw.options, place, 3, |_| true)?;
        for (index, bytes) in raw.values.iter().enumerate() {
            let value = Named::value(bytes)?;
            let name = self.name(value.name)?;
            let (settings, left_out) = self.in_brackets(Of::Value, &value.options, place.scope);
            let head = format!("{name} = {}", value.number);
            self.declare(&head, settings, &place.path(VALUES, index), &left_out)?;
        }
        let shown = |bytes: &&[u8]| {
            let range = Range::read(bytes)?;
            Ok(match range.end {
                last if last == range.start => last.to_string(),
                i32::MAX => format!("{} to max", range.start),
                last => format!("{} to {last}", range.start),
            })
        };
        let reserved = raw.reserved.iter().map(shown).collect::<Result<Vec<_>>>()?;
        self.reserved(place, [4, 5], &reserved, &raw.reserved_names)?;
        self.depth -= 1;
        self.close()
    }

    /// Writes what is reserved: numbers, and names. `fields` are their numbers in
    /// what has this place.
    pub(super) fn reserved(
        &mut self,
        place: Place<'_>,
        fields: [i32; 2],
        numbers: &[String],
        names: &[&str],
    ) -> Result<()> {
        let comment = |field| self.comments.of(&[place.path, &[field]].concat());
        let [of_numbers, of_names] = fields.map(comment);
        if !numbers.is_empty() {
            self.before(&of_numbers)?;
            self.with_trailing(&format!("reserved {};", numbers.join(", ")), &of_numbers)?;
        }
        // Editions have names as they are, those before them in quotes.
        let edition = matches!(self.dialect, Dialect::Edition(_));
        let shown = |name: &&str| match edition && check_name(name).is_ok() {
            true => (*name).to_owned(),
            false => string(name.as_bytes()),
        };
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(shown).collect();
            self.before(&of_names)?;
            self.with_trailing(&format!("reserved {};", names.join(", ")), &of_names)?;
        }
        Ok(())
    }

    /// Writes a service.
    pub(super) fn service(&mut self, bytes: &[u8], place: Place<'_>) -> Result<()> {
        const METHODS: i32 = 2;
        let raw = Service::read(bytes)?;
        let name = self.name(raw.name)?;
        let comment = self.comments.of(place.path);
        self.before(&comment)?;
        self.with_trailing(&format!("service {name} {{"), &comment)?;
        self.depth += 1;
        self.statements(Of::Service, &raw.options, place, 3, |_| true)?;
        let names = raw.methods.iter().map(|bytes| Ok(Method::read(bytes)?.name));
        let names = names.collect::<Result<std::collections::BTreeSet<_>>>()?;
        for (index, bytes) in raw.methods.iter().enumerate() {
            let method = Method::read(bytes)?;
            let path = place.path(METHODS, index);
            let input = self.of_method(method.input, method.client_streaming, place, &names)?;
            let output = self.of_method(method.output, method.server_streaming, place, &names)?;
            let head = format!("rpc {}({input}) returns ({output})", self.name(method.name)?);
            let comment = self.comments.of(&path);
            self.before(&comment)?;
            if method.options.is_empty() {
                self.with_trailing(&format!("{head};"), &comment)?;
                continue;
            }
            self.with_trailing(&format!("{head} {{"), &comment)?;
            self.depth += 1;
            let inside = Place { path: &path, scope: place.scope };
            self.statements(Of::Method, &method.options, inside, 4, |_| true)?;
            self.depth -= 1;
            self.line("}")?;
        }
        self.depth -= 1;
        self.close()
    }

    fn of_method(
        &mut self,
        name: &str,
        many: bool,
        place: Place<'_>,
        methods: &std::collections::BTreeSet<&str>,
    ) -> Result<String> {
        let (mut written, named) = self.type_name(name, place.scope)?;
        self.needs(named);
        // A method of that name hides the type.
        let first = written.split('.').next().unwrap_or_default();
        if methods.contains(first) {
            let full = name.strip_prefix('.').unwrap_or(name);
            written = format!(".{full}");
        }
        Ok(if many { format!("stream {written}") } else { written })
    }

    /// Writes the syntax and the package of a file; what is said of the file as a
    /// whole only with all of it.
    pub(super) fn head(&mut self, file: &File<'_>) -> Result<()> {
        let (line, path) = match self.dialect {
            Dialect::Proto2 => (String::from("syntax = \"proto2\";"), SYNTAX),
            Dialect::Proto3 => (String::from("syntax = \"proto3\";"), SYNTAX),
            Dialect::Edition(edition) => (edition_line(edition)?, EDITION),
        };
        let comment = match self.comments.of(&[path]) {
            _ if self.wanted.is_some() => Comment::default(),
            // protoc has both at the path of the syntax.
            found if found.leading.is_empty() && found.detached.is_empty() => {
                self.comments.of(&[SYNTAX])
            }
            found => found,
        };
        self.before(&comment)?;
        self.with_trailing(&line, &comment)?;
        if !file.package.is_empty() {
            file.package.split('.').try_for_each(check_name)?;
            self.gap()?;
            let comment = match self.wanted {
                Some(_) => Comment::default(),
                None => self.comments.of(&[PACKAGE]),
            };
            self.before(&comment)?;
            self.with_trailing(&format!("package {};", file.package), &comment)?;
        }
        Ok(())
    }

    /// Writes the imports as the file has them.
    pub(super) fn all_imports(&mut self, file: &File<'_>) -> Result<()> {
        if !file.dependencies.is_empty() || !file.option_dependencies.is_empty() {
            self.gap()?;
        }
        for (index, name) in file.dependencies.iter().enumerate() {
            let at = index as i32;
            let how = match () {
                () if file.public.contains(&at) => "public ",
                () if file.weak.contains(&at) => "weak ",
                () => "",
            };
            let comment = self.comments.of(&[DEPENDENCIES, at]);
            self.before(&comment)?;
            let name = string(name.as_bytes());
            self.with_trailing(&format!("import {how}{name};"), &comment)?;
        }
        for name in &file.option_dependencies {
            self.line(&format!("import option {};", string(name.as_bytes())))?;
        }
        Ok(())
    }

    /// Writes those options of the file that `keep` takes.
    pub(super) fn file_options(
        &mut self,
        file: &File<'_>,
        keep: impl Fn(&str) -> bool,
    ) -> Result<()> {
        self.gap()?;
        let place = Place { path: &[], scope: self.package_scope };
        self.statements(Of::File, &file.options, place, OPTIONS, keep)
    }
}

fn edition_line(edition: i32) -> Result<String> {
    let name = match edition {
        1000 => "2023",
        1001 => "2024",
        _ => return Err(Error::failure(format!("the edition {edition} is not known"))),
    };
    Ok(format!("edition = \"{name}\";"))
}
