//! Editions and features: what a field means when nothing at it says so.
//!
//! The defaults are those of `descriptor.proto`; proto2 and proto3 are
//! editions of their own there, with features that cannot be set.

use crate::error::{Error, Result};
use crate::escape::quote;

/// `Edition.EDITION_PROTO2`.
const PROTO2: i32 = 998;
/// `Edition.EDITION_PROTO3`.
const PROTO3: i32 = 999;
/// `Edition.EDITION_2023`.
const EDITION_2023: i32 = 1000;
/// `Edition.EDITION_2024`, which changed none of the features used here.
const EDITION_2024: i32 = 1001;

/// The features that are used here, in the order of their field numbers, each
/// with the values that it has.
const FEATURES: [(&str, std::ops::RangeInclusive<u8>); 6] = [
    ("field_presence", 1..=3),
    ("enum_type", 1..=2),
    ("repeated_field_encoding", 1..=2),
    ("utf8_validation", 2..=3),
    ("message_encoding", 1..=2),
    ("json_format", 1..=2),
];

const PRESENCE: usize = 0;
const ENUM: usize = 1;
const REPEATED: usize = 2;
const UTF8: usize = 3;
const ENCODING: usize = 4;
const JSON: usize = 5;

/// A `google.protobuf.FeatureSet`: the values of the features that are set
/// somewhere, 0 for the others.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct FeatureSet([u8; FEATURES.len()]);

impl FeatureSet {
    /// Whether the feature of this field number is used here.
    pub fn has(number: u32) -> bool {
        (1..=FEATURES.len()).contains(&(number as usize))
    }

    /// Sets the feature of this field number, if it is used here.
    ///
    /// # Errors
    ///
    /// What is wrong: it has no such value.
    pub fn set(&mut self, number: u32, value: i32) -> Result<(), String> {
        let index = (number as usize).wrapping_sub(1);
        let Some((name, known)) = FEATURES.get(index) else { return Ok(()) };
        match u8::try_from(value) {
            Ok(value) if known.contains(&value) => self.0[index] = value,
            _ => return Err(format!("the feature {name} has no value {value}")),
        }
        Ok(())
    }

    /// Takes over what `inner` sets.
    pub fn merge(&mut self, inner: &FeatureSet) {
        for (outer, &inner) in self.0.iter_mut().zip(&inner.0) {
            if inner != 0 {
                *outer = inner;
            }
        }
    }

    /// What these features and those of something inside come to.
    pub fn with(mut self, inner: &FeatureSet) -> FeatureSet {
        self.merge(inner);
        self
    }

    /// The features of a file that sets none.
    ///
    /// # Errors
    ///
    /// A syntax or an edition that is not known.
    pub fn of_file(syntax: &str, edition: i32) -> Result<FeatureSet> {
        let edition = match syntax {
            "" | "proto2" => PROTO2,
            "proto3" => PROTO3,
            "editions" => edition,
            _ => return Err(Error::failure(format!("the syntax {} is not known", quote(syntax)))),
        };
        // In the order of `FEATURES`.
        Ok(FeatureSet(match edition {
            PROTO2 => [EXPLICIT, CLOSED, EXPANDED, UNVERIFIED, LENGTH_PREFIXED, BEST_EFFORT],
            PROTO3 => [IMPLICIT, OPEN, PACKED, VERIFY, LENGTH_PREFIXED, ALLOW],
            EDITION_2023 | EDITION_2024 => [EXPLICIT, OPEN, PACKED, VERIFY, LENGTH_PREFIXED, ALLOW],
            _ => {
                return Err(Error::failure(format!("the edition {edition} is not known"))
                    .hint("proto2, proto3 and the editions 2023 and 2024 are"));
            }
        }))
    }

    /// Whether a singular field is set only by a value other than its default.
    pub fn implicit_presence(&self) -> bool {
        self.0[PRESENCE] == IMPLICIT
    }

    /// Whether a field must be set.
    pub fn required(&self) -> bool {
        self.0[PRESENCE] == LEGACY_REQUIRED
    }

    /// Whether an enum has no values but its own.
    pub fn closed_enum(&self) -> bool {
        self.0[ENUM] == CLOSED
    }

    /// Whether a repeated field of numbers is packed.
    pub fn packed(&self) -> bool {
        self.0[REPEATED] == PACKED
    }

    /// Whether a string must be UTF-8.
    pub fn verified_utf8(&self) -> bool {
        self.0[UTF8] == VERIFY
    }

    /// Whether the fields of a message must differ in their JSON names.
    pub fn distinct_json_names(&self) -> bool {
        self.0[JSON] == ALLOW
    }

    /// Whether a message field is encoded as a group.
    pub fn delimited(&self) -> bool {
        self.0[ENCODING] == DELIMITED
    }
}

const EXPLICIT: u8 = 1;
const IMPLICIT: u8 = 2;
const LEGACY_REQUIRED: u8 = 3;
const OPEN: u8 = 1;
const CLOSED: u8 = 2;
const PACKED: u8 = 1;
const EXPANDED: u8 = 2;
const VERIFY: u8 = 2;
const UNVERIFIED: u8 = 3;
const LENGTH_PREFIXED: u8 = 1;
const DELIMITED: u8 = 2;
const ALLOW: u8 = 1;
const BEST_EFFORT: u8 = 2;
