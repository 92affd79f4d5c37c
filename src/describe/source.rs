//! `.proto` text out of descriptors: what every declaration is written with.
//!
//! [`Source`] has the place (the path of the descriptor, its scope, how deep it
//! is indented) and the lines. `message` and `rest` write the declarations,
//! [`super::unit`] says which of them are wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::comments::{Comment, Comments};
use super::options::{Name, Of, OptionTypes, Settings};
use super::raw::{File, Pieces};
use crate::error::{Error, Result};
use crate::escape::visible;
use crate::schema::pool::{Named, Pool, check_name};
use crate::schema::scopes::ScopeId;
use crate::wire::limits::{SOURCE_TEXT_FREE, SOURCE_TEXT_RATIO_MAX};

/// Columns up to which options stay on the line of what they are of.
const WIDTH: usize = 100;

/// The syntax of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Also what says nothing.
    Proto2,
    /// proto3.
    Proto3,
    /// An edition.
    Edition(i32),
}

impl Dialect {
    /// That of a file.
    pub fn of(file: &File<'_>) -> Self {
        match file.syntax {
            "proto3" => Dialect::Proto3,
            "editions" => Dialect::Edition(file.edition),
            _ => Dialect::Proto2,
        }
    }
}

/// What a text refers to, by indexes of the pool.
#[derive(Default)]
pub struct Refs {
    /// Messages and enums.
    pub types: BTreeSet<(bool, usize)>,
    /// Extensions.
    pub extensions: BTreeSet<usize>,
    /// Whether there are types of files that are not there.
    pub missing: bool,
}

impl Refs {
    fn named(&mut self, named: Named) {
        self.types.insert(match named {
            Named::Message(index) => (false, index),
            Named::Enum(index) => (true, index),
        });
    }
}

/// What is known of all files.
pub struct Whole<'s> {
    /// The types and extensions.
    pub pool: &'s Pool,
    /// The types of options.
    pub options: OptionTypes<'s>,
    /// The indexes of extensions by their full names.
    pub extensions: BTreeMap<&'s str, usize>,
    /// The services, which can stand in the way of names.
    pub services: BTreeSet<(ScopeId, String)>,
}

/// What is wanted of a file, by indexes of the pool.
#[derive(Default)]
pub struct Wanted {
    /// Messages and enums, whole.
    pub types: BTreeSet<(bool, usize)>,
    /// Extensions.
    pub extensions: BTreeSet<usize>,
    /// Services, by their place in the file.
    pub services: BTreeSet<usize>,
    /// Messages of which something inside is wanted.
    pub around: BTreeSet<usize>,
}

/// The text of a file as it is written.
pub struct Source<'w, 's> {
    /// What is known of all files.
    pub whole: &'w Whole<'s>,
    /// Its syntax.
    pub dialect: Dialect,
    /// Its comments.
    pub comments: &'w Comments<'w>,
    /// What is wanted of it; everything if that is not said.
    pub wanted: Option<&'w Wanted>,
    /// Its package.
    pub package: &'w str,
    /// The scope of the package.
    pub package_scope: ScopeId,
    /// What the text refers to.
    pub refs: Refs,
    /// The text.
    pub out: String,
    /// The bytes that the text may have.
    pub room: usize,
    /// How deep the next line is indented.
    pub depth: usize,
    /// What the block of extensions extends that is open.
    pub extend: Option<String>,
}

/// Where something is declared: the path of its descriptor, and its scope.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// As `SourceCodeInfo` has it.
    pub path: &'p [i32],
    /// The scope in which names are looked for.
    pub scope: ScopeId,
}

impl<'p> Place<'p> {
    /// The path of what stands at `index` of a field of it.
    pub fn path(&self, field: i32, index: usize) -> Vec<i32> {
        let mut path = self.path.to_vec();
        path.push(field);
        path.push(index as i32);
        path
    }
}

/// The room of a text that is made of descriptors of so many bytes.
pub fn room(len: usize) -> usize {
    len.saturating_mul(SOURCE_TEXT_RATIO_MAX).saturating_add(SOURCE_TEXT_FREE)
}

