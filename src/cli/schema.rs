//! The schema options, and the table they lead to.

use std::ffi::{OsStr, OsString};

use crate::error::{Error, Result};
use crate::escape::quote;
use crate::schema::descriptor::MessageDescriptor;
use crate::schema::{Schema, builtin, compile};
use crate::table::Message;

/// Where the message type comes from.
#[derive(clap::Args)]
pub struct SchemaOptions {
    /// The message type [default: HelloRequest; environment: HELLO_TYPE]
    #[arg(long = "type", value_name = "NAME", help_heading = "Schema")]
    _type: Option<OsString>,
}

/// The schema and the type that a command line asks for.
pub struct Chosen {
    schema: Schema,
    type_name: String,
}

impl Chosen {
    /// Reads the schema options among `words`, before clap does: the flags
    /// that clap is to know are made from the type.
    ///
    /// # Errors
    ///
    /// A type that the schema doesn't have.
    pub fn from_words(words: &[OsString]) -> Result<Self> {
        let typed = option_value(words, "--type").map(OsStr::to_os_string);
        let from_environment = typed.is_none();
        let named =
            typed.or_else(|| std::env::var_os("HELLO_TYPE").filter(|name| !name.is_empty()));
        let type_name = match named {
            Some(name) => name.into_string().map_err(|name| {
                Error::usage(format!("no type is named {}", quote(&name.to_string_lossy())))
            })?,
            None => builtin::DEFAULT_TYPE.to_owned(),
        };
        let chosen = Chosen { schema: builtin::schema()?, type_name };
        chosen.descriptor().map_err(|error| match from_environment {
            true => error.hint("the name comes from HELLO_TYPE in the environment"),
            false => error,
        })?;
        Ok(chosen)
    }

    /// The descriptor of the type.
    ///
    /// # Errors
    ///
    /// A type that the schema doesn't have.
    pub fn descriptor(&self) -> Result<&MessageDescriptor> {
        self.schema.message(&self.type_name)
    }

    /// The table of the type.
    ///
    /// # Errors
    ///
    /// A type that the codec cannot encode.
    pub fn table(&self) -> Result<Message> {
        compile::message(self.descriptor()?)
    }
}

/// The value of the last `option` among `words`, up to `--`.
fn option_value<'w>(words: &'w [OsString], option: &str) -> Option<&'w OsStr> {
    let mut value = None;
    let mut words = words.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == option {
            value = words.next().map(OsString::as_os_str);
        } else if let Some(rest) = word.to_str().and_then(|word| word.strip_prefix(option)) {
            value = rest.strip_prefix('=').map(OsStr::new).or(value);
        }
    }
    value
}
