//! What is printed of a message: all of it, or the values of one field.

use super::format::{self, Allowed, Format};
use crate::codec::path::{self, Pick, Step};
use crate::codec::quick::{ToJson, ToText};
use crate::codec::select::{self, Value};
use crate::codec::text::Layout;
use crate::codec::{Notes, base64_text, json, partial, text};
use crate::error::{At, Error, Result};
use crate::escape;
use crate::table::{Kind, Root, WellKnown};

/// How JSON is written.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub struct JsonOptions {
    /// JSON: names as the .proto file has them
    #[arg(long, num_args = 0, default_missing_value = "true")]
    proto_names: Option<bool>,
    /// JSON: fields without presence also when they have their default
    #[arg(long, num_args = 0, default_missing_value = "true")]
    emit_defaults: Option<bool>,
    /// JSON: 64-bit numbers without quotes
    #[arg(long, num_args = 0, default_missing_value = "true")]
    int64_as_number: Option<bool>,
    /// JSON: a line for each value
    #[arg(long, num_args = 0, default_missing_value = "true")]
    pub pretty: Option<bool>,
}

impl JsonOptions {
    /// Refuses them for another format.
    ///
    /// # Errors
    ///
    /// One of them is given, and it is not JSON that is written.
    pub fn check(&self, to: Option<Format>) -> Result<()> {
        let given = [
            (self.proto_names.is_some(), "--proto-names"),
            (self.emit_defaults.is_some(), "--emit-defaults"),
            (self.int64_as_number.is_some(), "--int64-as-number"),
            (self.pretty.is_some(), "--pretty"),
        ];
        match given.iter().find(|(given, _)| *given) {
            Some((_, option)) if to != Some(Format::Json) => {
                let what = format!("`{option}` is for JSON");
                Err(Error::usage(what).hint("say `--to json` too"))
            }
            _ => Ok(()),
        }
    }

    /// The same for the codec.
    pub fn options(&self) -> json::PrintOptions {
        json::PrintOptions {
            proto_names: self.proto_names.is_some(),
            int64_as_number: self.int64_as_number.is_some(),
            emit_defaults: self.emit_defaults.is_some(),
        }
    }
}

/// How messages are printed.
pub struct Printer<'t> {
    /// The type of the messages.
    pub root: Root<'t>,
    /// The format, if one was named.
    pub to: Option<Format>,
    /// The path of the field whose values are wanted, if not all is.
    pub path: Option<Vec<Step<'t>>>,
    /// How JSON is written.
    pub json: json::PrintOptions,
    /// Whether JSON has a line for each value.
    pub pretty: bool,
    /// Whether there are many messages, so that text has a line for each.
    pub stream: bool,
    /// Whether unsafe characters of raw values are escaped.
    pub escaped: bool,
}

/// The format of the values that a path leads to, where `to` is what a command
/// writes of messages. Of a wrapper of bytes it is the bytes that have one of
/// bytes, so the path then goes on to them.
///
/// # Errors
///
/// A format that there is not, or that such values don't have.
pub fn field_format<'t>(
    to: Allowed,
    root: Root<'t>,
    steps: &mut Vec<Step<'t>>,
    name: &str,
) -> Result<Format> {
    let format = Allowed { formats: format::ALL, ..to }.option(name)?;
    let Some(leaf) = path::leaf(root, steps) else { return Ok(format) };
    if leaf.kind == Kind::Bytes || format::FIELDS.contains(&format) {
        return Ok(format);
    }
    let typed = path::typed(steps);
    let what = format!("`--to {}` is for bytes, and `{typed}` is", format.name());
    if !leaf.kind.is_message() {
        return Err(
            Error::usage(format!("{what} {}", leaf.kind.with_article())).hint("leave out `--to`")
        );
    }
    let message = root.tables.message(leaf.message);
    if let (Some(WellKnown::Wrapper), [value]) = (message.well_known, message.fields())
        && value.kind == Kind::Bytes
    {
        steps.push(Step { index: 0, field: value, pick: Pick::All });
        return Ok(format);
    }
    if message.map_entry {
        return Err(
            Error::usage(format!("{what} a map")).hint("leave out `--to`, or say `--to json`")
        );
    }
    Err(Error::usage(format!("{what} a message")).hint(format!(
        "`hello {} … --field {} --to json | \
         hello encode … --type {} --from json --to {}` does it",
        to.command,
        escape::shell_word(&typed),
        message.name(),
        format.name()
    )))
}

