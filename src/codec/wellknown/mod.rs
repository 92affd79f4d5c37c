//! The well-known types as text has them, without any message around.

mod time;

pub use time::{Duration, Timestamp};

/// A path of a FieldMask in camel case, if it can be turned back: of each
/// part the letters after `_`.
pub fn camel_case(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '_' => match chars.next() {
                Some(next @ 'a'..='z') => out.push(next.to_ascii_uppercase()),
                _ => return None,
            },
            'A'..='Z' => return None,
            _ => out.push(c),
        }
    }
    Some(out)
}

/// A path of a FieldMask as `.proto` files name fields, if it can be turned
/// back: each capital is `_` and a small letter.
pub fn snake_case(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len() + 4);
    for c in path.chars() {
        match c {
            '_' => return None,
            'A'..='Z' => {
                out.push('_');
                out.push(c.to_ascii_lowercase());
            }
            _ => out.push(c),
        }
    }
    Some(out)
}
