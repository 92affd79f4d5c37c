//! JSON values to messages, each after its length: the quick path, and the
//! plain codec for what it gives up.

use std::ops::Range;

use super::{Plan, Slab};
use crate::codec::Origin;
use crate::codec::json::{self, ParseOptions, PrintOptions};
use crate::error::Result;
use crate::stream::Framing;
use crate::table::Root;

/// Turns JSON values into the messages of a varint-delimited stream.
pub struct FromJson<'t> {
    root: Root<'t>,
    options: ParseOptions,
    plan: Option<Plan>,
}

impl<'t> FromJson<'t> {
    /// For messages of this type.
    pub fn new(root: Root<'t>, options: ParseOptions) -> Self {
        let plan = Plan::new(root, PrintOptions::default());
        FromJson { root, options, plan }
    }

    /// Appends the messages of JSON values with white space between, as many
    /// as the quick path takes at once: see [`Plan::parse_delimited`].
    pub fn values(
        &self,
        window: &[u8],
        range: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        match &self.plan {
            Some(plan) => plan.parse_delimited(window, range, most, out),
            None => (0, range.start),
        }
    }

    /// Appends the message of one value, which begins at `origin` of the
    /// input. `window` may go on behind it; the quick path wants
    /// [`super::SLACK`] bytes there. `scratch` is for the plain codec.
    ///
    /// # Errors
    ///
    /// As [`json::parse`]; nothing is appended then.
    pub fn record(
        &self,
        window: &[u8],
        record: Range<usize>,
        origin: Origin,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
    ) -> Result<()> {
        let start = out.len();
        // Nearly every message has fewer bytes than its JSON.
        let most = start + record.len();
        if let (1, behind) = self.values(window, record.clone(), most, out)
            && window[behind..record.end].iter().all(|byte| b" \t\r\n".contains(byte))
        {
            return Ok(());
        }
        out.truncate(start);
        scratch.clear();
        json::parse(self.root, &window[record], origin, self.options, scratch)?;
        let message = scratch.len();
        Framing::Varint.write_header(message, scratch)?;
        let (message, header) = scratch.split_at(message);
        out.extend(header);
        out.extend(message);
        Ok(())
    }
}
