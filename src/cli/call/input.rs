//! The requests: from field flags, `-d`, a file or standard input; one, or many
//! of a stream, which a thread of its own reads while answers come in.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::format::{self, Allowed, Format, Side};
use super::super::io::{Input, say, without_at};
use super::super::schema::Chosen;
use super::super::{Context, bytes, fields, guess};
use super::target::Target;
use crate::codec::quick::Slab;
use crate::codec::text::{Layout, PrintOptions};
use crate::codec::{Notes, Origin, json, text};
use crate::error::{Error, Result};
use crate::rpc::client::body::{self, Feeder};
use crate::rpc::client::{Messages, body::Requests};
use crate::schema::Compiled;
use crate::stream::{Convert, Framing, Incoming, Outcome, Record, Split, Wanted, Watch, pump};
use crate::table::Root;
use crate::wire::limits::{GRPC_HEAD_LEN, MESSAGE_LEN_MAX};

const FROM: Allowed = Allowed {
    command: "call",
    side: Side::From,
    formats: format::ALL,
    pipe: "hello encode",
    stream: false,
};

/// What is to be sent.
pub enum Sent {
    /// The messages of one call.
    Given(Vec<Vec<u8>>),
    /// Those of a stream, as they are read.
    Streamed(Stream),
}

/// A stream of requests.
pub struct Stream {
    input: Input,
    format: Format,
    compiled: Compiled,
    keep_going: bool,
}

/// A stream that is being read.
pub struct Reading {
    /// What was read.
    pub requests: Requests,
    /// The broken records that were passed over.
    pub broken: Arc<AtomicU64>,
}

impl super::Call {
    /// What the options and the field flags say is to be sent.
    ///
    /// # Errors
    ///
    /// It is said in more than one way; a message that cannot be read.
    pub fn requests(
        &self,
        context: &Context<'_>,
        chosen: &Chosen,
        target: &Target,
    ) -> Result<Sent> {
        if self.keep_going && !self.stream {
            return Err(Error::usage("`--keep-going` is for streams").hint("say `--stream` too"));
        }
        let root = chosen.root();
        let is_option = |name: &str| context.is_option(name);
        let given = [
            (!context.given.is_empty()).then_some("field flags"),
            self.data.as_ref().map(|_| "`-d`"),
            self.from.as_ref().map(|_| "`--from`"),
            self.input.as_ref().filter(|_| self.from.is_none()).map(|_| "`-i`"),
        ];
        let given: Vec<&str> = given.into_iter().flatten().collect();
        if let [first, second, ..] = given[..] {
            return Err(Error::usage(format!("the request comes from {first} and from {second}"))
                .hint("give it one way only"));
        }
        if !context.given.is_empty() {
            if self.stream {
                return Err(Error::usage("`--stream` reads requests, and field flags are one")
                    .hint("leave out `--stream`, or give the requests as JSON"));
            }
            return Ok(Sent::Given(vec![fields::bytes(root, &context.given, &is_option)?]));
        }
        let source = self.source().map_err(|error| {
            let from = self.from.as_deref();
            error.maybe_hint(from.and_then(|name| context.shadow_hint("from", name.as_ref())))
        })?;
        let Some((input, format)) = source else {
            // A stream of requests may have none at all.
            return Ok(Sent::Given(match target.method.client_streaming {
                true => Vec::new(),
                false => vec![fields::bytes(root, &[], &is_option)?],
            }));
        };
        context.check_input(&input)?;
        if self.stream {
            let compiled = chosen.schema().compile(chosen.schema().message(root.name())?)?;
            let keep_going = self.keep_going;
            return Ok(Sent::Streamed(Stream { input, format, compiled, keep_going }));
        }
        let raw = input.read()?;
        let mut message = Vec::new();
        parse(root, format, &raw, Origin::START, &mut message).map_err(|error| {
            let words = matches!(input, Input::Words(_));
            let named = self.from.is_some();
            match words {
                true => explain_data(&raw, error).maybe_hint(
                    self.data.as_ref().and_then(|data| context.shadow_hint("data", data)),
                ),
                false => guess::Asked { root: Some(root), format, named, words, see: None }
                    .explain(&raw, error),
            }
        })?;
        Ok(Sent::Given(vec![message]))
    }

    /// Where the requests are read, and their format.
    fn source(&self) -> Result<Option<(Input, Format)>> {
        if let Some(data) = &self.data {
            let input = match without_at(data) {
                Some(name) => Input::named(&name),
                None => Input::Words(data.as_encoded_bytes().to_vec()),
            };
            return Ok(Some((input, Format::Json)));
        }
        let named = self.from.as_deref().map(|name| FROM.option(name)).transpose()?;
        if self.input.is_none() && named.is_none() && !self.stream {
            return Ok(None);
        }
        let input = self.input.as_deref().map_or(Input::Stdin, |name: &OsStr| Input::named(name));
        let format = match (named, input.path()) {
            (None, Some(path)) => FROM.file(path)?,
            (named, _) => named,
        };
        match (format, self.stream) {
            (Some(format), _) => Ok(Some((input, format))),
            (None, true) => Ok(Some((input, Format::Json))),
            (None, false) => {
                let what = "`-i` without `--from` needs a file whose extension says the format";
                Err(Error::usage(what).hint("say `--from json`, or another format"))
            }
        }
    }
}

