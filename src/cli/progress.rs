//! How far a long stream is, for whoever sits at the terminal.
//!
//! A line on standard error, if that is a terminal and results go elsewhere,
//! once the work has taken a second. It is taken away before anything else is
//! said, and at the end.

use std::time::{Duration, Instant};

use super::io::{self, OutputOptions};

/// What is done sooner needs no progress.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// The line is drawn anew this often, at most.
const DRAWN_EVERY: Duration = Duration::from_millis(200);

/// How far a stream is.
pub struct Progress {
    /// None if nothing is to be shown.
    watched: Option<Watched>,
}

struct Watched {
    started: Instant,
    /// The bytes of the input, if they are known.
    size: Option<u64>,
    /// When the line may be drawn next.
    next: Instant,
    /// Whether the line is there.
    shown: bool,
}

impl Progress {
    /// Of a stream that begins now, of so many bytes if they are known.
    pub fn start(quiet: bool, size: Option<u64>, output: &OutputOptions) -> Self {
        if quiet || !io::can_draw() || output.is_terminal() {
            return Progress { watched: None };
        }
        let started = Instant::now();
        let next = started + SHOWN_AFTER;
        Progress { watched: Some(Watched { started, size, next, shown: false }) }
    }

    /// So much of the input is done.
    pub fn so_far(&mut self, bytes: u64, records: u64) {
        let Some(watched) = &mut self.watched else { return };
        let now = Instant::now();
        if now < watched.next {
            return;
        }
        watched.next = now + DRAWN_EVERY;
        watched.shown = true;
        io::draw(&line(bytes, records, now - watched.started, watched.size));
    }

    /// Takes the line away. It is drawn again when it is time to.
    pub fn clear(&mut self) {
        if let Some(watched) = &mut self.watched
            && std::mem::take(&mut watched.shown)
        {
            io::erase();
        }
    }
}

/// What is shown.
fn line(bytes: u64, records: u64, elapsed: Duration, size: Option<u64>) -> String {
    let rate = bytes as f64 / elapsed.as_secs_f64();
    let mut line = shown(bytes);
    if let Some(size) = size {
        line += &format!(" of {}", shown(size));
    }
    let plural = if records == 1 { "" } else { "s" };
    line += &format!(", {records} record{plural}, {}/s", shown(rate as u64));
    // A file that grows while it is read is past its end, so to say.
    if let Some(left) = size.and_then(|size| size.checked_sub(bytes))
        && rate > 0.0
    {
        let seconds = (left as f64 / rate).ceil() as u64;
        line += &match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, 0, seconds) => format!(", {seconds} s left"),
            (0, minutes, seconds) => format!(", {minutes}:{seconds:02} min left"),
            (hours, minutes, _) => format!(", {hours}:{minutes:02} h left"),
        };
    }
    line
}

/// A number of bytes in three digits or four.
fn shown(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = bytes.checked_ilog2().unwrap_or(0) as usize / 10;
    if unit == 0 {
        return format!("{bytes} B");
    }
    let value = bytes as f64 / (1_u64 << (10 * unit)) as f64;
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_bytes_records_rate_and_what_is_left() {
        let two = Duration::from_secs(2);
        assert_eq!(
            line(3 << 20, 12_345, two, Some(9 << 20)),
            "3.00 MiB of 9.00 MiB, 12345 records, 1.50 MiB/s, 4 s left"
        );
        assert_eq!(line(3 << 20, 1, two, None), "3.00 MiB, 1 record, 1.50 MiB/s");
        assert_eq!(line(9, 1, two, Some(5)), "9 B of 5 B, 1 record, 4 B/s");
        assert_eq!(line(0, 0, two, Some(5)), "0 B of 5 B, 0 records, 0 B/s");
        let long = Some(1 << 30);
        assert!(line(20 << 20, 5, two, long).ends_with(", 10.0 MiB/s, 1:41 min left"));
        assert!(line(1 << 18, 5, two, long).ends_with(", 128 KiB/s, 2:16 h left"));
    }

    #[test]
    fn every_number_of_bytes_is_short() {
        assert_eq!(shown(1023), "1023 B");
        assert_eq!(shown(1024), "1.00 KiB");
        assert_eq!(shown(u64::MAX), "16.0 EiB");
    }
}
