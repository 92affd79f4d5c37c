//! Names that were mistyped, and lists of those there are.

/// The likeness, of 1 for the same, from which on a name is suggested: one
/// letter wrong in four is, two words that merely share a few are not.
const NEAR: f64 = 0.75;

/// Names that a list shows before it is cut.
const LIST_MAX: usize = 12;

/// The one of `known` that `name` was most likely meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `a, b and c`, cut when there are too many.
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::from("none"),
        [one] => (*one).to_owned(),
        _ if names.len() > LIST_MAX => {
            format!("{} and {} more", names[..LIST_MAX].join(", "), names.len() - LIST_MAX)
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
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
