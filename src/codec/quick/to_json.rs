//! Messages to lines of JSON: the quick path, and the plain codec for what it
//! gives up.

use std::ops::Range;

use super::{Plan, Slab};
use crate::codec::Notes;
use crate::codec::json::{self, PrintOptions};
use crate::error::Result;
use crate::table::Root;

/// Turns the messages of a stream into lines of JSON.
pub struct ToJson<'t> {
    root: Root<'t>,
    options: PrintOptions,
    plan: Option<Plan>,
}

impl<'t> ToJson<'t> {
    /// For messages of this type.
    pub fn new(root: Root<'t>, options: PrintOptions) -> Self {
        ToJson { root, options, plan: Plan::new(root, options) }
    }

    /// Appends the message at `record`, which begins `base` bytes into the
    /// input, as a line. `window` may go on behind it; the quick path wants
    /// [`super::SLACK`] bytes there. `scratch` is for the plain codec.
    ///
    /// # Errors
    ///
    /// As [`json::print`]; what is appended then means nothing.
    pub fn record(
        &self,
        window: &[u8],
        record: Range<usize>,
        base: u64,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        notes: &mut Notes,
    ) -> Result<()> {
        if self.plan.as_ref().is_some_and(|plan| plan.print(window, record.clone(), out)) {
            return Ok(());
        }
        let message = &window[record];
        let print = |out: &mut Vec<u8>| {
            json::print(self.root, message, base, self.options, out, notes)?;
            out.push(b'\n');
            Ok(())
        };
        out.print(message.len(), scratch, print)
    }

    /// Appends messages that stand each after its length, as many as the quick
    /// path takes at once: see [`Plan::print_delimited`].
    pub fn delimited(
        &self,
        window: &[u8],
        range: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        match &self.plan {
            Some(plan) => plan.print_delimited(window, range, most, out),
            None => (0, range.start),
        }
    }
}
