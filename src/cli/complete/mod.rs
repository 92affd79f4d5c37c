//! What a shell is told at TAB. The script that `hello completions` prints
//! calls `hello __complete SHELL …` with the words of the line, and gets what
//! can stand where the cursor is: from the commands and options that clap
//! knows, and from the schema that the line or the environment names.
//!
//! - [`request`]: the words and the cursor, as each shell hands them over.
//! - [`line`](mod@line): words out of a line that a shell has not split.
//! - [`place`]: what the word at the cursor is to be.
//! - [`offers`]: what there is for that place; [`fields`] for those of fields.
//! - [`shell`]: the scripts, and what each of them reads.
//!
//! Nothing here fails: whoever presses TAB did not ask for an error. Files are
//! completed by the shells, which know how to quote them.

mod fields;
mod line;
mod offers;
mod place;
mod request;
mod shell;

use std::cell::OnceCell;
use std::ffi::OsString;

use super::io::OutputOptions;
use super::{Built, COMMANDS, Context, command};
use crate::error::Result;
use offers::Answer;
use place::Place;
use request::Request;

pub use shell::{Shell, script};

/// The word that asks for completions in place of a command. It is no row of
/// [`COMMANDS`]: its words are those of another command line.
pub const WORD: &str = "__complete";

/// Answers the script of a shell; `words` begin with the program and [`WORD`].
///
/// # Errors
///
/// Standard output failing.
pub fn run(words: &[OsString]) -> Result<()> {
    let Some(request) = Request::from_words(words.get(2..).unwrap_or_default()) else {
        return Ok(());
    };
    let answer = answer(&request).unwrap_or_default();
    let text = shell::written(&request, &answer);
    OutputOptions::stdout().open(false)?.write_whole(text.as_bytes())
}

/// What can stand at the cursor.
fn answer(request: &Request) -> Result<Answer> {
    if request.is_redirected {
        return Ok(Answer::files(0));
    }
    let current = request.current.as_str();
    let before: Vec<&str> = request.before().collect();
    // Not the context of these words: they may ask for help, say, of which
    // nothing is to be shown.
    let bare = Context { words: &[], chosen: OnceCell::new(), all: false, given: Vec::new() };
    let name = OsString::from(before.first().copied().unwrap_or_default());
    let mut root = command(&bare, Built::One(&name))?;
    root.build();
    let Some((_, before)) = before.split_first() else {
        return Ok(offers::commands(&root, current));
    };
    let Some(command) = name.to_str().and_then(|name| root.find_subcommand(name)) else {
        return Ok(Answer::default());
    };
    if name == "help" {
        let first = before.is_empty().then(|| offers::commands(command, current));
        return Ok(first.unwrap_or_default());
    }
    let takes_fields = COMMANDS.iter().any(|spec| spec.takes_fields && name == spec.name);
    let offering = offers::Offering::new(command, takes_fields, &request.words, request.shell);
    let place = Place::find(before, current, command, offering.flags());
    Ok(offering.at(&place, current))
}