#[cold]
fn explain_data(raw: &[u8], error: Error) -> Error {
    match std::str::from_utf8(raw) {
        Ok(name) if std::path::Path::new(name).is_file() => {
            let name = crate::escape::shell_word(name);
            error.hint(format!("to read the file say `-d @{name}`"))
        }
        _ => error,
    }
}

/// Appends the bytes of the message that `raw` is in this format.
fn parse(
    root: Root<'_>,
    format: Format,
    raw: &[u8],
    origin: Origin,
    out: &mut Vec<u8>,
) -> Result<()> {
    match format {
        Format::Json => return json::parse(root, raw, origin, Default::default(), out),
        Format::Text => return text::parse(root, raw, origin, out),
        Format::Binary | Format::Hex | Format::Base64 => {
            out.extend_from_slice(&bytes::bytes(format, raw, origin)?);
        }
    }
    // What is no message of the type is said here, not by the server.
    let options = PrintOptions { layout: Layout::OneLine, unknown: true };
    text::print(root, out, 0, options, &mut Vec::new(), &mut Notes::new(false))
}

impl Sent {
    /// The messages for one call.
    ///
    /// # Errors
    ///
    /// The input cannot be opened.
    pub fn messages(self) -> Result<(Messages, Option<Arc<AtomicU64>>)> {
        match self {
            Sent::Given(messages) => Ok((Messages::Given(messages), None)),
            Sent::Streamed(stream) => {
                let reading = stream.start(true)?;
                Ok((Messages::Brought(reading.requests), Some(reading.broken)))
            }
        }
    }
}

impl Stream {
    /// Starts to read. Records that are broken are told, and passed over if the
    /// stream is to go on; if `say_broken` is not set, each is handed on as
    /// what came in its place.
    ///
    /// # Errors
    ///
    /// The input cannot be opened.
    pub fn start(self, say_broken: bool) -> Result<Reading> {
        let (feeder, requests) = body::requests();
        let broken = Arc::new(AtomicU64::new(0));
        let input = self.input.open()?;
        let counted = Arc::clone(&broken);
        let say_broken = say_broken && self.keep_going;
        // It is left behind when the call ends first: a read of standard input
        // cannot be broken off.
        std::thread::spawn(move || self.read(input, &feeder, say_broken, &counted));
        Ok(Reading { requests, broken })
    }

    fn read(
        self,
        input: Box<dyn Read + Send>,
        feeder: &Feeder,
        say_broken: bool,
        broken: &AtomicU64,
    ) {
        let split = match self.format {
            Format::Binary => Split::Framed(Framing::Varint),
            Format::Json => Split::Values(Default::default()),
            Format::Hex | Format::Base64 | Format::Text => Split::Lines(Default::default()),
        };
        // One thread: servers are slower than reading, and answers come one by one.
        let wanted = Wanted {
            skip: 0,
            limit: u64::MAX,
            max_len: MESSAGE_LEN_MAX,
            threads: 1,
            alone: u64::MAX,
        };
        let convert = Requesting { root: self.compiled.root(), format: self.format };
        let mut output = Frames { feeder, bytes: Vec::new() };
        let keep_going = self.keep_going;
        let mut watch = Told { feeder, keep_going, say_broken, broken };
        let input = Incoming { reader: input, there: None };
        let outcome = pump(input, &mut output, split, &wanted, &convert, &mut watch);
        // The output fails only where nobody wants more.
        if let Ok(Outcome { fault: Some(fault), .. }) = outcome {
            feeder.bring(Err(fault.as_request()));
        }
    }
}

/// Turns records into requests, each behind its length.
struct Requesting<'t> {
    root: Root<'t>,
    format: Format,
}

impl Convert for Requesting<'_> {
    fn record(
        &self,
        record: Record<'_>,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        _: &mut Notes,
    ) -> Result<()> {
        parse(self.root, self.format, record.bytes(), record.origin, scratch)?;
        let mut framed = Vec::with_capacity(scratch.len() + GRPC_HEAD_LEN);
        Framing::Grpc.write(scratch, &mut framed)?;
        out.extend(&framed);
        Ok(())
    }
}

/// Hands on the requests that the pump writes.
struct Frames<'f> {
    feeder: &'f Feeder,
    /// What was written of a request that is not whole.
    bytes: Vec<u8>,
}

impl Write for Frames<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        let mut rest = &self.bytes[..];
        while let Some((head, behind)) = rest.split_first_chunk::<GRPC_HEAD_LEN>() {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
            let Some((message, behind)) = behind.split_at_checked(length as usize) else { break };
            if !self.feeder.bring(Ok(message.to_vec())) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            rest = behind;
        }
        let done = self.bytes.len() - rest.len();
        self.bytes.drain(..done);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells of broken records.
struct Told<'f> {
    feeder: &'f Feeder,
    keep_going: bool,
    say_broken: bool,
    broken: &'f AtomicU64,
}

impl Watch for Told<'_> {
    fn notes(&self) -> Notes {
        Notes::new(false)
    }

    fn noted(&mut self, _: Notes, _: u64) {}

    fn broken(&mut self, error: Error) -> Result<()> {
        if !self.keep_going {
            return Err(error);
        }
        let error = error.as_request();
        self.broken.fetch_add(1, Ordering::Relaxed);
        match self.say_broken {
            true => say(&error.to_string()),
            // Where nobody wants more the next write ends it.
            false => drop(self.feeder.bring(Err(error))),
        }
        Ok(())
    }
}
