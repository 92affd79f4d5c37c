//! What is said on standard error about input that was understood but is odd.
//!
//! Each kind for each field is said once, at its first place; the counts come
//! at the end; a run has at most 20 lines.

use super::io;
use crate::codec::Notes;
use crate::codec::notes::{Note, WARNING_LINES_MAX, What};
use crate::error::names;

/// The fields that the closing line counts one by one.
const COUNTED_MAX: usize = 8;

/// What becomes of warnings.
#[derive(clap::Args)]
#[command(next_help_heading = "Warnings")]
pub struct WarningOptions {
    /// Treat warnings as errors
    #[arg(long, num_args = 0, default_missing_value = "true")]
    strict: Option<bool>,
    /// Say no warnings, show no progress
    #[arg(long, short, num_args = 0, default_missing_value = "true")]
    quiet: Option<bool>,
}

impl WarningOptions {
    /// Whether nothing is to be said that is no error.
    pub fn quiet(&self) -> bool {
        self.quiet.is_some()
    }

    /// The warnings of a run, none said yet.
    pub fn start(&self) -> Warnings {
        Warnings {
            quiet: self.quiet.is_some(),
            notes: Notes::new(self.strict.is_some()),
            said: 0,
            unsaid: 0,
        }
    }
}

impl Warnings {
    /// For what has nothing to warn of.
    pub fn none() -> Self {
        Warnings { quiet: true, notes: Notes::new(false), said: 0, unsaid: 0 }
    }
}

/// The warnings of a run.
pub struct Warnings {
    quiet: bool,
    notes: Notes,
    /// The lines that were written.
    said: usize,
    /// What was noted after its first place, or found no line.
    unsaid: u64,
}

impl Warnings {
    /// An empty list for the notes of one record.
    pub fn fresh(&self) -> Notes {
        self.notes.fresh()
    }

    /// Whether anything is to be said of the notes of a record.
    pub fn would_say(&self, notes: &Notes) -> bool {
        !self.quiet
            && self.said + 1 < WARNING_LINES_MAX
            && notes.list().iter().any(|note| !self.is_known(note))
    }

    /// Says what is new in the notes of a record; `record` is its number in a
    /// stream.
    pub fn tell(&mut self, notes: Notes, record: Option<u64>) {
        self.tell_in(notes, record.map(|number| ("record", number)));
    }

    /// The same where what is counted has another name.
    pub fn tell_in(&mut self, notes: Notes, place: Option<(&str, u64)>) {
        if self.quiet || (notes.list().is_empty() && notes.beyond() == 0) {
            return;
        }
        self.unsaid += notes.beyond();
        for note in notes.list() {
            // The last line is for the counts.
            if self.is_known(note) || self.said + 1 >= WARNING_LINES_MAX {
                self.unsaid += note.count;
                continue;
            }
            self.said += 1;
            let times = match note.count {
                1 => String::new(),
                count => format!("{count} times, first "),
            };
            let record = place.map_or(String::new(), |(one, n)| format!("in {one} {n}, "));
            let place = format!("{times}{record}at byte {}, in {}", note.offset, note.message);
            io::say(&format!("warning: {note} ({place})"));
        }
        self.notes.append(notes);
    }

    /// Says the counts of what had more than its first place.
    pub fn finish(self) {
        if self.unsaid == 0 {
            return;
        }
        // The first ones were said; of those only the number is news.
        let news = |(index, note): &(usize, &Note)| *index >= self.said || note.count > 1;
        let list = self.notes.list().iter().enumerate().filter(news);
        let mut counted: Vec<(u64, String)> =
            list.map(|(_, note)| (note.count, total(note))).collect();
        // The most frequent are named; the others are counted all the same.
        counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let rest = counted.split_off(counted.len().min(COUNTED_MAX));
        let others = rest.iter().map(|(count, _)| count).sum::<u64>() + self.notes.beyond();
        let mut shown: Vec<String> = counted.into_iter().map(|(_, text)| text).collect();
        if others > 0 {
            shown.push(format!("other fields {others} times"));
        }
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        io::say(&format!("warning: in all {}", names::list(&shown)));
    }

    fn is_known(&self, note: &Note) -> bool {
        self.notes.list().iter().any(|known| known.is_like(note))
    }
}

fn total(note: &Note) -> String {
    let what = match note.what {
        What::WrongWireType { .. } => "of the wrong wire type",
        What::Repeated => "again",
        What::OtherOfOneof => "in place of another of its oneof",
        What::LeftOut => "left out",
        What::NoEnumValue => "of no value of its enum",
    };
    match note.count {
        1 => format!("{} {what} once", note.field),
        count => format!("{} {what} {count} times", note.field),
    }
}
