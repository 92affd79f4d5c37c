//! The part of the input that an error shows, with a mark under the place.

use std::fmt;
use std::ops::Range;

use crate::escape;

/// Bytes shown before the mark and after it: with the mark's own few they
/// make a line of at most 72 columns.
const BYTES_AROUND: usize = 8;

/// Characters of text shown before the mark and after it.
const CHARS_AROUND: usize = 30;

/// Marked bytes shown before the rest of the mark is cut off.
const MARK_MAX: usize = 8;

/// Marked characters of text shown before the rest of the mark is cut off.
const TEXT_MARK_MAX: usize = 24;

/// A line of input and what to mark in it.
pub struct Excerpt {
    before: String,
    marked: String,
    after: String,
    label: String,
}

impl Excerpt {
    /// The bytes around `mark` (which may be empty, or past the end, when what
    /// is wrong is that something is missing there), in hex.
    pub fn of_bytes(bytes: &[u8], mark: Range<usize>, label: &str) -> Self {
        let start = mark.start.min(bytes.len());
        let end = mark.end.clamp(start, bytes.len());
        let shown = end.min(start + MARK_MAX);
        let from = start.saturating_sub(BYTES_AROUND);
        let to = (shown + BYTES_AROUND).min(bytes.len());
        let mut before = spaced(&bytes[from..start]);
        if from > 0 {
            before.insert_str(0, "… ");
        }
        if !before.is_empty() {
            before.push(' ');
        }
        let mut after = spaced(&bytes[shown..to]);
        if to < bytes.len() {
            after.push_str(" …");
        }
        if !after.is_empty() && shown > start {
            after.insert(0, ' ');
        }
        Excerpt { before, marked: spaced(&bytes[start..shown]), after, label: label.to_owned() }
    }

    /// The line of `text` around the bytes of `mark`, which may be empty.
    pub fn of_text(text: &[u8], mark: Range<usize>) -> Self {
        let start = mark.start.min(text.len());
        let mark = start..whole_characters(text, mark.end);
        let line_start = text[..start].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let line_end =
            text[start..].iter().position(|&b| b == b'\n').map_or(text.len(), |i| start + i);
        let end = mark.end.clamp(start, line_end.max(start));
        // Of a line of a gigabyte only what can be shown is looked at: a
        // character has at most 4 bytes.
        let from = line_start.max(start.saturating_sub(CHARS_AROUND * 4));
        let to = line_end.min(end + CHARS_AROUND * 4);
        let before = String::from_utf8_lossy(&text[from..start]);
        let skipped = before.chars().count().saturating_sub(CHARS_AROUND);
        let mut shown_before: String = before.chars().skip(skipped).collect();
        shown_before = escape::visible(&shown_before);
        if skipped > 0 || from > line_start {
            shown_before.insert(0, '…');
        }
        let whole_mark = String::from_utf8_lossy(&text[start..end]);
        let mut marked: String = whole_mark.chars().take(TEXT_MARK_MAX).collect();
        let is_cut = whole_mark.chars().count() > TEXT_MARK_MAX;
        let rest = String::from_utf8_lossy(&text[end..to]);
        let mut after = escape::visible(&rest.chars().take(CHARS_AROUND).collect::<String>());
        if rest.chars().count() > CHARS_AROUND || to < line_end {
            after.push('…');
        }
        marked = escape::visible(&marked);
        if is_cut {
            marked.push('…');
            after.clear();
        }
        Excerpt {
            before: shown_before,
            marked,
            after: after.trim_end().to_owned(),
            label: String::new(),
        }
    }
}

/// The end of the character that `end` cuts, if it cuts one.
fn whole_characters(text: &[u8], end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    // A character has at most 3 bytes after its first.
    end + rest.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count()
}

fn spaced(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    pairs.join(" ")
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = format!("  {}{}{}", self.before, self.marked, self.after);
        let indent = self.before.chars().count();
        let carets = "^".repeat(self.marked.chars().count().max(1));
        let mark = format!("  {:indent$}{carets} {}", "", self.label);
        write!(f, "{}\n{}", line.trim_end(), mark.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_cut_to_what_is_near_the_mark() {
        let bytes: Vec<u8> = (0..40).collect();
        assert_eq!(
            Excerpt::of_bytes(&bytes, 20..21, "tag").to_string(),
            "  … 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c …\n\
             \x20                           ^^ tag"
        );
    }

    #[test]
    fn a_mark_past_the_end_stands_where_the_missing_byte_would() {
        assert_eq!(Excerpt::of_bytes(&[0x0a], 1..1, "length").to_string(), "  0a\n     ^ length");
    }

    #[test]
    fn a_long_mark_is_seen_to_be_cut() {
        let text = format!("{{{}}}", "x".repeat(40));
        let shown = Excerpt::of_text(text.as_bytes(), 1..41).to_string();
        assert_eq!(shown, format!("  {{{}…\n   {}", "x".repeat(24), "^".repeat(25)));
    }

    #[test]
    fn text_shows_its_own_line_only_and_nothing_raw() {
        let text = "one\n{\"a\u{1b}\": x}\nthree".as_bytes();
        assert_eq!(
            Excerpt::of_text(text, 11..12).to_string(),
            "  {\"a\\u001b\": x}\n              ^"
        );
    }
}
