//! The schema options, and the table they lead to.

use std::ffi::{OsStr, OsString};

use crate::error::{Error, Result};
use crate::escape::quote;
use crate::schema::descriptor::MessageDescriptor;
use crate::schema::{Compiled, Schema, builtin};
use crate::table::Root;

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
    index: usize,
    compiled: Compiled,
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
        let schema = builtin::schema()?;
        let index = schema.message(&type_name).map_err(|error| match from_environment {
            true => error.hint("the name comes from HELLO_TYPE in the environment"),
            false => error,
        })?;
        let compiled = schema.compile(index)?;
        Ok(Chosen { schema, index, compiled })
    }

    /// The built-in schema and its first type.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree.
    pub fn builtin() -> Result<Self> {
        let schema = builtin::schema()?;
        let index = schema.message(builtin::DEFAULT_TYPE)?;
        let compiled = schema.compile(index)?;
        Ok(Chosen { schema, index, compiled })
    }

    /// The full name and the descriptor of the type.
    pub fn descriptor(&self) -> (&str, &MessageDescriptor) {
        self.schema.descriptor(self.index)
    }

    /// The tables of the type.
    pub fn root(&self) -> Root<'_> {
        self.compiled.root()
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
