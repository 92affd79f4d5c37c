//! The one error of the program: what is wrong, where, and how to mend it.
//!
//! An [`Error`] is one word wide, so that a result costs the path without
//! errors a register and nothing more; every constructor is out of line. It
//! always knows its place absolutely, because whatever reads a part of the
//! input knows where the part begins. It prints in one shape:
//!
//! ```text
//! error: field 1 "name" needs 5 bytes, only 3 are left
//!   at byte 1, in HelloRequest.name
//!   0a 05 62 6f 62
//!      ^^ length
//! hint: the input is cut short by 2 bytes
//! ```
//!
//! This module owns the shape and nothing else: it prints to no stream, and
//! everything that quotes input passes through [`crate::escape`] on its way in.

use std::fmt;

mod excerpt;
pub mod names;

pub use excerpt::Excerpt;

/// What the system says, without its number, in lower case as our own words.
pub fn reason(error: &std::io::Error) -> String {
    lower(&error.to_string())
}

/// What somebody else's error says, in the same way.
pub fn lower(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::from("no reason given"),
    }
}

/// What every layer returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Characters of what is wrong, and of each hint, that are shown: what they
/// quote is cut on its way in, so this is for what nobody thought of.
const TEXT_MAX: usize = 1200;

/// The exit status of a call whose code is 0; others are counted from it.
const CALL_STATUS: u8 = 64;

/// Characters of a field path that are shown.
const PATH_MAX: usize = 400;

/// What a message that ends too early most likely comes from.
const CUT_SHORT: &str = "the input is cut short";

/// What is wrong, where, and how to mend it.
pub struct Error(Box<Inner>);

/// What an error means for the exit status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The words of the command line and the schema alone show it: status 2.
    Usage,
    /// Everything else: status 1.
    Failure,
    /// A server answered with this code of gRPC, or did not in time: status 64
    /// and the code.
    Call(u8),
    /// The reader of our output went away: nothing to say, status 0.
    ReaderGone,
    /// What was compared differs, which the output has said: status 1.
    Different,
}

struct Inner {
    kind: Kind,
    what: String,
    record: Option<u64>,
    /// What records are called where it happened.
    one: &'static str,
    at: Option<At>,
    /// The message type and the fields from it down, innermost first: each
    /// level adds itself while the error passes through it, so that the path
    /// without errors keeps no track.
    root: Option<String>,
    path: Vec<String>,
    excerpt: Option<Excerpt>,
    /// Whether the bytes are a message all the same.
    sound: bool,
    /// What the other side says more of it.
    lines: Vec<String>,
    hints: Vec<String>,
}

/// A place in the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// Bytes before the place, counted from 0.
    Byte(u64),
    /// Both counted from 1, the column in characters.
    LineColumn(u64, u64),
}

impl Error {
    #[cold]
    fn new(kind: Kind, what: String) -> Self {
        Error(Box::new(Inner {
            kind,
            what: names::cut(what, TEXT_MAX),
            record: None,
            one: "record",
            at: None,
            root: None,
            path: Vec::new(),
            excerpt: None,
            sound: false,
            lines: Vec::new(),
            hints: Vec::new(),
        }))
    }

