//! The options of streams.

use std::num::{IntErrorKind, ParseIntError};

use super::format::Offered;
use super::io::{self, Output};
use super::progress::Progress;
use super::warnings::Warnings;
use crate::codec::Notes;
use crate::error::{Error, Result, names};
use crate::escape;
use crate::stream::{Convert, Framing, Incoming, Outcome, Split, Wanted, Watch, pump};
use crate::wire::limits::{ALONE_LEN, MESSAGE_LEN_MAX};

/// Many messages one after another.
#[derive(clap::Args)]
#[command(next_help_heading = "Streams")]
pub struct RecordOptions {
    /// Many messages: binary each after its length, JSON one value after another, else one a line
    #[arg(long, alias = "delimited", num_args = 0, default_missing_value = "true")]
    stream: Option<bool>,
    /// How binary messages are set apart: varint, grpc, fixed32be or fixed32le; implies --stream
    #[arg(long, value_name = "FRAMING", hide_possible_values = true,
        value_parser = Offered(&["varint", "grpc", "fixed32be", "fixed32le"]))]
    framing: Option<String>,
    /// Pass over so many records first, whatever is in them
    #[arg(long, value_name = "COUNT")]
    skip: Option<String>,
    /// Stop after so many records that are not broken
    #[arg(long, value_name = "COUNT")]
    limit: Option<String>,
    /// Refuse longer records: bytes, or with K, M or G at the end (default 2147483647)
    #[arg(long, value_name = "SIZE")]
    max_message_size: Option<String>,
}

/// The same where they are converted.
#[derive(clap::Args)]
#[command(next_help_heading = "Streams")]
pub struct StreamOptions {
    #[command(flatten)]
    records: RecordOptions,
    /// Go on after a broken record; the status is 1 all the same
    #[arg(long, num_args = 0, default_missing_value = "true")]
    keep_going: Option<bool>,
    /// Convert with so many threads (default: one for each core)
    #[arg(long, value_name = "COUNT")]
    threads: Option<String>,
}

/// What the options of streams come to.
#[derive(Clone, Copy)]
pub struct Streaming {
    /// How binary messages are set apart.
    pub framing: Framing,
    /// Whether the framing was named, so that the bytes are binary.
    pub named: bool,
    /// Whether to go on after a broken record.
    pub keep_going: bool,
    /// How much of the stream is wanted.
    pub wanted: Wanted,
}

impl RecordOptions {
    fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let values = [
            ("framing", &self.framing),
            ("skip", &self.skip),
            ("limit", &self.limit),
            ("max-message-size", &self.max_message_size),
        ];
        values.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// How to stream, if at all.
    ///
    /// # Errors
    ///
    /// A framing that doesn't exist, a number that is none, and an option that
    /// has no meaning without a stream.
    pub fn resolve(&self) -> Result<Option<Streaming>> {
        let framing = match &self.framing {
            Some(name) => framing(name)?,
            None => Framing::Varint,
        };
        let wanted = Wanted {
            skip: self.skip.as_deref().map_or(Ok(0), |value| count("--skip", value))?,
            limit: self.limit.as_deref().map_or(Ok(u64::MAX), |value| count("--limit", value))?,
            max_len: self.max_message_size.as_deref().map_or(Ok(MESSAGE_LEN_MAX), size)?,
            threads: 0,
            alone: ALONE_LEN,
        };
        let named = self.framing.is_some();
        if self.stream.is_some() || named {
            return Ok(Some(Streaming { framing, named, keep_going: false, wanted }));
        }
        match self.values().next() {
            Some((name, _)) => Err(is_for_streams(name)),
            None => Ok(None),
        }
    }
}

impl StreamOptions {
    /// The options that have a value, by the name of each.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let threads = self.threads.as_deref().map(|value| ("threads", value));
        self.records.values().chain(threads)
    }

    /// How to stream, if at all.
    ///
    /// # Errors
    ///
    /// As [`RecordOptions::resolve`].
    pub fn resolve(&self) -> Result<Option<Streaming>> {
        let threads = self.threads.as_deref().map_or(Ok(0), threads)?;
        let Some(mut streaming) = self.records.resolve()? else {
            return match (self.keep_going, &self.threads) {
                (Some(_), _) => Err(is_for_streams("keep-going")),
                (_, Some(_)) => Err(is_for_streams("threads")),
                (None, None) => Ok(None),
            };
        };
        streaming.keep_going = self.keep_going.is_some();
        streaming.wanted.threads = threads;
        Ok(Some(streaming))
    }
}

#[cold]
fn is_for_streams(option: &str) -> Error {
    Error::usage(format!("`--{option}` is for streams")).hint("say `--stream` too")
}

/// How many records.
fn count(option: &str, value: &str) -> Result<u64> {
    value.parse().map_err(|error| {
        if is_too_large(&error) {
            return Error::usage(format!("`{option} {}` is too large", escape::word(value)))
                .hint(format!("the largest is {}", u64::MAX));
        }
        let what = format!("`{option} {}` is no number of records", escape::word(value));
        Error::usage(what).hint(format!("write a whole number, such as `{option} 10`"))
    })
}

