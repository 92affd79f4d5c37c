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

/// A `google.protobuf.FeatureSet`: the features that are set somewhere.
#[derive(Clone, Copy, Default)]
pub struct FeatureSet {
    field_presence: Option<i32>,
    enum_type: Option<i32>,
    repeated_field_encoding: Option<i32>,
    utf8_validation: Option<i32>,
    message_encoding: Option<i32>,
}

impl FeatureSet {
    /// Where the feature of this field number is kept, if it is used at all.
    pub fn slot(&mut self, number: u32) -> Option<&mut Option<i32>> {
        match number {
            1 => Some(&mut self.field_presence),
            2 => Some(&mut self.enum_type),
            3 => Some(&mut self.repeated_field_encoding),
            4 => Some(&mut self.utf8_validation),
            5 => Some(&mut self.message_encoding),
            _ => None,
        }
    }

    /// Takes over what `inner` sets.
    pub fn merge(&mut self, inner: &FeatureSet) {
        self.field_presence = inner.field_presence.or(self.field_presence);
        self.enum_type = inner.enum_type.or(self.enum_type);
        self.repeated_field_encoding =
            inner.repeated_field_encoding.or(self.repeated_field_encoding);
        self.utf8_validation = inner.utf8_validation.or(self.utf8_validation);
        self.message_encoding = inner.message_encoding.or(self.message_encoding);
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
        let (presence, enums, repeated, utf8) = match edition {
            PROTO2 => (EXPLICIT, CLOSED, EXPANDED, UNVERIFIED),
            PROTO3 => (IMPLICIT, OPEN, PACKED, VERIFY),
            EDITION_2023 | EDITION_2024 => (EXPLICIT, OPEN, PACKED, VERIFY),
            _ => {
                return Err(Error::failure(format!("the edition {edition} is not known"))
                    .hint("proto2, proto3 and the editions 2023 and 2024 are"));
            }
        };
        Ok(FeatureSet {
            field_presence: Some(presence),
            enum_type: Some(enums),
            repeated_field_encoding: Some(repeated),
            utf8_validation: Some(utf8),
            message_encoding: Some(LENGTH_PREFIXED),
        })
    }

    /// Whether a singular field is set only by a value other than its default.
    pub fn implicit_presence(&self) -> bool {
        self.field_presence == Some(IMPLICIT)
    }

    /// Whether a field must be set.
    pub fn required(&self) -> bool {
        self.field_presence == Some(LEGACY_REQUIRED)
    }

    /// Whether an enum has no values but its own.
    pub fn closed_enum(&self) -> bool {
        self.enum_type == Some(CLOSED)
    }

    /// Whether a repeated field of numbers is packed.
    pub fn packed(&self) -> bool {
        self.repeated_field_encoding == Some(PACKED)
    }

    /// Whether a string must be UTF-8.
    pub fn verified_utf8(&self) -> bool {
        self.utf8_validation == Some(VERIFY)
    }

    /// Whether a message field is encoded as a group.
    pub fn delimited(&self) -> bool {
        self.message_encoding == Some(DELIMITED)
    }
}

const EXPLICIT: i32 = 1;
const IMPLICIT: i32 = 2;
const LEGACY_REQUIRED: i32 = 3;
const OPEN: i32 = 1;
const CLOSED: i32 = 2;
const PACKED: i32 = 1;
const EXPANDED: i32 = 2;
const VERIFY: i32 = 2;
const UNVERIFIED: i32 = 3;
const LENGTH_PREFIXED: i32 = 1;
const DELIMITED: i32 = 2;