    /// Something that the words of the command line and the schema alone show
    /// to be wrong: exit status 2.
    #[cold]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what.into())
    }

    /// Anything else that is wrong: exit status 1.
    #[cold]
    pub fn failure(what: impl Into<String>) -> Self {
        Self::new(Kind::Failure, what.into())
    }

    /// A call that ended with this code of gRPC: exit status 64 and the code.
    #[cold]
    pub fn of_call(what: impl Into<String>, code: u8) -> Self {
        Self::new(Kind::Call(code), what.into())
    }

    /// What counts as another error of this kind did.
    #[cold]
    pub fn like(kind: Kind, what: impl Into<String>) -> Self {
        Self::new(kind, what.into())
    }

    /// The other end of the output pipe is closed.
    #[cold]
    pub fn reader_gone() -> Self {
        Self::new(Kind::ReaderGone, String::from("the reader of the output went away"))
    }

    /// What was compared is not the same.
    #[cold]
    pub fn different() -> Self {
        Self::new(Kind::Different, String::from("the messages differ"))
    }

    /// Puts the error at a byte of the input.
    #[cold]
    pub fn at_byte(mut self, offset: u64) -> Self {
        self.0.at = Some(At::Byte(offset));
        self
    }

    /// Puts the error at a line and a column, both counted from 1.
    #[cold]
    pub fn at_line_column(mut self, line: u64, column: u64) -> Self {
        self.0.at = Some(At::LineColumn(line, column));
        self
    }

    /// Says in which record of a stream it happened, counted from 1.
    #[cold]
    pub fn in_record(mut self, record: u64) -> Self {
        self.0.record = Some(record);
        self
    }

    /// The same where the records are requests of calls.
    #[cold]
    pub fn in_request(mut self, request: u64) -> Self {
        self.0.record = Some(request);
        self.as_request()
    }

    /// The record that it names is a request.
    #[cold]
    pub fn as_request(mut self) -> Self {
        self.0.one = "request";
        self
    }

    /// Adds the field that the error passed through on its way up.
    #[cold]
    pub fn in_field(mut self, field: &str) -> Self {
        // Names come from a schema, which anybody may have written.
        self.0.path.push(names::shown(field));
        self
    }

    /// Whether the last field that it passed through is this one.
    pub fn is_in_field(&self, field: &str) -> bool {
        self.0.path.last().is_some_and(|last| last == field)
    }

    /// Takes the field back that was added last, when what it is part of has
    /// another name for it.
    #[cold]
    pub fn out_of_field(mut self) -> Self {
        self.0.path.pop();
        self
    }

    /// Names the message type at the root of the field path.
    #[cold]
    pub fn in_message(mut self, type_name: &str) -> Self {
        self.0.root.get_or_insert_with(|| names::shown(type_name));
        self
    }

    /// Puts an error of a part of a message into the whole: `outer` are the
    /// fields that lead to the part, outermost first, from the type `root`.
    #[cold]
    pub fn inside(mut self, root: &str, outer: &[&str]) -> Self {
        self.0.root = Some(names::shown(root));
        self.0.path.extend(outer.iter().rev().map(|field| names::shown(field)));
        self
    }

    /// Says that the bytes are a message all the same: what cannot be is to
    /// write what they say.
    #[cold]
    pub fn of_sound(mut self) -> Self {
        self.0.sound = true;
        self
    }

    /// Shows the input around the place.
    #[cold]
    pub fn showing(mut self, excerpt: Excerpt) -> Self {
        self.0.excerpt = Some(excerpt);
        self
    }

    /// Adds a line of what the other side says more of it.
    #[cold]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.0.lines.push(names::cut(line.into(), TEXT_MAX));
        self
    }

    /// Adds a way to mend it.
    #[cold]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(names::cut(hint.into(), TEXT_MAX));
        self
    }

    /// Adds that the input ends too early; `by` how much, if that is known.
    #[cold]
    pub fn cut_short(self, by: Option<&str>) -> Self {
        match by {
            Some(by) => self.hint(format!("{CUT_SHORT} by {by}")),
            None => self.hint(CUT_SHORT),
        }
    }

    /// Says of a record that is all there that it is what is cut short: the
    /// input does not end with it.
    #[cold]
    pub fn of_whole_record(mut self) -> Self {
        for hint in &mut self.0.hints {
            if let Some(by) = hint.strip_prefix(CUT_SHORT) {
                *hint = format!("the record is cut short{by}");
            }
        }
        self
    }

    /// Adds a way to mend it, if there is one.
    #[cold]
    pub fn maybe_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The same error, shown to be one of the command line's words.
    #[cold]
    pub fn as_usage(mut self) -> Self {
        self.0.kind = Kind::Usage;
        self
    }

    /// The same error, shown to be none of the command line's words.
    #[cold]
    pub fn as_failure(mut self) -> Self {
        self.0.kind = Kind::Failure;
        self
    }

    /// What it means for the exit status.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The exit status of a program that ends with this error.
    pub fn status(&self) -> u8 {
        match self.0.kind {
            Kind::ReaderGone => 0,
            Kind::Failure | Kind::Different => 1,
            Kind::Usage => 2,
            Kind::Call(code) => CALL_STATUS.saturating_add(code),
        }
    }

    /// What is wrong, in one line, without place and hint.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// The record of a stream in which it happened.
    pub fn record(&self) -> Option<u64> {
        self.0.record
    }

    /// Whether the bytes are a message all the same.
    pub fn is_of_sound(&self) -> bool {
        self.0.sound
    }

    /// Where it is.
    pub fn at(&self) -> Option<At> {
        self.0.at
    }

    /// Whether it knows where in the input it is.
    pub fn has_place(&self) -> bool {
        self.0.at.is_some()
    }

    /// Whether a hint has this in it.
    pub fn hints_at(&self, text: &str) -> bool {
        self.0.hints.iter().any(|hint| hint.contains(text))
    }

    /// Whether it says how to mend it.
    pub fn has_hint(&self) -> bool {
        !self.0.hints.is_empty()
    }

    /// The same error without its place and the excerpt, of text that nobody
    /// has seen.
    #[cold]
    pub fn without_place(mut self) -> Self {
        self.0.at = None;
        self.0.excerpt = None;
        self
    }

    /// Puts the error where `other` is: at its place, with its excerpt.
    #[cold]
    pub fn placed_like(mut self, other: Error) -> Self {
        self.0.at = other.0.at;
        self.0.excerpt = other.0.excerpt;
        self
    }

    /// The field path from the root message, such as `HelloRequest.name`.
    pub fn path(&self) -> Option<String> {
        let mut path = self.0.root.clone()?;
        for field in self.0.path.iter().rev() {
            if !field.starts_with('[') {
                path.push('.');
            }
            path.push_str(field);
        }
        Some(path)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0.what)?;
        let record = self.0.record.map(|n| format!("in {} {n}", self.0.one));
        let at = self.0.at.map(|at| match at {
            At::Byte(offset) => format!("at byte {offset}"),
            At::LineColumn(line, column) => format!("at line {line}, column {column}"),
        });
        let path = self.path().map(|path| format!("in {}", names::cut(path, PATH_MAX)));
        let place: Vec<String> = [record, at, path].into_iter().flatten().collect();
        if !place.is_empty() {
            write!(f, "\n  {}", place.join(", "))?;
        }
        if let Some(excerpt) = &self.0.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        for line in &self.0.lines {
            write!(f, "\n  {line}")?;
        }
        for hint in &self.0.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_wide() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn prints_every_part_in_one_order() {
        let error = Error::failure("it is wrong")
            .in_field("city")
            .in_field("address")
            .in_message("Person")
            .in_record(3)
            .at_byte(7)
            .showing(Excerpt::of_bytes(&[0x0a, 0x05], 1..2, "length"))
            .hint("mend it");
        assert_eq!(
            error.to_string(),
            "error: it is wrong\n  in record 3, at byte 7, in Person.address.city\n  \
             0a 05\n     ^^ length\nhint: mend it"
        );
    }
}
