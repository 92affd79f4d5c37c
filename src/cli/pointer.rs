//! Where `decode` points when bytes cannot be read: to the command that shows
//! all of them.

use std::ffi::OsString;

use super::io::Again;
use super::schema::{Asked, option_values};
use super::streaming::Streaming;
use crate::escape::shell_word;
use crate::schema::builtin;

/// What of a command line the other command needs as well.
pub struct Pointer<'a> {
    /// All words of it.
    pub words: &'a [OsString],
    /// The format that was named.
    pub from: Option<&'a str>,
    /// Whether there is a place in the bytes that is marked.
    pub marks: bool,
}

impl Pointer<'_> {
    /// The hint for one message.
    pub fn of(&self, input: &Again) -> String {
        self.line(Vec::new(), input)
    }

    /// The hint for lines of a format of bytes.
    pub fn of_lines(&self, input: &Again) -> String {
        self.line(vec![String::from("--stream")], input)
    }

    /// The hint for a record of a stream, counted from 1.
    pub fn of_record(&self, record: u64, input: &Again, streaming: &Streaming) -> String {
        let framing = streaming.name();
        let mut words = match streaming.named {
            true => vec![format!("--framing {framing}")],
            false => vec![String::from("--stream")],
        };
        if record > 1 {
            words.push(format!("--skip {}", record - 1));
        }
        words.push(String::from("--limit 1"));
        let max = option_values(self.words, "--max-message-size", None).pop();
        words.extend(max.map(|max| format!("--max-message-size {}", shell_word(&max))));
        self.line(words, input)
    }

    /// The schema options as they can be typed again.
    fn schema(&self) -> Vec<String> {
        let options = [
            ("--proto", None),
            ("--include", Some("-I")),
            ("--descriptor-set", None),
            ("--server", None),
            ("--type", None),
        ];
        let all = options.into_iter().flat_map(|(long, short)| {
            let values = option_values(self.words, long, short).into_iter();
            let typed = short.unwrap_or(long);
            values.map(move |value| match value.as_encoded_bytes().starts_with(b"-") {
                true => format!("{long}={}", shell_word(&value)),
                false => format!("{typed} {}", shell_word(&value)),
            })
        });
        all.collect()
    }

    fn line(&self, streaming: Vec<String>, input: &Again) -> String {
        let mut words = vec![String::from("hello inspect")];
        words.extend(self.schema());
        if !Asked::from_words(self.words).anything_given() {
            words.push(format!("--type {}", builtin::DEFAULT_TYPE));
        }
        words.extend(self.from.map(|from| format!("--from {from}")));
        words.extend(streaming);
        let on = match input {
            Again::Typed(input) => {
                words.push(input.clone());
                ""
            }
            Again::Stdin => " on the same input",
            Again::Long => " with the same bytes",
        };
        let marks = if self.marks { " and marks the place" } else { "" };
        format!("`{}`{on} shows every byte{marks}", words.join(" "))
    }
}
