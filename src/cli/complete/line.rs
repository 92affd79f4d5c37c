//! Words out of a line of bash or zsh, as the shell would split it: quotes and
//! backslashes, `~` and the variables of the environment. What a shell would
//! have to run to know is left as it stands.

use std::iter::Peekable;
use std::str::Chars;

/// A word of a line.
#[derive(Default, Debug)]
pub struct Token {
    /// What it means.
    pub text: String,
    /// The quote that is open at its end.
    pub quote: Option<char>,
    /// Whether anything in it was quoted, or stood for something else.
    pub quoted: bool,
    /// Whether it is the file of a redirection, and so no word of the command.
    pub redirected: bool,
}

/// The words of a line. The last is the one that its end is in, which is empty
/// behind a blank.
pub fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut token = Token::default();
    // A word may be empty, if it is quoted.
    let mut begun = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            _ if c.is_whitespace() => {
                if begun {
                    tokens.push(std::mem::take(&mut token));
                }
                begun = false;
                continue;
            }
            '<' | '>' if chars.peek() != Some(&'(') => {
                // The digits before it are a descriptor.
                let descriptor = token.text.chars().all(|c| c.is_ascii_digit() || c == '&');
                if begun && !descriptor {
                    tokens.push(std::mem::take(&mut token));
                }
                while chars.next_if(|c| matches!(c, '<' | '>' | '&' | '|')).is_some() {}
                token = Token { redirected: true, ..Token::default() };
                begun = false;
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                continue;
            }
            _ => part(c, &mut chars, &mut token, !begun),
        }
        begun = true;
    }
    tokens.push(token);
    tokens
}

/// What one word means.
pub fn meant(word: &str) -> Token {
    let mut token = Token::default();
    let mut chars = word.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        part(c, &mut chars, &mut token, first);
        first = false;
    }
    token
}

/// Takes what begins with `c` into a word.
fn part(c: char, chars: &mut Peekable<Chars<'_>>, token: &mut Token, first: bool) {
    match c {
        '\'' | '"' => {
            token.quoted = true;
            token.quote = Some(c);
            quoted(c, chars, token);
        }
        '\\' => {
            token.quoted = true;
            token.text.extend(chars.next());
        }
        '$' => variable(chars, token),
        '~' if first && chars.peek().is_none_or(|next| *next == '/') => {
            token.quoted = true;
            token.text += &std::env::var("HOME").unwrap_or_else(|_| String::from("~"));
        }
        _ => token.text.push(c),
    }
}

/// Takes what stands up to the closing quote.
fn quoted(quote: char, chars: &mut Peekable<Chars<'_>>, token: &mut Token) {
    while let Some(c) = chars.next() {
        match c {
            _ if c == quote => {
                token.quote = None;
                return;
            }
            '\\' if quote == '"' => {
                // Before anything else it stands for itself.
                if !chars.peek().is_some_and(|next| matches!(next, '"' | '\\' | '$' | '`')) {
                    token.text.push(c);
                }
                token.text.extend(chars.next());
            }
            '$' if quote == '"' => variable(chars, token),
            _ => token.text.push(c),
        }
    }
}

/// Takes `$NAME` or `${NAME}`, of which the `$` is taken already.
fn variable(chars: &mut Peekable<Chars<'_>>, token: &mut Token) {
    let braced = chars.next_if_eq(&'{').is_some();
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| *c == '_' || c.is_ascii_alphanumeric()) {
        name.push(c);
    }
    let closed = !braced || chars.next_if_eq(&'}').is_some();
    let value = std::env::var(&name).ok().filter(|_| closed && !name.is_empty());
    token.quoted = true;
    token.text += &value.unwrap_or_else(|| match (braced, closed) {
        (true, true) => format!("${{{name}}}"),
        (true, false) => format!("${{{name}"),
        (false, _) => format!("${name}"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        tokens(line).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn a_line_is_split_as_a_shell_does() {
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("hello "), ["hello", ""]);
        assert_eq!(texts("hello  enc"), ["hello", "enc"]);
        assert_eq!(texts("a 'b c' \"d \\\" \\n\" e\\ f ''"), ["a", "b c", "d \" \\n", "e f", ""]);
        assert_eq!(texts("--a='b'\"c\"d=e:f@g"), ["--a=bcd=e:f@g"]);
        assert_eq!(texts("$(x) ${ ${y"), ["$(x)", "${", "${y"]);
    }

    #[test]
    fn an_open_quote_is_noticed() {
        let open = |line: &str| tokens(line).pop().and_then(|token| token.quote);
        assert_eq!(open("a 'b c"), Some('\''));
        assert_eq!(open("a \"b 'c"), Some('"'));
        assert_eq!(open("a 'b' c"), None);
    }

    #[test]
    fn redirections_are_no_words() {
        let words = |line: &str| -> Vec<(String, bool)> {
            tokens(line).into_iter().map(|token| (token.text, token.redirected)).collect()
        };
        let word = |text: &str| (String::from(text), false);
        let file = |text: &str| (String::from(text), true);
        assert_eq!(words("a <b c"), [word("a"), file("b"), word("c")]);
        assert_eq!(words("a > b 2>>c x"), [word("a"), file("b"), file("c"), word("x")]);
        assert_eq!(words("a >"), [word("a"), file("")]);
        assert_eq!(words("a b>c"), [word("a"), word("b"), file("c")]);
    }
}
