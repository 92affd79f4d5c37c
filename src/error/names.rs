//! Names that were mistyped, lists of those there are, and how much of a text
//! an error shows.

use crate::escape::visible;

/// The likeness, of 1 for the same, from which on a name is suggested: one
/// letter wrong in five is, two words that merely share a few are not.
const NEAR: f64 = 0.8;

/// The bytes of the longest word that is compared with names: comparing takes
/// time for each of its letters with each of theirs.
const NAME_MAX: usize = 200;

/// Names that a list shows before it is cut.
const LIST_MAX: usize = 12;

/// Characters of a name that are shown before its middle is cut out.
const SHOWN_MAX: usize = 120;

/// A name of a schema as a message shows it: made safe, and of one that is too
/// long the beginning and the end.
pub fn shown(name: &str) -> String {
    cut(visible(name), SHOWN_MAX)
}

/// `text`, or if it has more than `max` characters its beginning and its end.
/// What is wrong stands at either, hardly ever in the middle.
pub fn cut(text: String, max: usize) -> String {
    // Of a text of a gigabyte only what can be shown is looked at.
    if text.len() <= max || text.char_indices().nth(max).is_none() {
        return text;
    }
    let half = max / 2;
    let head = text.char_indices().nth(half).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().rev().nth(half - 1).map_or(0, |(at, _)| at);
    format!("{}…{}", &text[..head], &text[tail..])
}

/// The one of `known` that `name` was most likely meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > NAME_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// How to mend a name that is none of `known`: the one it was meant to be, each
/// shown with `prefix` before it, or `otherwise` and the list of them.
pub fn hint(name: &str, known: &[&str], prefix: &str, otherwise: &str) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{prefix}{}`?", shown(near)),
        None => {
            let each = |known: &str| format!("`{prefix}{}`", shown(known));
            let is_choice = prefix.ends_with(' ') || otherwise == "write";
            let word = if is_choice { "or" } else { "and" };
            format!("{otherwise} {}", joined(known, each, word))
        }
    }
}

/// The same for the fields of a message.
pub fn field_hint(name: &str, fields: &[&str], prefix: &str) -> String {
    match fields {
        [] => String::from("it has no fields"),
        [_] => hint(name, fields, prefix, "its only field is"),
        _ => hint(name, fields, prefix, "its fields are"),
    }
}

/// `a, b and c`, cut when there are too many.
pub fn list(names: &[&str]) -> String {
    joined(names, shown, "and")
}

fn joined(names: &[&str], each: impl Fn(&str) -> String, word: &str) -> String {
    let shown: Vec<String> = names.iter().take(LIST_MAX).map(|name| each(name)).collect();
    match &shown[..] {
        [] => String::from("none"),
        [one] => one.clone(),
        _ if names.len() > LIST_MAX => {
            format!("{} {word} {} more", shown.join(", "), names.len() - LIST_MAX)
        }
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        assert_eq!(nearest("nam", ["name", "id"]), Some("name"));
        assert_eq!(nearest("Nmae", ["name", "id"]), Some("name"));
        assert_eq!(nearest("city", ["name", "id"]), None);
    }

    #[test]
    fn the_middle_of_what_is_too_long_is_cut_out() {
        assert_eq!(cut("abcdef".into(), 6), "abcdef");
        assert_eq!(cut("abcdefg".into(), 6), "abc…efg");
        assert_eq!(cut("äöüÄÖÜß".into(), 6), "äöü…ÖÜß");
        assert_eq!(shown("a\u{1b}b"), "a\\u001bb");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), SHOWN_MAX + 1);
    }

    #[test]
    fn lists_read_as_a_sentence_does() {
        assert_eq!(list(&[]), "none");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["x"; 14]), format!("{}x and 2 more", "x, ".repeat(11) + ""));
    }
}
