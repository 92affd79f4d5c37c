//! The names of enum values, ready to be written.

use super::plan::{KEY_BLOCK, padded};
use crate::escape;
use crate::table::Enum;

/// The names of an enum.
pub(super) struct Names {
    /// By number, for those from 0 on without a gap.
    dense: Vec<Name>,
    /// The others, in order.
    sparse: Vec<(i32, Name)>,
    /// The numbers of all names, in the order of the names.
    numbers: Vec<(Box<[u8]>, i32)>,
    /// Whether there are no other values.
    pub closed: bool,
}

/// A name as it is written, padded to whole blocks.
pub(super) struct Name {
    pub bytes: Box<[u8]>,
    pub len: usize,
    /// The first block.
    pub block: [u8; KEY_BLOCK],
}

impl Names {
    /// As JSON has them.
    pub(super) fn new(enumeration: &Enum) -> Self {
        Names::with(enumeration, |name| {
            let mut quoted = Vec::new();
            escape::json_string(name, &mut quoted);
            quoted
        })
    }

    /// As text has them.
    pub(super) fn bare(enumeration: &Enum) -> Self {
        Names::with(enumeration, |name| name.as_bytes().to_vec())
    }

    fn with(enumeration: &Enum, written: impl Fn(&str) -> Vec<u8>) -> Self {
        let numbers = enumeration.by_name.iter();
        let mut names = Names {
            dense: Vec::new(),
            sparse: Vec::new(),
            numbers: numbers.map(|(name, number)| (name.as_bytes().into(), *number)).collect(),
            closed: enumeration.closed,
        };
        let mut last = None;
        for (number, name) in &enumeration.by_number {
            // Of several names for a number the first counts.
            if last == Some(*number) {
                continue;
            }
            last = Some(*number);
            let name = Name::new(written(name));
            if usize::try_from(*number) == Ok(names.dense.len()) {
                names.dense.push(name);
            } else {
                names.sparse.push((*number, name));
            }
        }
        names
    }

    /// The number of a name.
    #[inline]
    pub(super) fn number_of(&self, name: &[u8]) -> Option<i32> {
        let at = self.numbers.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.numbers[at].1)
    }

    /// Whether a field may have this number.
    #[inline]
    pub(super) fn has(&self, number: i32) -> bool {
        !self.closed || self.of(number).is_some()
    }

    /// The name of a number.
    #[inline]
    pub(super) fn of(&self, number: i32) -> Option<&Name> {
        match self.dense.get(number as usize) {
            Some(name) => Some(name),
            None => {
                let at = self.sparse.binary_search_by_key(&number, |entry| entry.0).ok()?;
                Some(&self.sparse[at].1)
            }
        }
    }
}

impl Name {
    fn new(bytes: Vec<u8>) -> Self {
        let (bytes, len, block) = padded(bytes);
        Name { bytes, len, block }
    }
}
