//! The shells: the script of each, and how it reads an answer.
//!
//! Every answer begins with a line that says what it is; a script that gets
//! none offers nothing. The offers follow, a line for each.

use std::fmt::Write;

use super::offers::{Answer, Kind, Offer};
use super::request::Request;
use crate::escape::is_unsafe;

/// A shell with programmable completion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// The characters of what is said of an offer before it is cut: a line of a
/// wide terminal.
const HELP_MAX: usize = 120;

/// What stands in a script for the program it calls.
const PROGRAM: &str = "'HELLO'";

impl Shell {
    /// Whether it shows what there is to say of an offer.
    pub fn shows_help(self) -> bool {
        self != Shell::Bash
    }

    fn template(self) -> &'static str {
        match self {
            Shell::Bash => include_str!("scripts/hello.bash"),
            Shell::Elvish => include_str!("scripts/hello.elv"),
            Shell::Fish => include_str!("scripts/hello.fish"),
            Shell::Powershell => include_str!("scripts/hello.ps1"),
            Shell::Zsh => include_str!("scripts/hello.zsh"),
        }
    }

    /// `text` as one word of the shell.
    fn quoted(self, text: &str) -> String {
        let inside = match self {
            Shell::Bash | Shell::Zsh => text.replace('\'', r"'\''"),
            Shell::Fish => text.replace('\\', r"\\").replace('\'', r"\'"),
            Shell::Elvish | Shell::Powershell => text.replace('\'', "''"),
        };
        format!("'{inside}'")
    }
}

/// The script of a shell, which calls `program`.
pub fn script(shell: Shell, program: &str) -> String {
    shell.template().replace(PROGRAM, &shell.quoted(program))
}

/// An answer as the script of the shell reads it.
pub fn written(request: &Request, answer: &Answer) -> String {
    let offers = answer.offers.iter().filter(|offer| {
        // Names have none of these; what was typed before them may.
        let safe = |text: &str| !text.chars().any(is_unsafe);
        safe(&offer.value) && safe(&request.current)
    });
    let offers: Vec<&Offer> = offers.collect();
    match request.shell {
        Shell::Bash => for_bash(request, answer, &offers),
        Shell::Zsh => for_zsh(request, answer, &offers),
        Shell::Fish | Shell::Elvish => for_whole_words(request, answer, &offers),
        // It puts in what it gets, as it is.
        Shell::Powershell => {
            let plain = |offer: &&Offer| offer.value.chars().all(is_plain);
            let safe = request.current.chars().all(is_plain);
            let offers: Vec<&Offer> = offers.into_iter().filter(plain).filter(|_| safe).collect();
            for_whole_words(request, answer, &offers)
        }
    }
}

/// Whether no shell takes the character for anything but itself.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./:=@+,".contains(c)
}

/// Whether a value goes on behind it, so that no blank is to follow.
fn goes_on(value: &str) -> bool {
    value.ends_with(['=', '.', ':', '@'])
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Words => "words",
        Kind::Files => "files",
        Kind::Directories => "directories",
    }
}

/// For bash: what replaces the part of the word that it would replace, quoted
/// as the word is. With files, the start of that part that is no file.
fn for_bash(request: &Request, answer: &Answer, offers: &[&Offer]) -> String {
    let (current, kept) = (request.current.as_str(), request.typed.kept);
    if answer.kind != Kind::Words {
        let before = current.get(kept..answer.from).unwrap_or_default();
        return format!("{}\n{}\n", kind_name(answer.kind), quoted_for_bash(before, None));
    }
    let start = current.get(..answer.from).unwrap_or_default();
    let one = matches!(offers, [offer] if goes_on(&offer.value));
    let mut out = String::from(if one { "nospace\n" } else { "words\n" });
    for offer in offers {
        let whole = format!("{start}{}", offer.value);
        // Where the offer is not what was typed (`--user-i`, say), the bytes
        // that stay may be others, or more.
        let Some(rest) = whole.get(kept..).filter(|_| whole.get(..kept) == current.get(..kept))
        else {
            continue;
        };
        let _ = writeln!(out, "{}", quoted_for_bash(rest, request.typed.quote));
    }
    out
}

/// `text` with a backslash before all that bash would take for something, or,
/// between quotes, before what it would take for something there.
fn quoted_for_bash(text: &str, quote: Option<char>) -> String {
    let special = |c: char| match quote {
        Some('"') => "\"\\$`!".contains(c),
        // Nothing can be escaped; what closes the quote is written anew.
        Some(_) => false,
        None => c.is_ascii() && !is_plain(c),
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if quote == Some('\'') && c == '\'' {
            out.push_str(r"'\''");
            continue;
        }
        if special(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For zsh: the number of characters that stay, and what follows them, with
/// `-` before that which goes on and `+` before other.
fn for_zsh(request: &Request, answer: &Answer, offers: &[&Offer]) -> String {
    let start = request.current.get(..answer.from).unwrap_or_default();
    // zsh counts what was typed, quotes included.
    let (count, start) = match request.typed.is_plain {
        true => (start.chars().count(), ""),
        false => (0, start),
    };
    let mut out = format!("{}\t{count}\n", kind_name(answer.kind));
    let colons = |text: &str| text.replace('\\', r"\\").replace(':', r"\:");
    for offer in offers {
        let mark = if goes_on(&offer.value) { '-' } else { '+' };
        let value = colons(&format!("{start}{}", offer.value));
        // Offers with the same help would be put together as one, so none is
        // not the same as an empty one.
        let _ = match help(offer).replace('\\', r"\\") {
            help if help.is_empty() => writeln!(out, "{mark}{value}"),
            help => writeln!(out, "{mark}{value}:{help}"),
        };
    }
    out
}

/// For the others: the start of the word that is no file, and then the whole
/// words with what there is to say of them.
fn for_whole_words(request: &Request, answer: &Answer, offers: &[&Offer]) -> String {
    let start = request.current.get(..answer.from).unwrap_or_default();
    let start = if start.chars().any(is_unsafe) { "" } else { start };
    let mut out = format!("{}\t{start}\n", kind_name(answer.kind));
    for offer in offers {
        let _ = writeln!(out, "{start}{}\t{}", offer.value, help(offer));
    }
    out
}

/// What there is to say of an offer, on one line of a terminal.
fn help(offer: &Offer) -> String {
    let line = offer.help.lines().next().unwrap_or_default();
    let mut help: String = line.chars().filter(|c| !is_unsafe(*c)).take(HELP_MAX).collect();
    if line.chars().nth(HELP_MAX).is_some() {
        help.push('…');
    }
    help
}
