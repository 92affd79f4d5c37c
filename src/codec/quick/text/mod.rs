//! Messages to text by a quick path of two passes.
//!
//! The first looks at the whole message without writing: from then on nothing
//! can go wrong, so that the second needs no memory for its output. What it
//! writes goes on in pieces, whose memory is used over and over.
//!
//! Text has nothing that depends on what follows, unlike JSON with its commas.
//! So a message inside that is not in the common form can be written by the
//! plain codec, and its line by this one. Unknown fields behind all others,
//! such as options of a schema that is not there, are in the common form.

mod check;
mod lines;
mod map;
mod numbers;
mod out;
mod plan;
mod string;

use std::ops::Range;

use self::lines::Printing;
use self::out::Out;
use self::plan::Plan;
use super::wire::span;
use super::{GIVEN_UP, SLACK, Slab};
use crate::codec::Notes;
use crate::codec::text::{self, Layout, PrintOptions};
use crate::error::Result;
use crate::table::Root;

/// Turns messages into text, with their unknown fields.
pub struct ToText<'t> {
    root: Root<'t>,
    layout: Layout,
    plan: Option<Plan<'t>>,
}

/// A message that the quick path can write.
pub struct Checked<'c> {
    plan: &'c Plan<'c>,
    window: &'c [u8],
    record: Range<usize>,
    /// Where the messages inside begin that the plain codec writes.
    plain: Vec<usize>,
}

impl<'t> ToText<'t> {
    /// For messages of this type.
    pub fn new(root: Root<'t>, layout: Layout) -> Self {
        ToText { root, layout, plan: Plan::new(root, layout) }
    }

    /// Looks at the message at `record`, behind which there have to be [`SLACK`]
    /// bytes in `window`. Without an answer the plain codec has to decide: there
    /// is an error, something to note, or too much that is not in the common
    /// form.
    pub fn check<'c>(&'c self, window: &'c [u8], record: Range<usize>) -> Option<Checked<'c>> {
        let plan = self.plan.as_ref()?;
        if record.end + SLACK > window.len() {
            return None;
        }
        let plain = check::check(plan, window, record.start, record.end)?;
        Some(Checked { plan, window, record, plain })
    }

    /// Appends the message at `record`, which begins `base` bytes into the
    /// input, and the end of its line if it is on one. `window` may go on behind
    /// it; the quick path wants [`SLACK`] bytes there. `scratch` is for the plain
    /// codec.
    ///
    /// # Errors
    ///
    /// As [`text::print`]; what is appended then means nothing.
    pub fn record(
        &self,
        window: &[u8],
        record: Range<usize>,
        base: u64,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        notes: &mut Notes,
    ) -> Result<()> {
        if self.check(window, record.clone()).is_some_and(|checked| checked.append(out)) {
            return Ok(());
        }
        let message = &window[record];
        let print = |out: &mut Vec<u8>| {
            let options = PrintOptions { layout: self.layout, unknown: true };
            text::print(self.root, message, base, options, out, notes)?;
            if self.layout == Layout::OneLine {
                out.push(b'\n');
            }
            Ok(())
        };
        out.print(message.len(), scratch, print)
    }

    /// Appends messages that stand each after its length, as many as are whole
    /// in `window` from `start` to `end`, until `most` bytes are filled or the
    /// plain codec has to decide. Gives how many these were and where the next
    /// one begins.
    pub fn delimited(
        &self,
        window: &[u8],
        Range { start, end }: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        let (mut records, mut pos) = (0, start);
        let end = end.min(window.len().saturating_sub(SLACK));
        while out.len() < most {
            let (at, behind) = span(window, pos, end);
            if behind == GIVEN_UP
                || !self.check(window, at..behind).is_some_and(|checked| checked.append(out))
            {
                break;
            }
            pos = behind;
            records += 1;
        }
        (records, pos)
    }
}

impl Checked<'_> {
    /// Appends the message, and the end of its line if it is on one.
    #[must_use]
    pub fn append(&self, out: &mut Slab) -> bool {
        let start = out.len();
        let mut printing = self.printing(Out::all(out));
        let mut o = self.fields(&mut printing, start);
        if o != GIVEN_UP && self.plan.layout == Layout::OneLine {
            // In place of the space behind the last field.
            o = printing.out.room(o.max(start + 1) - 1);
            printing.end = b'\n';
            o = printing.end(o);
        }
        printing.out.finish(o)
    }

    /// Hands on the message in pieces of at most `len` bytes. What they are
    /// handed to may fail, which ends it.
    ///
    /// # Errors
    ///
    /// The failure.
    pub fn pieces<E>(
        &self,
        len: usize,
        mut take: impl FnMut(&[u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let (mut slab, mut failure) = (Slab::default(), None);
        let mut handed = |piece: &[u8]| {
            failure = take(piece).err();
            failure.is_none()
        };
        let mut printing = self.printing(Out::pieces(&mut slab, len, &mut handed));
        let o = self.fields(&mut printing, 0);
        let whole = printing.out.finish(o);
        match failure {
            Some(failure) => Err(failure),
            None => {
                assert!(whole, "a message that was looked at can be written");
                Ok(())
            }
        }
    }

    fn printing<'o>(&'o self, out: Out<'o>) -> Printing<'o, 'o, 'o> {
        Printing::new(self.plan, self.window, &self.plain, out)
    }

    fn fields(&self, printing: &mut Printing<'_, '_, '_>, start: usize) -> usize {
        printing.message(self.plan.root, self.record.start, self.record.end, start, 0)
    }
}
