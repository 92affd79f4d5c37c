//! What stands beside messages: headers and trailers.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::{Error, Result};
use crate::escape::{quote, visible, word};

/// Base64 as peers write it: padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the keys of binary values end in.
const BINARY: &str = "-bin";

/// Headers that say how a call is made, which are not the user's to set.
const OURS: [&str; 4] = ["content-type", "te", "host", "content-length"];

/// Headers of HTTP/1, which HTTP/2 has not and does not send.
const OLD: [&str; 5] =
    ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/// Headers to send with a call.
#[derive(Clone, Default)]
pub struct Metadata(Vec<(HeaderName, HeaderValue)>);

impl Metadata {
    /// Adds what `-H` was given: `key: value`.
    ///
    /// # Errors
    ///
    /// A key or a value that a header cannot have.
    pub fn add(&mut self, text: &str) -> Result<()> {
        let bad = |why: &str| Error::usage(format!("`-H {}` {why}", word(text)));
        let Some((key, value)) = text.split_once(':') else {
            return Err(bad("has no `:`").hint("write `-H 'key: value'`"));
        };
        let key = key.trim().to_ascii_lowercase();
        let value = value.trim();
        let name = HeaderName::from_bytes(key.as_bytes()).map_err(|_| {
            bad("has no key that a header can have")
                .hint("a key is letters, digits, `-`, `_` and `.`")
        })?;
        if key.starts_with("grpc-") || OURS.contains(&&*key) {
            let error = bad("sets a header that belongs to gRPC itself");
            return Err(match &*key {
                "grpc-timeout" => error.hint("the time is set by `--timeout`"),
                _ => error,
            });
        }
        if OLD.contains(&&*key) {
            return Err(bad("sets a header of HTTP/1, which gRPC cannot send"));
        }
        let value = if key.ends_with(BINARY) {
            let bytes = BASE64.decode(value).map_err(|_| {
                bad("is not base64")
                    .hint("the value of a key that ends in -bin is bytes, as base64")
            })?;
            HeaderValue::try_from(BASE64.encode(bytes))
        } else if value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            HeaderValue::try_from(value)
        } else {
            let hint = format!("say it in base64, under a key that ends in -bin: `{key}{BINARY}`");
            return Err(bad("has more than printable ASCII in its value").hint(hint));
        };
        self.0.push((name, value.map_err(|_| bad("has a value that a header cannot have"))?));
        Ok(())
    }

    /// Adds them to the headers of a request.
    pub(super) fn put(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.append(name.clone(), value.clone());
        }
        // Ours stands there unless another is given.
        if let Some((_, agent)) = self.0.iter().find(|(name, _)| *name == "user-agent") {
            headers.insert("user-agent", agent.clone());
        }
    }
}

/// Headers or trailers as lines that can be shown.
pub(super) fn lines(headers: &HeaderMap) -> Vec<String> {
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        format!("{name}: {}", visible(&String::from_utf8_lossy(value.as_bytes())))
    };
    headers.iter().map(line).collect()
}

/// The text of a header, made safe for a message.
pub(super) fn shown(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(quote(&String::from_utf8_lossy(headers.get(name)?.as_bytes())))
}

/// The bytes of a binary header.
pub(super) fn binary(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    BASE64.decode(headers.get(name)?.as_bytes().trim_ascii()).ok()
}

/// Text in which bytes stand as `%XX`. What is no such escape stands for itself.
pub(super) fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        let hex = behind.get(..2).filter(|_| *first == b'%');
        let byte = hex.and_then(|hex| hex::decode(hex).ok()).and_then(|byte| byte.first().copied());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = &behind[2..];
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        let mut metadata = Metadata::default();
        match metadata.add(text) {
            Err(error) => error.what().to_owned(),
            Ok(()) => {
                let mut headers = HeaderMap::new();
                metadata.put(&mut headers);
                lines(&headers).join("|")
            }
        }
    }

    #[test]
    fn a_header_is_a_key_and_a_value() {
        assert_eq!(added("X-Trace: a b "), "x-trace: a b");
        assert_eq!(added("a:b:c"), "a: b:c");
        assert_eq!(added("a:"), "a: ");
        assert_eq!(added("t-bin: AAE="), "t-bin: AAE");
        assert_eq!(added("t-bin: AAE"), "t-bin: AAE");
        assert_eq!(added("User-Agent: me"), "user-agent: me");
    }

    #[test]
    fn what_is_no_header_is_refused() {
        assert_eq!(added("ab"), "`-H ab` has no `:`");
        assert_eq!(added("a b: c"), "`-H a b: c` has no key that a header can have");
        assert_eq!(
            added("grpc-timeout: 1S"),
            "`-H grpc-timeout: 1S` sets a header that belongs to gRPC itself"
        );
        assert_eq!(added("a-bin: ü"), "`-H a-bin: ü` is not base64");
        for key in ["Connection", "keep-alive", "upgrade", "proxy-connection", "transfer-encoding"]
        {
            assert_eq!(
                added(&format!("{key}: x")),
                format!("`-H {key}: x` sets a header of HTTP/1, which gRPC cannot send")
            );
        }
        assert_eq!(added("a: ü"), "`-H a: ü` has more than printable ASCII in its value");
        assert_eq!(
            added("a: b\r\nc: d"),
            "`-H a: b\\r\\nc: d` has more than printable ASCII in its value"
        );
    }

    #[test]
    fn percents_stand_for_bytes() {
        assert_eq!(percent_decoded(b"a%20b%C3%BC%"), "a bü%".as_bytes());
        assert_eq!(percent_decoded(b"%zz%2"), b"%zz%2");
    }
}
