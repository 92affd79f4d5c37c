//! How values stand behind a tag.

use super::{Cardinality, Field};
use crate::wire::WireType;

/// How the values of a field stand behind a tag: the full grid of
/// cardinality, kind and wire type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// One value.
    One,
    /// Many, one after another, in a length-delimited field.
    Packed,
    /// An entry of a map.
    Entry,
    /// None that the kind has.
    Wrong,
}

impl Form {
    /// How a value of `field` stands behind a tag of this wire type.
    #[inline]
    pub fn of(field: &Field, found: WireType) -> Form {
        let one = field.kind.wire_type() == found;
        match field.cardinality {
            Cardinality::Singular(_) | Cardinality::Repeated { .. } if one => Form::One,
            Cardinality::Repeated { .. } if field.kind.packable() && found == WireType::Len => {
                Form::Packed
            }
            Cardinality::Map if one => Form::Entry,
            Cardinality::Singular(_) | Cardinality::Repeated { .. } | Cardinality::Map => {
                Form::Wrong
            }
        }
    }
}