fn is_too_large(error: &ParseIntError) -> bool {
    *error.kind() == IntErrorKind::PosOverflow
}

/// How many threads.
fn threads(value: &str) -> Result<usize> {
    match value.parse::<usize>() {
        Ok(count) if count > 0 => Ok(count),
        // As many as there may be.
        Err(error) if is_too_large(&error) => Ok(usize::MAX),
        _ => {
            let what = format!("`--threads {}` is no number of threads", escape::word(value));
            Err(Error::usage(what).hint("write a whole number from 1"))
        }
    }
}

/// How many bytes.
///
/// # Errors
///
/// It is no number of them.
pub fn size(value: &str) -> Result<u64> {
    let (number, unit) = match value.as_bytes().last() {
        Some(b'k' | b'K') => (&value[..value.len() - 1], 10),
        Some(b'm' | b'M') => (&value[..value.len() - 1], 20),
        Some(b'g' | b'G') => (&value[..value.len() - 1], 30),
        _ => (value, 0),
    };
    let bytes = number.parse().ok().and_then(|number: u64| number.checked_mul(1 << unit));
    bytes.ok_or_else(|| {
        let what = format!("`--max-message-size {}` is no number of bytes", escape::word(value));
        Error::usage(what).hint("write a whole number, or one with K, M or G, such as `64M`")
    })
}

fn framing(name: &str) -> Result<Framing> {
    if let Some((_, framing)) = Framing::NAMES.iter().find(|(known, _)| *known == name) {
        return Ok(*framing);
    }
    let known: Vec<&str> = Framing::NAMES.iter().map(|(known, _)| *known).collect();
    let hint = names::hint(name, &known, "--framing ", "write");
    Err(Error::usage(format!("`--framing {}` is no framing", escape::word(name))).hint(hint))
}

/// Tells the user how records went.
struct Told<'w> {
    keep_going: bool,
    /// The first record that was broken, counted from 1.
    first: Option<u64>,
    warnings: &'w mut Warnings,
    progress: Progress,
}

impl Watch for Told<'_> {
    fn notes(&self) -> Notes {
        self.warnings.fresh()
    }

    fn noted(&mut self, notes: Notes, record: u64) {
        if self.warnings.would_say(&notes) {
            self.progress.clear();
        }
        self.warnings.tell(notes, Some(record));
    }

    fn broken(&mut self, error: Error) -> Result<()> {
        if self.keep_going {
            self.first = self.first.or(error.record());
            self.progress.clear();
            io::say(&error.to_string());
            return Ok(());
        }
        Err(error)
    }

    fn so_far(&mut self, bytes: u64, records: u64) {
        self.progress.so_far(bytes, records);
    }
}

impl Streaming {
    /// The name of the framing.
    pub fn name(&self) -> &'static str {
        let named = Framing::NAMES.iter().find(|(_, framing)| *framing == self.framing);
        named.map_or("", |(name, _)| name)
    }

    /// Runs a stream from `input` to `output`. What came before a fault is
    /// written, and kept in a file that `-o` names. Also gives the first of
    /// the broken records that were skipped, counted from 1.
    ///
    /// # Errors
    ///
    /// The fault that ended the stream; broken records that were skipped; the
    /// output failing.
    pub fn run(
        self,
        input: Incoming,
        mut output: Output,
        split: Split,
        convert: &dyn Convert,
        warnings: &mut Warnings,
        progress: Progress,
    ) -> (Result<()>, Option<u64>) {
        let mut watch = Told { keep_going: self.keep_going, first: None, warnings, progress };
        let outcome = pump(input, &mut output, split, &self.wanted, convert, &mut watch);
        watch.progress.clear();
        let written = outcome.map_err(|error| output.failed(&error));
        match written.and_then(|outcome| output.finish().map(|()| outcome)) {
            Ok(outcome) => (closing(outcome), watch.first),
            Err(error) => (Err(error), None),
        }
    }

    /// Says that a framing was named for a format that has none.
    ///
    /// # Errors
    ///
    /// It was.
    pub fn refuse_framing(&self, format: super::format::Format) -> Result<()> {
        match self.named {
            true => Err(Error::usage(format!("`--framing` is for binary, not {}", format.name()))
                .hint("`--stream` alone reads and writes other formats")),
            false => Ok(()),
        }
    }
}

/// How a stream ended.
///
/// # Errors
///
/// As [`Streaming::run`].
fn closing(outcome: Outcome) -> Result<()> {
    match outcome.fault {
        Some(fault) if outcome.broken > 1 => Err(fault.hint(format!(
            "broken records were skipped before it: {} of {}",
            outcome.broken - 1,
            outcome.records - 1
        ))),
        Some(fault) => Err(fault),
        None if outcome.broken > 0 => Err(Error::failure(format!(
            "broken records were skipped: {} of {}",
            outcome.broken, outcome.records
        ))),
        None => Ok(()),
    }
}
