//! `hello completions`: what makes a shell complete our words. The script asks
//! `hello` at each TAB; `complete` is what answers it.

use std::path::Path;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::complete::{Shell, script};
use super::io::OutputOptions;
use super::schema::{Chosen, is_at_hand};
use super::{Context, Spec, usage};
use crate::error::Result;
use crate::escape::is_unsafe;

/// Print the completion script of a shell.
#[derive(Args)]
#[command(after_help = "\
Examples:
  eval \"$(hello completions bash)\"
  hello completions zsh > ~/.zfunc/_hello
  hello completions fish > ~/.config/fish/completions/hello.fish

The script asks `hello` at each TAB: it offers the fields, enum values and types
of the schema that the line or the environment names then.")]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "completions",
    about: "Print the completion script of a shell",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Completions::augment_args(command))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Completions::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let script = script(args.shell, &program(context));
    args.output.open(false)?.write_whole(script.as_bytes())
}

/// The program that the script is to call: `hello`, wherever it is found then,
/// or the very file, if it was called by its path.
fn program(context: &Context<'_>) -> String {
    let called = context.words.first().map(Path::new);
    let called = called.filter(|path| path.components().count() > 1);
    let path = called.and_then(|path| std::path::absolute(path).ok());
    let path = path.and_then(|path| path.into_os_string().into_string().ok());
    // A script is one that can be shown.
    path.filter(|path| !path.chars().any(is_unsafe)).unwrap_or_else(|| String::from("hello"))
}
