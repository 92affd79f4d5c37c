//! The comments of a file, by the paths of what they are of; and where in the
//! source that stood.

use super::raw::{File, Location, locations};
use crate::error::Result;
use crate::escape::visible;

/// What a tab in a comment becomes: a control character reaches no terminal.
const TAB: &str = "    ";

/// What is not seen at the end of a line.
const BLANK: [char; 3] = [' ', '\t', '\r'];

/// The locations of a file.
pub struct Comments<'a> {
    /// In the order of the paths.
    places: Vec<(Box<[i32]>, &'a [u8])>,
}

/// The comments of one thing, as lines that are safe.
#[derive(Default)]
pub struct Comment {
    /// Those set apart from it, each a block.
    pub detached: Vec<Vec<String>>,
    /// The one before it.
    pub leading: Vec<String>,
    /// The one behind it.
    pub trailing: Vec<String>,
}

impl<'a> Comments<'a> {
    /// Reads the `SourceCodeInfo` of a file.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(file: &File<'a>) -> Result<Self> {
        let mut places = Vec::new();
        for info in &file.source_info {
            for bytes in locations(info)? {
                places.push((Location::read(bytes)?.path.into_boxed_slice(), bytes));
            }
        }
        // Of several places of one path, as the blocks of extensions have, the
        // first counts.
        places.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Comments { places })
    }

    fn at(&self, path: &[i32]) -> Option<Location<'a>> {
        let first = self.places.partition_point(|(known, _)| **known < *path);
        let (known, bytes) = self.places.get(first)?;
        if **known != *path {
            return None;
        }
        // They were read before.
        Location::read(bytes).ok()
    }

    /// The comments of what has this path.
    pub fn of(&self, path: &[i32]) -> Comment {
        let Some(found) = self.at(path) else { return Comment::default() };
        Comment {
            detached: found.detached.iter().map(|text| lines(text)).collect(),
            leading: lines(found.leading),
            trailing: lines(found.trailing),
        }
    }

    /// Where what has this path begins: line and column.
    pub fn start(&self, path: &[i32]) -> Option<(i32, i32)> {
        match self.at(path)?.span[..] {
            [line, column, ..] => Some((line, column)),
            _ => None,
        }
    }
}

/// The lines of a comment, without the slashes. Nothing in a line ends it: a
/// newline is where it was split, and controls are escaped. Of a comment that stood
/// between `/**` and `*/` the second star, and the line of the end, are no text.
fn lines(text: &str) -> Vec<String> {
    let text = text.trim_end_matches(BLANK);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = match text.strip_prefix('*') {
        Some(inside) => {
            let (first, rest) = inside.split_once('\n').unwrap_or((inside, ""));
            if first.trim_end_matches(BLANK).is_empty() { rest } else { inside }
        }
        None => text,
    };
    if text.is_empty() {
        return Vec::new();
    }
    text.split('\n')
        .map(|line| {
            let line = visible(&line.trim_end_matches(BLANK).replace('\t', TAB));
            // As people write it, also where it stood between `/*` and `*/`.
            let apart = line.is_empty() || line.starts_with([' ', '/']);
            if apart { line } else { format!(" {line}") }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_line() {
        assert_eq!(lines(" a\nb\n"), [" a", " b"]);
        assert_eq!(
            lines("a\r\n\n*/ x\u{1b}[2J\u{202e}\u{0}\u{b}"),
            [" a", "", " */ x\\u001b[2J\\u202e\\u0000\\u000b"]
        );
        assert_eq!(lines("\tx"), ["    x"]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn the_stars_of_a_block_are_no_text() {
        assert_eq!(lines("*\n Foo\n bar\n "), [" Foo", " bar"]);
        assert_eq!(lines("* Foo\n bar"), [" Foo", " bar"]);
        assert_eq!(lines("* Foo "), [" Foo"]);
        assert_eq!(lines(" * item\n * item\n"), [" * item", " * item"]);
    }
}
