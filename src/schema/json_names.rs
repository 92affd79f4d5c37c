//! The names of fields in JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::FieldDescriptor;

/// The name of a field in JSON: what the compiler wrote, else the default.
pub fn of(field: &FieldDescriptor) -> Cow<'_, str> {
    match &*field.json_name {
        "" => Cow::Owned(default(&field.name)),
        given => Cow::Borrowed(given),
    }
}

/// The name that a field has in JSON when none is given: its own name with
/// each `_` left out and the letter after it made a capital.
pub fn default(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut capital = false;
    for c in name.chars() {
        match c {
            '_' => capital = true,
            _ if capital => {
                json.push(c.to_ascii_uppercase());
                capital = false;
            }
            _ => json.push(c),
        }
    }
    json
}

/// The indexes of the fields that have to go by their own names in JSON, each
/// field given by its own name and that in JSON.
///
/// proto2 lets fields share a JSON name, and protoc only warns. Written under
/// one key they could not be read back. So all that share a name go by their
/// own, which differ; and so does a field whose JSON name is the own name of
/// one of these.
pub fn sharing(fields: &[(&str, &str)]) -> BTreeSet<usize> {
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (_, json)) in fields.iter().enumerate() {
        by_key.entry(json).or_default().push(index);
    }
    let mut moved = BTreeSet::new();
    let mut shared: Vec<&str> =
        by_key.iter().filter(|(_, at)| at.len() > 1).map(|(key, _)| *key).collect();
    // Each field moves once at most, to a name that no other moves to.
    while let Some(key) = shared.pop() {
        let Some(at) = by_key.get_mut(key) else { continue };
        let (stay, go): (Vec<usize>, Vec<usize>) =
            at.drain(..).partition(|&index| fields[index].0 == key);
        *at = stay;
        for index in go {
            let own = fields[index].0;
            moved.insert(index);
            let at = by_key.entry(own).or_default();
            at.push(index);
            if at.len() > 1 {
                shared.push(own);
            }
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_underscore_makes_the_next_letter_a_capital() {
        assert_eq!(default("foo_bar__b2_3"), "fooBarB23");
        assert_eq!(default("_a_"), "A");
    }

    #[test]
    fn fields_that_share_a_name_go_by_their_own() {
        let of = |fields: &[(&str, &str)]| Vec::from_iter(sharing(fields));
        assert_eq!(of(&[("foo_bar", "fooBar"), ("id", "id")]), []);
        assert_eq!(of(&[("foo_bar", "fooBar"), ("fooBar", "fooBar")]), [0]);
        assert_eq!(of(&[("a_b", "q"), ("c", "q")]), [0, 1]);
        // The third is called as the first has to be.
        assert_eq!(of(&[("a_b", "aB"), ("aB", "aB"), ("x", "a_b")]), [0, 2]);
    }
}
