//! `hello completions`: what a shell needs to complete our words.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use super::io::OutputOptions;
use super::{Built, Context, Spec, usage};
use crate::error::Result;

/// Print the completion script of a shell.
#[derive(Args)]
#[command(after_help = "\
Examples:
  eval \"$(hello completions bash)\"
  hello completions zsh > ~/.zfunc/_hello
  hello completions fish > ~/.config/fish/completions/hello.fish")]
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
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Completions::augment_args(command))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Completions::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let mut command = super::command(context, Built::All)?;
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "hello", &mut script);
    args.output.open(false)?.write_whole(&script)
}
