//! How a server says that a call went: a code, a text, and details.

use hyper::header::HeaderMap;
use prost::Message;

use super::super::code;
use super::metadata;
use crate::codec::Notes;
use crate::codec::text::{self, Layout};
use crate::error::{Error, Result};
use crate::escape::{quote, visible};
use crate::schema::{Schema, builtin};
use crate::wire::limits::DETAIL_LINES_MAX;

/// Bytes of a detail that are shown in hex where its type is not known.
const HEX_LEN_MAX: usize = 64;

/// The status that a server ends a call with.
pub struct Status {
    /// One of the codes; what is none counts as UNKNOWN.
    pub code: u8,
    /// What the server wrote in its place, if that is none.
    other: Option<String>,
    message: String,
    /// None where they cannot be read.
    details: Option<Vec<Detail>>,
}

/// `google.rpc.Status`, as far as it says more than the headers.
#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl Status {
    /// The status in the trailers, or in headers that are all there is; none if
    /// there is none.
    pub fn of(headers: &HeaderMap) -> Option<Status> {
        let text = headers.get("grpc-status")?.as_bytes();
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u8>().ok());
        let known = number.filter(|number| code::name(*number).is_some());
        let message = headers.get("grpc-message").map(|message| message.as_bytes());
        let message = metadata::percent_decoded(message.unwrap_or_default());
        let name = "grpc-status-details-bin";
        let details = match headers.contains_key(name) {
            true => metadata::binary(headers, name),
            false => Some(Vec::new()),
        };
        Some(Status {
            code: known.unwrap_or(code::UNKNOWN),
            other: known.is_none().then(|| quote(&String::from_utf8_lossy(text))),
            message: String::from_utf8_lossy(&message).into_owned(),
            // Details that cannot be read take nothing from the status.
            details: details.and_then(|it| Some(Details::decode(&*it).ok()?.details)),
        })
    }

    /// Whether the call went well.
    pub fn is_ok(&self) -> bool {
        self.code == 0
    }

    /// The code and the text, made safe.
    pub fn said(&self) -> String {
        let mut said = String::from(code::name(self.code).unwrap_or_default());
        if let Some(other) = &self.other {
            said += &format!(" (its code {other} does not exist)");
        }
        if !self.message.is_empty() {
            said += &format!(": {}", visible(&self.message));
        }
        said
    }

    /// What it means that a call ended so. `schema` may know types of details.
    #[cold]
    pub fn error(&self, schema: Option<&Schema>) -> Error {
        let mut error = Error::of_call(format!("the server answered {}", self.said()), self.code);
        let mut lines = Vec::new();
        for detail in self.details.iter().flatten() {
            detail.show(schema, &mut lines);
        }
        if self.details.is_none() {
            lines.push(String::from("its details cannot be read"));
        }
        let more = lines.len().saturating_sub(DETAIL_LINES_MAX);
        lines.truncate(DETAIL_LINES_MAX);
        for line in lines {
            error = error.line(line);
        }
        if more > 0 {
            error = error.line(format!("and {more} more lines"));
        }
        match self.is_of_size() {
            true => error.hint(
                "the limit is the server's own: `--max-message-size` of `hello call` is for answers",
            ),
            false => error,
        }
    }

    /// Whether it is that a message was too large for the server, as far as that can
    /// be told: the code is that of other things too, and each implementation has
    /// words of its own.
    fn is_of_size(&self) -> bool {
        let text = self.message.to_ascii_lowercase();
        let said = ["larger than max", "too large", "exceeds maximum size", "exceeds the maximum"];
        matches!(self.code, code::RESOURCE_EXHAUSTED | code::OUT_OF_RANGE)
            && text.contains("message")
            && said.iter().any(|said| text.contains(said))
    }
}

/// The error of a call whose time ran out here.
#[cold]
pub fn too_late(time: &str, has_begun: bool) -> Error {
    let name = code::name(code::DEADLINE_EXCEEDED).unwrap_or_default();
    let what = match has_begun {
        true => format!("{name}: the answer has not come to its end within {time}"),
        false => format!("{name}: no answer within {time}"),
    };
    Error::of_call(what, code::DEADLINE_EXCEEDED).hint("`--timeout` gives it longer")
}

