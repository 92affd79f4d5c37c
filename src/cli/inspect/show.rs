//! Where the view goes, and how it looks there.

use std::io::{self, BufWriter, Write};
use std::num::IntErrorKind;

use super::super::format::Format;
use super::super::io::{Output, OutputOptions, terminal_columns};
use crate::error::{Error, Result, names};
use crate::escape::word;
use crate::inspect::{Columns, JsonLines, Layout, Outcome, Paint, Sink};
use crate::wire::limits::WRITE_LEN;

/// The characters of a line where nothing says how many there is room for.
const WIDTH: usize = 80;

/// Fewer make no columns, and more are no line.
const WIDTH_MIN: usize = 60;
const WIDTH_MAX: usize = 1000;

/// How the view is to look, and where it goes.
pub struct Show<'o> {
    json: bool,
    output: &'o OutputOptions,
    paint: Paint,
    layout: Layout,
}

impl<'o> Show<'o> {
    /// As the options say.
    ///
    /// # Errors
    ///
    /// A colour or a width that is none.
    pub fn new(
        to: Format,
        output: &'o OutputOptions,
        colour: Option<&str>,
        width: Option<&str>,
    ) -> Result<Self> {
        let terminal = output.is_terminal();
        let paint = match colour {
            Some("always") => true,
            Some("never") => false,
            None | Some("auto") => {
                let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
                let asked_not = std::env::var_os("NO_COLOR").is_some_and(|no| !no.is_empty());
                terminal && !dumb && !asked_not
            }
            Some(other) => {
                let hint = names::hint(other, &["auto", "always", "never"], "--color ", "write");
                let what = format!("`--color {}` says not when", word(other));
                return Err(Error::usage(what).hint(hint));
            }
        };
        let width = match width {
            Some(width) => columns(width)?,
            None if terminal => terminal_columns().unwrap_or(WIDTH),
            None => WIDTH,
        };
        // A terminal has the width that it has.
        let layout = Layout::new(width.clamp(WIDTH_MIN, WIDTH_MAX));
        let paint = if paint { Paint::Coloured } else { Paint::Plain };
        Ok(Show { json: to == Format::Json, output, paint, layout })
    }

    /// Shows what `run` hands on of one record of `len` bytes. It is run twice.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub fn whole(
        &self,
        len: usize,
        run: impl Fn(&mut dyn Sink) -> io::Result<Outcome>,
    ) -> Result<Outcome> {
        let layout = self.layout.measured(len, len as u64, |sink| run(sink).map(drop));
        let output = self.output.open(false)?;
        let layout = layout.map_err(|error| output.failed(&error))?;
        let mut shown = self.start(output, layout);
        let mut outcome = Outcome::default();
        let result = shown.head().and_then(|()| {
            outcome = run(shown.sink())?;
            Ok(())
        });
        let printed = shown.finish(result)?;
        check(outcome.whole && printed == len as u64)?;
        Ok(outcome)
    }

    /// Opens the output for many records.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn many(&self) -> Result<Shown> {
        Ok(self.start(self.output.open(false)?, self.layout.for_stream()))
    }

    fn start(&self, output: Output, layout: Layout) -> Shown {
        let out = BufWriter::with_capacity(WRITE_LEN, output);
        match self.json {
            true => Shown::Json(JsonLines::new(out)),
            false => Shown::Columns(Columns::new(out, layout, self.paint)),
        }
    }
}

/// Says that bytes were left out or shown twice, which cannot be.
///
/// # Errors
///
/// Some were.
pub fn check(whole: bool) -> Result<()> {
    match whole {
        true => Ok(()),
        false => Err(Error::failure("the view does not show each byte once")
            .hint("this is a mistake in `hello`: please report it with the input")),
    }
}

/// A view on its way out.
#[allow(clippy::large_enum_variant, reason = "there is one")]
pub enum Shown {
    /// For people.
    Columns(Columns<BufWriter<Output>>),
    /// For programs.
    Json(JsonLines<BufWriter<Output>>),
}

impl Shown {
    /// Whoever takes the rows.
    pub fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Shown::Columns(columns) => columns,
            Shown::Json(lines) => lines,
        }
    }

    /// Writes what stands before the first row.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn head(&mut self) -> io::Result<()> {
        match self {
            Shown::Columns(columns) => columns.head(),
            Shown::Json(_) => Ok(()),
        }
    }

    /// Begins a record of a stream.
    ///
    /// # Errors
    ///
    /// Its number cannot be written.
    pub fn record(&mut self, number: u64) -> io::Result<()> {
        match self {
            Shown::Columns(columns) => columns.record(number),
            Shown::Json(lines) => {
                lines.record(number);
                Ok(())
            }
        }
    }

    /// The bytes that were shown.
    pub fn bytes(&self) -> u64 {
        match self {
            Shown::Columns(columns) => columns.bytes(),
            Shown::Json(lines) => lines.bytes(),
        }
    }

    /// Sees to it that all that was shown arrives.
    ///
    /// # Errors
    ///
    /// It doesn't.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }

    fn out(&mut self) -> &mut BufWriter<Output> {
        match self {
            Shown::Columns(columns) => columns.out(),
            Shown::Json(lines) => lines.out(),
        }
    }

    /// Ends it, and gives the bytes that were shown.
    ///
    /// # Errors
    ///
    /// The output failed.
    pub fn finish(mut self, result: io::Result<()>) -> Result<u64> {
        let bytes = self.bytes();
        let result = result.and_then(|()| self.flush());
        result.map_err(|error| self.out().get_ref().failed(&error))?;
        let out = match self {
            Shown::Columns(columns) => columns.into_out(),
            Shown::Json(lines) => lines.into_out(),
        };
        // Nothing is left in it.
        let (output, _) = out.into_parts();
        output.finish()?;
        Ok(bytes)
    }
}

fn columns(text: &str) -> Result<usize> {
    match text.parse::<usize>() {
        Ok(columns @ WIDTH_MIN..=WIDTH_MAX) => Ok(columns),
        Ok(columns @ ..WIDTH_MIN) => {
            Err(Error::usage(format!("`--width {columns}` is too narrow"))
                .hint(format!("the least is {WIDTH_MIN}")))
        }
        Err(error) if *error.kind() != IntErrorKind::PosOverflow => {
            Err(Error::usage(format!("`--width {}` is no number of characters", word(text)))
                .hint("write a whole number, such as `--width 120`"))
        }
        _ => Err(Error::usage(format!("`--width {}` is too wide", word(text)))
            .hint(format!("the most is {WIDTH_MAX}"))),
    }
}