impl<'w> Source<'w, '_> {
    /// Writes a line.
    pub fn line(&mut self, text: &str) -> Result<()> {
        let length = text.len() + 2 * self.depth + 1;
        let Some(left) = self.room.checked_sub(length) else {
            return Err(Error::failure("the schema is too long as text").hint(format!(
                "text may have {SOURCE_TEXT_RATIO_MAX} bytes for each of its descriptors"
            )));
        };
        self.room = left;
        if !text.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', 2 * self.depth));
            self.out.push_str(text);
        }
        self.out.push('\n');
        Ok(())
    }

    /// Ends what began with a brace.
    pub fn close(&mut self) -> Result<()> {
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
        if self.out.ends_with(" {\n") {
            self.out.pop();
            self.out.push_str("}\n");
            return Ok(());
        }
        self.line("}")
    }

    /// Leaves a line empty, unless something begins here.
    pub fn gap(&mut self) -> Result<()> {
        if self.out.is_empty() || self.out.ends_with("\n\n") || self.out.ends_with("{\n") {
            return Ok(());
        }
        self.line("")
    }

    /// Writes the lines of a comment.
    fn remark(&mut self, lines: &[String]) -> Result<()> {
        lines.iter().try_for_each(|line| self.line(&format!("//{line}")))
    }

    /// Writes what stands before a declaration.
    pub fn before(&mut self, comment: &Comment) -> Result<()> {
        for block in &comment.detached {
            self.gap()?;
            self.remark(block)?;
            self.line("")?;
        }
        self.remark(&comment.leading)
    }

    /// Writes a line, or several, and the comment behind it.
    pub fn with_trailing(&mut self, text: &str, comment: &Comment) -> Result<()> {
        let indented = text.replace('\n', &format!("\n{}", "  ".repeat(self.depth)));
        let last = indented.rsplit('\n').next().map_or(0, str::len);
        match &comment.trailing[..] {
            [] => self.line(&indented),
            [one] if last + one.len() + 4 <= WIDTH => self.line(&format!("{indented}  //{one}")),
            // On lines of its own it is this one's as long as an empty line follows.
            lines => {
                self.line(&indented)?;
                let inside = usize::from(text.ends_with('{'));
                self.depth += inside;
                self.remark(lines)?;
                self.depth -= inside;
                self.line("")
            }
        }
    }

    /// Writes a declaration of one line, with its options in brackets.
    pub fn declare(
        &mut self,
        head: &str,
        settings: Vec<String>,
        path: &[i32],
        left_out: &[String],
    ) -> Result<()> {
        let comment = self.comments.of(path);
        self.before(&comment)?;
        self.say_left_out(left_out)?;
        let one_line = settings.join(", ");
        let fits = settings.iter().all(|it| !it.contains('\n'))
            && 2 * self.depth + head.len() + one_line.len() + 4 <= WIDTH;
        let text = match &settings[..] {
            [] => format!("{head};"),
            [one] if one.contains('\n') => format!("{head} [{one}];"),
            _ if fits => format!("{head} [{one_line}];"),
            _ => {
                let lines = settings.join(",\n").replace('\n', "\n  ");
                format!("{head} [\n  {lines}\n];")
            }
        };
        self.with_trailing(&text, &comment)
    }

    /// Says what is not written.
    pub fn say_left_out(&mut self, what: &[String]) -> Result<()> {
        what.iter().try_for_each(|what| self.line(&visible(&format!("// left out: {what}"))))
    }

    /// Reads options, noting what they refer to, and what each is called here.
    pub fn settings(
        &mut self,
        of: Of,
        pieces: &Pieces<'_>,
        scope: ScopeId,
    ) -> (Vec<(u32, String, String)>, Vec<String>) {
        if pieces.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let Settings { all, left_out, inner, types } = self.whole.options.read(of, pieces);
        for name in &inner {
            self.refs.extensions.extend(self.whole.extensions.get(name.as_str()));
        }
        for name in &types {
            self.refs.types.extend(match self.whole.pool.named(name) {
                Some(Named::Message(index)) => Some((false, index)),
                Some(Named::Enum(_)) | None => None,
            });
        }
        let written = all.into_iter().map(|setting| {
            for inner in setting.rest.split(['(', ')']).skip(1).step_by(2) {
                self.refs.extensions.extend(self.whole.extensions.get(inner));
            }
            let name = match &setting.name {
                Name::Plain(name) => format!("{name}{}", setting.rest),
                Name::Extension(full) => {
                    self.refs.extensions.extend(self.whole.extensions.get(full.as_str()));
                    format!("({}){}", self.extension_name(full, scope), setting.rest)
                }
            };
            (setting.number, name, setting.value)
        });
        let written = written.collect();
        (written, left_out)
    }

    /// Options for the brackets behind a declaration.
    pub fn in_brackets(
        &mut self,
        of: Of,
        pieces: &Pieces<'_>,
        scope: ScopeId,
    ) -> (Vec<String>, Vec<String>) {
        let (settings, left_out) = self.settings(of, pieces, scope);
        let written = settings.into_iter().map(|(_, name, value)| format!("{name} = {value}"));
        (written.collect(), left_out)
    }

    /// Writes options, a line for each. `field` is the number of the options in
    /// what they are of.
    pub fn statements(
        &mut self,
        of: Of,
        pieces: &Pieces<'_>,
        place: Place<'_>,
        field: i32,
        keep: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let (settings, left_out) = self.settings(of, pieces, place.scope);
        self.say_left_out(&left_out)?;
        for (number, name, value) in settings {
            if !keep(&name) {
                continue;
            }
            let mut path = place.path.to_vec();
            path.extend([field, number as i32]);
            let comment = self.comments.of(&path);
            self.before(&comment)?;
            self.with_trailing(&format!("option {name} = {value};"), &comment)?;
        }
        Ok(())
    }

    /// A name that the grammar takes as one.
    pub fn name<'n>(&self, name: &'n str) -> Result<&'n str> {
        check_name(name)?;
        Ok(name)
    }

    /// The name of a type as it is written inside `scope`, and what it stands for.
    pub fn type_name(&mut self, name: &str, scope: ScopeId) -> Result<(String, Option<Named>)> {
        name.strip_prefix('.').unwrap_or(name).split('.').try_for_each(check_name)?;
        let Some(named) = self.whole.pool.resolve(name, scope) else {
            // Of a file that is not there.
            self.refs.missing = true;
            return Ok((name.to_owned(), None));
        };
        let written = match name.strip_prefix('.') {
            // It was found so, and will be again.
            None => name.to_owned(),
            Some(full) => self.shortest(full, scope, Some(named)),
        };
        Ok((written, Some(named)))
    }

    /// Takes note that the text needs a type.
    pub fn needs(&mut self, named: Option<Named>) {
        if let Some(named) = named {
            self.refs.named(named);
        }
    }

    /// The shortest name that means `full` inside `scope`: of its own package
    /// without that, or of the message that it stands in; else in full, with a
    /// leading dot where something else is in the way.
    fn shortest(&self, full: &str, scope: ScopeId, named: Option<Named>) -> String {
        let pool = self.whole.pool;
        let own = match self.package {
            "" => Some(full),
            package => full.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')),
        };
        if let Some(own) = own {
            let last = own.rsplit('.').next().unwrap_or(own);
            for short in [last, own] {
                if pool.resolve(short, scope) == named && self.is_free(short, scope) {
                    return short.to_owned();
                }
            }
        }
        match full.contains('.') && pool.resolve(full, scope) == named && self.is_free(full, scope)
        {
            true => full.to_owned(),
            false => format!(".{full}"),
        }
    }

    /// Whether no service has the first part of a name with several.
    fn is_free(&self, name: &str, scope: ScopeId) -> bool {
        let Some((first, _)) = name.split_once('.') else { return true };
        let mut scope = scope;
        loop {
            if self.whole.services.contains(&(scope, first.to_owned())) {
                return false;
            }
            let outer = self.whole.pool.outer(scope);
            if outer == scope {
                return true;
            }
            scope = outer;
        }
    }

    /// The name of an extension as options have it inside `scope`.
    fn extension_name(&self, full: &str, scope: ScopeId) -> String {
        let pool = self.whole.pool;
        let own = match self.package {
            "" => Some(full),
            package => full.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')),
        };
        // At the top of a file nothing stands between a name and its package.
        if let Some(own) = own.filter(|own| !own.contains('.') && scope == self.package_scope) {
            return own.to_owned();
        }
        let first = full.split('.').next().unwrap_or(full);
        let mut scope = scope;
        loop {
            let outer = pool.outer(scope);
            if outer == scope {
                return match full.contains('.') {
                    true => full.to_owned(),
                    false => format!(".{full}"),
                };
            }
            let taken = pool.inside(scope, first).is_some()
                || self.whole.services.contains(&(scope, first.to_owned()));
            if taken {
                return format!(".{full}");
            }
            scope = outer;
        }
    }
}
