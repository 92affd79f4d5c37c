//! Where `decode` points when bytes cannot be read: to the command that shows
//! all of them.

use super::io::Again;
use super::schema::SchemaOptions;
use super::streaming::Streaming;
use crate::error::Error;
use crate::schema::builtin;

/// What of a command line the other command needs as well.
pub struct Pointer<'a> {
    /// The schema options.
    pub schema: &'a SchemaOptions,
    /// Whether a schema or a type is given, by them or the environment.
    pub given: bool,
    /// The format that was named.
    pub from: Option<&'a str>,
}

impl Pointer<'_> {
    /// The hint for one message.
    pub fn of(&self, input: &Again) -> String {
        self.line(Vec::new(), input)
    }

    /// Adds the hint for a stream to `error`, if it is of the bytes of a record.
    pub fn add_to(&self, error: Error, input: &Again, streaming: &Streaming) -> Error {
        let Some(record) = error.record() else { return error };
        let framing = streaming.name();
        let mut words = match streaming.named {
            true => vec![format!("--framing {framing}")],
            false => vec![String::from("--stream")],
        };
        if record > 1 {
            words.push(format!("--skip {}", record - 1));
        }
        words.push(String::from("--limit 1"));
        let line = self.line(words, input);
        error.hint(line)
    }

    fn line(&self, streaming: Vec<String>, input: &Again) -> String {
        let mut words = vec![String::from("hello inspect")];
        words.extend(self.schema.typed());
        if !self.given {
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
        format!("`{}`{on} shows every byte and marks the place", words.join(" "))
    }
}