impl<'t> Printer<'t> {
    /// What is to be printed of messages that are lines of JSON, and no more.
    pub fn lines_of_json(&self) -> Option<ToJson<'t>> {
        let lines = self.to == Some(Format::Json) && self.path.is_none() && !self.pretty;
        lines.then(|| ToJson::new(self.root, self.json))
    }

    /// What is to be printed of messages that are text, and no more.
    pub fn only_text(&self) -> Option<ToText<'t>> {
        let text = self.to != Some(Format::Json) && self.path.is_none();
        text.then(|| ToText::new(self.root, self.layout(self.stream)))
    }

    fn layout(&self, one_line: bool) -> Layout {
        if one_line { Layout::OneLine } else { Layout::Lines }
    }

    /// Appends what is to be printed of the message in `record`, which begins
    /// `base` bytes into the input.
    ///
    /// # Errors
    ///
    /// Bytes that are not a message; a note where notes are to be errors.
    pub fn print(
        &self,
        record: &[u8],
        base: u64,
        out: &mut Vec<u8>,
        notes: &mut Notes,
    ) -> Result<()> {
        match &self.path {
            Some(path) => self.field(path, record, base, out, notes),
            None => self.message(self.root, record, base, self.stream, out, notes),
        }
    }

    /// Appends what is to be printed of what stands before the fault of the
    /// message in `record`, which cannot be printed whole. The fault may be one
    /// of the output, as a time that JSON cannot hold: then what stands before
    /// that is. Of bytes that can be read all the same, what stands before the byte
    /// `fault` is. A message that JSON has as one value is whole or not there, as
    /// it is inside of others.
    pub fn partial(&self, record: &[u8], fault: Option<usize>, out: &mut Vec<u8>) {
        let whole = self.to == Some(Format::Json) && self.path.is_none();
        if whole && partial::is_one_value(self.root.message()) {
            return;
        }
        let start = out.len();
        let mut kept = partial::before_fault(self.root, record, usize::MAX);
        if let Some(fault) = fault.filter(|_| kept == record) {
            kept = partial::before_fault(self.root, record, fault);
        }
        for _ in 0..2 {
            let Err(error) = self.print(&kept, 0, out, &mut Notes::new(false)) else { return };
            out.truncate(start);
            let Some(At::Byte(at)) = error.at() else { return };
            kept = partial::before_fault(self.root, &kept, at as usize);
        }
    }

    fn message(
        &self,
        root: Root<'_>,
        record: &[u8],
        base: u64,
        one_line: bool,
        out: &mut Vec<u8>,
        notes: &mut Notes,
    ) -> Result<()> {
        if self.to == Some(Format::Json) {
            if self.pretty {
                let mut compact = Vec::new();
                json::print(root, record, base, self.json, &mut compact, notes)?;
                json::pretty(&compact, out);
            } else {
                json::print(root, record, base, self.json, out, notes)?;
            }
            out.push(b'\n');
            return Ok(());
        }
        let options = text::PrintOptions { layout: self.layout(one_line), unknown: true };
        text::print(root, record, base, options, out, notes)?;
        if one_line {
            out.push(b'\n');
        }
        Ok(())
    }

    fn field(
        &self,
        path: &[Step<'_>],
        record: &[u8],
        base: u64,
        out: &mut Vec<u8>,
        notes: &mut Notes,
    ) -> Result<()> {
        let many = |step: &Step<'_>| !step.field.is_singular() && step.pick == Pick::All;
        let one_line = self.stream || path.iter().any(many);
        let mut unsaid = notes.fresh();
        select::select(self.root, path, record, base, notes, &mut |value| {
            match value {
                Value::Message(id, bytes) => {
                    let root = Root { tables: self.root.tables, id };
                    self.message(root, bytes, 0, one_line, out, &mut unsaid)?;
                }
                Value::Scalar(field, scalar) => self.scalar(field, scalar, out),
            }
            Ok(())
        })
    }

    /// A raw value: bytes as they are, anything else with a newline.
    fn scalar(
        &self,
        field: &crate::table::Field,
        scalar: crate::codec::binary::Scalar<'_>,
        out: &mut Vec<u8>,
    ) {
        use crate::codec::binary::Scalar;
        match (scalar, self.to) {
            (Scalar::Bytes(bytes), Some(Format::Hex)) => {
                out.extend_from_slice(hex::encode(bytes).as_bytes());
            }
            (Scalar::Bytes(bytes), Some(Format::Base64)) => base64_text::write(bytes, out),
            (Scalar::Bytes(bytes), Some(Format::Json)) => {
                out.push(b'"');
                base64_text::write(bytes, out);
                out.push(b'"');
            }
            (Scalar::Bytes(bytes), Some(Format::Text)) => escape::text_string(bytes, out),
            (Scalar::Bytes(bytes), _) if field.kind == Kind::Bytes && !self.escaped => {
                out.extend_from_slice(bytes);
                return;
            }
            (Scalar::String(bytes) | Scalar::Bytes(bytes), _) if !self.escaped => {
                out.extend_from_slice(bytes);
            }
            (Scalar::String(bytes) | Scalar::Bytes(bytes), _) => {
                let text = String::from_utf8_lossy(bytes);
                out.extend_from_slice(escape::visible(&text).as_bytes());
            }
            (Scalar::Enum(number), _) => {
                let name = self.root.tables.enumeration(field.enumeration).name_of(number);
                let shown = name.map_or_else(|| number.to_string(), str::to_owned);
                out.extend_from_slice(shown.as_bytes());
            }
            (scalar, _) => out.extend_from_slice(select::shown(scalar).as_bytes()),
        }
        out.push(b'\n');
    }
}