impl Detail {
    fn show(&self, schema: Option<&Schema>, lines: &mut Vec<String>) {
        let name = self.type_url.rsplit('/').next().unwrap_or_default();
        let known = builtin::status_details().and_then(|schema| self.text(&schema, name));
        let text = match (known, schema) {
            (Err(_), Some(schema)) => self.text(schema, name),
            (known, _) => known,
        };
        match text {
            Ok(text) => {
                lines.push(visible(name));
                lines.extend(text.lines().map(|line| format!("  {line}")));
            }
            Err(_) => {
                let shown = &self.value[..self.value.len().min(HEX_LEN_MAX)];
                let more = if shown.len() < self.value.len() { "…" } else { "" };
                let bytes = hex::encode(shown);
                lines.push(format!("{} {bytes}{more}", quote(&self.type_url)));
            }
        }
    }

    /// The fields as text, every unsafe character escaped.
    fn text(&self, schema: &Schema, name: &str) -> Result<String> {
        let compiled = schema.compile(schema.message(name)?)?;
        // A short name is none here.
        if compiled.root().name() != name {
            return Err(Error::failure("another type"));
        }
        let mut out = Vec::new();
        let options = text::PrintOptions { layout: Layout::Lines, unknown: true };
        text::print(compiled.root(), &self.value, 0, options, &mut out, &mut Notes::new(false))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pairs: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a value"));
        }
        match Status::of(&headers) {
            Some(status) => format!("{} {}", status.code, status.error(None)),
            None => String::from("none"),
        }
    }

    #[test]
    fn a_status_is_a_code_and_a_text() {
        assert_eq!(error(&[]), "none");
        assert_eq!(error(&[("grpc-status", "0")]), "0 error: the server answered OK");
        assert_eq!(
            error(&[("grpc-status", "5"), ("grpc-message", "no%1b[31m%20a%0a")]),
            "5 error: the server answered NOT_FOUND: no\\u001b[31m a\\n"
        );
        assert_eq!(
            error(&[("grpc-status", "99")]),
            "2 error: the server answered UNKNOWN (its code \"99\" does not exist)"
        );
        for details in ["?", "CgU="] {
            assert_eq!(
                error(&[("grpc-status", "5"), ("grpc-status-details-bin", details)]),
                "5 error: the server answered NOT_FOUND\n  its details cannot be read"
            );
        }
        assert_eq!(
            error(&[("grpc-status", "x")]),
            "2 error: the server answered UNKNOWN (its code \"x\" does not exist)"
        );
    }

    #[test]
    fn a_limit_of_the_server_is_told_apart() {
        let has_hint = |code: &'static str, text: &str| {
            let error = error(&[("grpc-status", code), ("grpc-message", text)]);
            error.contains("\nhint: the limit is the server's own")
        };
        // C and Python, Go, Java, .NET, tonic, and ours.
        for (code, text) in [
            ("8", "SERVER: Received message larger than max (5000005 vs. 4194304)"),
            ("8", "grpc: received message larger than max (5000005 vs. 4194304)"),
            ("8", "gRPC message exceeds maximum size 4194304: 5000005"),
            ("8", "Received message exceeds the maximum configured message size."),
            ("11", "Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes"),
            ("8", "the message is too large: this server takes 4194304 bytes"),
        ] {
            assert!(has_hint(code, text), "{text}");
        }
        for (code, text) in [("8", "no messages are left today"), ("3", "the message is too large")]
        {
            assert!(!has_hint(code, text), "{text}");
        }
    }

    #[test]
    fn details_are_text_where_their_type_is_known() {
        let any = |type_url: &str, value: &[u8]| Detail {
            type_url: type_url.to_owned(),
            value: value.to_vec(),
        };
        let details = Details {
            details: vec![
                any(
                    "type.googleapis.com/google.rpc.ErrorInfo",
                    b"\x0a\x02no\x1a\x06\x0a\x01k\x12\x01v",
                ),
                any("type.googleapis.com/google.rpc.RetryInfo", b"\x0a\x02\x08\x05"),
                any("x/my.Own\x1b", b"\x01\x02"),
            ],
        };
        let text = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            details.encode_to_vec(),
        );
        assert_eq!(
            error(&[("grpc-status", "3"), ("grpc-status-details-bin", &text)]),
            "3 error: the server answered INVALID_ARGUMENT\n  google.rpc.ErrorInfo\n    reason: \
             \"no\"\n    metadata {\n      key: \"k\"\n      value: \"v\"\n    }\n  \
             google.rpc.RetryInfo\n    retry_delay {\n      seconds: 5\n    }\n  \
             \"x/my.Own\\u001b\" 0102"
        );
    }
}
