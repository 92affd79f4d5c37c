//! Names that were mistyped, and lists of those there are.

/// The likeness, of 1 for the same, from which on a name is suggested: one
/// letter wrong in five is, two words that merely share a few are not.
const NEAR: f64 = 0.8;

/// The bytes of the longest word that is compared with names: comparing takes
/// time for each of its letters with each of theirs.
const NAME_MAX: usize = 200;

/// Names that a list shows before it is cut.
const LIST_MAX: usize = 12;

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
        Some(near) => format!("did you mean `{prefix}{near}`?"),
        None => {
            let shown: Vec<String> =
                known.iter().map(|known| format!("`{prefix}{known}`")).collect();
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            format!(
                "{otherwise} {}",
                joined(&shown, if prefix.ends_with(' ') { "or" } else { "and" })
            )
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
    joined(names, "and")
}

fn joined(names: &[&str], word: &str) -> String {
    match names {
        [] => String::from("none"),
        [one] => (*one).to_owned(),
        _ if names.len() > LIST_MAX => {
            format!("{} {word} {} more", names[..LIST_MAX].join(", "), names.len() - LIST_MAX)
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
    fn lists_read_as_a_sentence_does() {
        assert_eq!(list(&[]), "none");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["x"; 14]), format!("{}x and 2 more", "x, ".repeat(11) + ""));
    }
}
