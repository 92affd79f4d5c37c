//! What bytes are, when nobody said, and when they are not what was said.

use super::format::{self, Format};
use super::io::Sample;
use crate::codec::{Origin, base64_text, check, hex_text, json, text};
use crate::error::{Error, Excerpt, Result};
use crate::inspect::{self, guess::Shape};
use crate::stream::split::Found;
use crate::stream::{Framing, framing};
use crate::table::Root;
use crate::wire::limits::{GRPC_HEAD_LEN, MESSAGE_LEN_MAX};

/// The format of input that nobody named: binary if any byte is neither a hex
/// digit nor white space, otherwise hex, unless the same bytes fit the schema
/// as binary and not as hex.
///
/// # Errors
///
/// Bytes that fit the schema both ways and mean two things.
pub fn format(root: Root<'_>, bytes: &[u8]) -> Result<Format> {
    if !bytes.iter().all(|&byte| hex_text::is_plain(byte)) {
        return Ok(Format::Binary);
    }
    if bytes.is_empty() || !check::fits(root, bytes) {
        return Ok(Format::Hex);
    }
    match hex_text::read(bytes, Origin::START) {
        Ok(read) if check::fits(root, &read) => {
            Err(Error::failure(format!("the input is a {} both as hex and as binary", root.name()))
                .hint("say which it is: `--from hex` or `--from binary`"))
        }
        _ => Ok(Format::Binary),
    }
}

/// Where the input came from, as its hints speak of it.
pub struct Asked<'a> {
    /// The type that the bytes were to be, if one is known.
    pub root: Option<Root<'a>>,
    /// The format that they were to have.
    pub format: Format,
    /// Whether `--from` said so.
    pub named: bool,
    /// Whether they stood on the command line.
    pub words: bool,
    /// Where they can be seen, if they can.
    pub see: Option<See<'a>>,
}

/// Says where bytes can be seen: as they were asked for, or in another format.
pub type See<'a> = &'a dyn Fn(Option<Format>) -> Option<String>;

