//! The words and the cursor, as the script of a shell hands them over.

use std::ffi::{OsStr, OsString};

use clap::ValueEnum;

use super::line::{self, Token};
use super::shell::Shell;

/// What a script asks.
pub struct Request {
    /// The shell of the script.
    pub shell: Shell,
    /// The words of the line, the program first, as the program would get
    /// them; that of the cursor only up to it.
    pub words: Vec<OsString>,
    /// Which of them is that of the cursor.
    at: usize,
    /// The word of the cursor up to it.
    pub current: String,
    /// Whether it is the name of a file that a redirection opens.
    pub is_redirected: bool,
    /// How it was typed.
    pub typed: Typed,
}

/// What a shell that puts the answer in itself has to know of the word typed.
#[derive(Default)]
pub struct Typed {
    /// The quote that is open at the cursor.
    pub quote: Option<char>,
    /// Whether the word is typed as it is meant, without any quotes.
    pub is_plain: bool,
    /// The bytes of [`Request::current`] that stay as they are: the shell
    /// replaces only what follows.
    pub kept: usize,
}

impl Request {
    /// Reads what the script says: its shell, and then
    ///
    /// - bash: the line up to the cursor, the rest of it, and the part of the
    ///   word that it replaces. Its own words are split at `=`, `:` and `@`.
    /// - zsh: the number of the word, and the words as they are typed.
    /// - others: the number of the word, and the words as they are meant
    ///   (fish has the word of the cursor as it is typed).
    pub fn from_words(words: &[OsString]) -> Option<Self> {
        let (shell, rest) = words.split_first()?;
        let shell = Shell::from_str(shell.to_str()?, false).ok()?;
        match shell {
            Shell::Bash => Some(Self::from_line(rest)),
            Shell::Zsh | Shell::Fish | Shell::Elvish | Shell::Powershell => {
                let (at, words) = rest.split_first()?;
                let at = at.to_str()?.parse().ok()?;
                Some(Self::from_list(shell, at, words))
            }
        }
    }

    /// The words before that of the cursor, without the program. What is not
    /// UTF-8 is no name of ours, and need not be kept.
    pub fn before(&self) -> impl Iterator<Item = &str> {
        let before = self.words.iter().take(self.at).skip(1);
        before.map(|word| word.to_str().unwrap_or_default())
    }

    fn from_line(parts: &[OsString]) -> Self {
        let part = |at: usize| parts.get(at).map(|part| part.to_string_lossy()).unwrap_or_default();
        let mut before = line::tokens(&part(0));
        let current = before.pop().unwrap_or_default();
        let replaced = line::meant(&part(2)).text;
        let after = part(1);
        // What is left of the word of the cursor.
        let after = after.trim_start_matches(|c: char| !c.is_whitespace());
        let words = |tokens: Vec<Token>| {
            tokens.into_iter().filter(|token| !token.redirected).map(|token| token.text.into())
        };
        let mut all: Vec<OsString> = words(before).collect();
        let at = all.len();
        all.push(OsString::from(&current.text));
        all.extend(words(line::tokens(after)));
        let kept = match current.text.strip_suffix(replaced.as_str()) {
            Some(kept) => kept.len(),
            None => 0,
        };
        Request {
            shell: Shell::Bash,
            words: all,
            at,
            is_redirected: current.redirected,
            typed: Typed { quote: current.quote, is_plain: !current.quoted, kept },
            current: current.text,
        }
    }

    fn from_list(shell: Shell, at: usize, words: &[OsString]) -> Self {
        let read = |(index, word): (usize, &OsString)| match shell {
            Shell::Zsh => meant(word),
            Shell::Fish if index == at => meant(word),
            _ => word.clone(),
        };
        let mut all: Vec<OsString> = words.iter().enumerate().map(read).collect();
        // PowerShell leaves an empty word out when it calls a program.
        while all.len() <= at && shell == Shell::Powershell {
            all.push(OsString::new());
        }
        let current = all.get(at).map(|word| word.to_string_lossy().into_owned());
        let current = current.unwrap_or_default();
        let is_plain = words.get(at).is_none_or(|word| *word == OsStr::new(&current));
        let typed = Typed { is_plain, ..Typed::default() };
        Request { shell, words: all, at, current, is_redirected: false, typed }
    }
}

fn meant(word: &OsString) -> OsString {
    match word.to_str() {
        Some(text) => line::meant(text).text.into(),
        None => word.clone(),
    }
}
