//! A record a line: hex, base64 and text.

use memchr::memchr;

use super::split::Found;

/// Finds lines. An empty line is a record, the last newline ends the last
/// line, and a `\r` before a newline is dropped.
#[derive(Default)]
pub struct Lines {
    /// The bytes that are known to hold no newline.
    looked_at: usize,
}

impl Lines {
    /// Whether nothing of the next line was looked at.
    pub fn is_between(&self) -> bool {
        self.looked_at == 0
    }

    /// Looks for the line at the start of `bytes`; see [`super::Split::next`].
    pub fn next(&mut self, bytes: &[u8], ended: bool) -> Found {
        let newline = memchr(b'\n', &bytes[self.looked_at..]);
        let (line, consumed) = match newline {
            Some(at) => (self.looked_at + at, self.looked_at + at + 1),
            None if !ended => {
                self.looked_at = bytes.len();
                return Found::More;
            }
            None if bytes.is_empty() => return Found::End,
            None => (bytes.len(), bytes.len()),
        };
        self.looked_at = 0;
        let payload = if bytes[..line].ends_with(b"\r") { line - 1 } else { line };
        Found::Record { header: 0, payload, consumed, cut: newline.is_none() }
    }
}
