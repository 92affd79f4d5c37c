//! The bytes of messages that a command reads: where they come from, and out
//! of what they are read.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use super::format::{Allowed, Format};
use super::io::Input;
use super::streaming::Streaming;
use crate::codec::{Origin, base64_text, hex_text};
use crate::error::{Error, Result};
use crate::stream::{Framing, Split};

/// Where the bytes come from, and their format if anything says it: `words`,
/// `-i`, `--from` as they were typed.
///
/// # Errors
///
/// They come from two places; a format that is none of bytes.
pub fn input(
    allowed: &Allowed,
    words: &[OsString],
    file: Option<&OsStr>,
    from: Option<&str>,
    streaming: Option<Streaming>,
) -> Result<(Input, Option<Format>)> {
    let named = from.map(|name| allowed.option(name)).transpose()?;
    if !words.is_empty() {
        if file.is_some() {
            return Err(Error::usage("the bytes come from the command line and from `-i`")
                .hint("give them one way only"));
        }
        if named == Some(Format::Binary) {
            return Err(Error::usage("bytes on the command line cannot be binary")
                .hint("they are hex, or base64 with `--from base64`"));
        }
        if words.iter().any(|word| word == "-") {
            return Err(
                Error::usage("`-` is no hex").hint("standard input is `-i -`, or no bytes at all")
            );
        }
        let words = words.join(OsStr::new(" "));
        let input = Input::Words(words.as_encoded_bytes().to_vec());
        return Ok((input, Some(named.unwrap_or(Format::Hex))));
    }
    let input = file.map_or(Input::Stdin, Input::named);
    let mut from = named;
    if let (None, Some(path)) = (named, input.path()) {
        from = allowed.file(path)?;
    }
    if let (Some(streaming), Some(format)) = (streaming, from)
        && format != Format::Binary
    {
        streaming.refuse_framing(format)?;
    }
    Ok((input, from))
}

/// The same for a stream. In hex and base64 a line is a message. On the command
/// line these are how bytes are written at all: so there it is only if
/// `--from` says so, and no `--framing` that the bytes hold the messages: `lines`.
///
/// # Errors
///
/// Bytes on the command line that cannot be read.
pub fn stream_input(input: Input, from: Option<Format>, lines: bool) -> Result<(Input, Format)> {
    Ok(match (input, from) {
        (Input::Words(raw), Some(format)) if !lines => {
            (Input::Words(bytes(format, &raw, Origin::START)?.into_owned()), Format::Binary)
        }
        // A line is whole, though no newline was typed.
        (Input::Words(raw), Some(format)) if !raw.is_empty() => {
            (Input::Words([&raw[..], b"\n"].concat()), format)
        }
        (input, from) => (input, from.unwrap_or(Format::Binary)),
    })
}

/// How the records of a stream of bytes are told apart.
pub fn split(format: Format, framing: Framing) -> Split {
    match format {
        Format::Binary => Split::Framed(framing),
        Format::Hex | Format::Base64 | Format::Json | Format::Text => {
            Split::Lines(Default::default())
        }
    }
}

/// The bytes of a message, out of the format they are written in.
pub fn bytes(format: Format, raw: &[u8], origin: Origin) -> Result<Cow<'_, [u8]>> {
    match format {
        Format::Binary => Ok(Cow::Borrowed(raw)),
        Format::Hex => hex_text::read(raw, origin).map(Cow::Owned),
        Format::Base64 => base64_text::read(raw, origin).map(Cow::Owned),
        Format::Json | Format::Text => {
            Err(Error::usage(format!("{} is no format of bytes", format.name())))
        }
    }
}