impl Asked<'_> {
    /// What to say of `raw`, which failed with `error`: if it reads whole as
    /// something else, that is what is wrong.
    pub fn explain(&self, raw: &[u8], error: Error) -> Error {
        if self.words
            && std::str::from_utf8(raw).is_ok_and(|name| std::path::Path::new(name).is_file())
        {
            let name = String::from_utf8_lossy(raw);
            return Error::failure(format!(
                "{} is the name of a file, not {}",
                crate::escape::quote(&name),
                self.format.name()
            ))
            .hint(format!("to read the file say `-i {}`", crate::escape::shell_word(&*name)));
        }
        let error = match self.looks_like_file(raw) {
            true => error.hint("to read a file say `-i FILE`"),
            false => error,
        };
        if let Some(other) = self.other_format(raw) {
            let see = self.see.filter(|_| format::BYTES.contains(&other));
            return self.is_really(other).maybe_hint(see.and_then(|see| see(Some(other))));
        }
        match self.bytes(raw) {
            Some(bytes) => {
                self.framed(&bytes, error).maybe_hint(self.see.and_then(|see| see(None)))
            }
            None => error,
        }
    }

    /// Whether a word that does not read at all looks like the name of a file.
    fn looks_like_file(&self, raw: &[u8]) -> bool {
        let Ok(name) = std::str::from_utf8(raw) else { return false };
        let path = std::path::Path::new(name);
        let named = name.contains('/') || Format::of_file(path).is_some();
        self.words && named && self.bytes(raw).is_none()
    }

    /// The message's bytes, if `raw` reads in the format at all.
    fn bytes(&self, raw: &[u8]) -> Option<Vec<u8>> {
        match self.format {
            Format::Binary => Some(raw.to_vec()),
            Format::Hex => hex_text::read(raw, Origin::START).ok(),
            Format::Base64 => base64_text::read(raw, Origin::START).ok(),
            Format::Json | Format::Text => None,
        }
    }

    /// The other format in which `raw` reads whole, and to a message.
    fn other_format(&self, raw: &[u8]) -> Option<Format> {
        let is_message = |bytes: Vec<u8>| !bytes.is_empty() && fits(self.root, &bytes);
        let reads = |format| match format {
            Format::Hex => hex_text::read(raw, Origin::START).is_ok_and(is_message),
            Format::Base64 => base64_text::read(raw, Origin::START).is_ok_and(is_message),
            // Text with a mistake in it may well be some binary message.
            Format::Binary => !self.words && !is_printable(raw) && is_message(raw.to_vec()),
            Format::Json => is_json(self.root, raw),
            Format::Text => is_text(self.root, raw),
        };
        let others = [Format::Hex, Format::Json, Format::Text, Format::Base64, Format::Binary];
        others.into_iter().find(|&format| format != self.format && reads(format))
    }

    fn is_really(&self, other: Format) -> Error {
        let what = match (self.words, other) {
            (true, _) => "the argument",
            (false, _) => "the input",
        };
        let shown = |format: Format| match format {
            Format::Hex => "hex text",
            Format::Json => "JSON",
            _ => format.name(),
        };
        let error =
            Error::failure(format!("{what} is {}, not {}", shown(other), shown(self.format)));
        let fields = matches!(other, Format::Json | Format::Text);
        let reading_fields = matches!(self.format, Format::Json | Format::Text);
        error.hint(match (reading_fields, fields) {
            (false, true) => format!("`hello encode --from {}` reads it", other.name()),
            (true, false) => format!("`hello decode --from {}` reads it", other.name()),
            // The guess of the format of standard input would have got it.
            _ if self.named && other == Format::Hex && !self.words => {
                format!("leave out `--from {}`, or say `--from hex`", self.format.name())
            }
            _ => format!("say `--from {}`", other.name()),
        })
    }

    /// What to say of bytes that are not one message: that they are many, or
    /// one with something around it, if they are.
    fn framed(&self, bytes: &[u8], error: Error) -> Error {
        if bytes.starts_with(GZIP) {
            return is_gzip("a message");
        }
        match Frames::of(bytes) {
            Some(frames) if frames.cut.is_none() => return self.frames(&frames),
            // The length may be that of anything: it is only said.
            Some(Frames { count: 0, cut: Some((length, follow)), .. }) => {
                return error.hint(format!(
                    "if it is a gRPC frame, it is cut short: {length} bytes are to follow its \
                     head, and {follow} do"
                ));
            }
            _ => {}
        }
        if let Some(count) = self.records(bytes) {
            let what = match count {
                1 => {
                    String::from("the input is a length and a message after it, not a bare message")
                }
                _ => {
                    format!("the input is {count} messages, each after its length, not one message")
                }
            };
            return Error::failure(what).hint(self.streaming("--stream"));
        }
        match bytes {
            [message @ .., b'\r', b'\n'] | [message @ .., b'\n']
                if !message.is_empty() && decodes(self.root, message) =>
            {
                let mark = message.len()..bytes.len();
                Error::failure("a newline follows the message")
                    .at_byte(mark.start as u64)
                    .showing(Excerpt::of_bytes(bytes, mark, "newline"))
                    .hint("was it written by `echo`? the message ends before it")
            }
            _ => error,
        }
    }

    fn frames(&self, frames: &Frames) -> Error {
        let what = match frames.count {
            1 => String::from("the input is a gRPC frame, not a bare message"),
            count => format!("the input is {count} gRPC frames, not a bare message"),
        };
        let error =
            Error::failure(what).hint("a frame is a flag byte, 4 bytes of length, and the message");
        match frames.compressed {
            true => error.hint(
                "its flag says compressed, by what the header `grpc-encoding` names; it is not \
                 unpacked here",
            ),
            false => error.hint(self.streaming("--framing grpc")),
        }
    }

    /// How many messages `bytes` are, each after its length, if they are whole
    /// and not all empty.
    fn records(&self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes;
        let (mut count, mut payloads) = (0, 0);
        loop {
            match framing::next(Framing::Varint, rest, true, 0, MESSAGE_LEN_MAX).ok()? {
                Found::Record { header, payload, consumed, .. } => {
                    if !decodes(self.root, &rest[header..header + payload]) {
                        return None;
                    }
                    rest = &rest[consumed..];
                    count += 1;
                    payloads += payload;
                }
                Found::End => return (payloads > 0).then_some(count),
                Found::Between { .. } | Found::More => return None,
            }
        }
    }

    fn streaming(&self, option: &str) -> String {
        match self.format {
            Format::Binary => format!("say `{option}`"),
            _ if self.words => format!("say `{option}`"),
            _ => format!("turn the {} into bytes first, then say `{option}`", self.format.name()),
        }
    }
}

/// What a gzip begins with.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// gRPC frames one after another. No message begins with the flag of one, since
/// there is no field 0: so the lengths alone tell.
struct Frames {
    count: usize,
    compressed: bool,
    /// The length of the last and what there is of it, if that is less.
    cut: Option<(usize, usize)>,
}

impl Frames {
    fn of(bytes: &[u8]) -> Option<Frames> {
        let mut frames = Frames { count: 0, compressed: false, cut: None };
        let (mut rest, mut payloads) = (bytes, 0);
        while !rest.is_empty() {
            let (head, behind) = rest.split_first_chunk::<GRPC_HEAD_LEN>()?;
            let [flag @ (0 | 1), length @ ..] = *head else { return None };
            let length = u32::from_be_bytes(length) as usize;
            frames.compressed |= flag == 1;
            payloads += length;
            match behind.get(length..) {
                Some(next) => rest = next,
                None => {
                    frames.cut = Some((length, behind.len()));
                    return Some(frames);
                }
            }
            frames.count += 1;
        }
        (payloads > 0).then_some(frames)
    }
}

#[cold]
fn is_gzip(what: &str) -> Error {
    Error::failure(format!("the input is gzip, not {what}"))
        .hint("`gunzip` unpacks it; it is not done here")
}

/// Whether bytes are a message, of the type if one is known.
fn decodes(root: Option<Root<'_>>, bytes: &[u8]) -> bool {
    match root {
        Some(root) => check::decodes(root, bytes),
        None => inspect::guess::shape(bytes, 0) == Shape::Whole,
    }
}

/// The same, with known fields only.
fn fits(root: Option<Root<'_>>, bytes: &[u8]) -> bool {
    root.map_or_else(|| decodes(None, bytes), |root| check::fits(root, bytes))
}

fn is_json(root: Option<Root<'_>>, raw: &[u8]) -> bool {
    let parses =
        |root| json::parse(root, raw, Origin::START, Default::default(), &mut Vec::new()).is_ok();
    let looks = || {
        let trimmed = raw.trim_ascii();
        is_printable(raw) && trimmed.starts_with(b"{") && trimmed.ends_with(b"}")
    };
    root.map_or_else(looks, parses)
}

/// Without a type nothing tells text from any other. Nothing but comments is text of
/// every type: what begins with the byte of `#` may as well be binary.
fn is_text(root: Option<Root<'_>>, raw: &[u8]) -> bool {
    let says = |line: &[u8]| !matches!(line.trim_ascii(), [] | [b'#', ..]);
    let parses = |root| text::parse(root, raw, Origin::START, &mut Vec::new()).is_ok();
    is_printable(raw) && raw.split(|&byte| byte == b'\n').any(says) && root.is_some_and(parses)
}

/// Whether bytes are text as people write it.
fn is_printable(bytes: &[u8]) -> bool {
    let is_odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(is_odd))
}

/// What to say of a binary stream whose first record failed with `error`,
/// when the input looks like lines of another format or like a bare message. `see`
/// says where it can be seen: the bare message, or the lines of a format.
pub fn explain_stream(
    root: Option<Root<'_>>,
    input: &Sample,
    error: Error,
    see: Option<See<'_>>,
) -> Error {
    if error.record() != Some(1) {
        return error;
    }
    let start = input.start();
    if start.starts_with(GZIP) {
        return is_gzip("messages");
    }
    if input.is_all_read() && fits(root, start) {
        if input.is_whole() {
            return Error::failure("the input is one bare message, not a stream")
                .hint("leave out `--stream` and `--framing`")
                .maybe_hint(see.and_then(|see| see(None)));
        }
        return error.hint("if it is one bare message, leave out `--stream` and `--framing`");
    }
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let is_message = |bytes: Vec<u8>| !bytes.is_empty() && fits(root, &bytes);
    for (format, read) in [
        (Format::Hex, hex_text::read(line, Origin::START)),
        (Format::Base64, base64_text::read(line, Origin::START)),
    ] {
        if read.is_ok_and(is_message) {
            let name = format.name();
            return Error::failure(format!("the input looks like lines of {name}, not binary"))
                .hint(format!("say `--from {name}`"))
                .maybe_hint(see.and_then(|see| see(Some(format))));
        }
    }
    if is_json(root, line) {
        return Error::failure("the input looks like JSON, not binary")
            .hint("`hello encode --stream --from json` reads it");
    }
    error
}
