//! The compiled schema: plain data, made once by [`crate::schema`], read by
//! the codec for every message.
//!
//! Nothing here allocates, fails or looks a name up in a descriptor: what a
//! message costs per byte is decided by what stands ready in these tables.

mod form;
mod kind;
mod message;

pub use form::Form;
pub use kind::Kind;
pub use message::{Cardinality, Field, Message, Presence, WellKnown};

/// The index of a message type in [`Tables`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MessageId(pub u32);

/// The index of an enum in [`Tables`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EnumId(pub u32);

/// The types that a root type leads to.
#[derive(Default)]
pub struct Tables {
    /// By [`MessageId`].
    pub messages: Vec<Message>,
    /// By [`EnumId`].
    pub enums: Vec<Enum>,
    /// The indexes of `messages` in the order of their full names.
    pub by_name: Vec<MessageId>,
}

impl Tables {
    /// The message type of this index.
    #[inline]
    pub fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0 as usize]
    }

    /// The enum of this index.
    #[inline]
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id.0 as usize]
    }

    /// The message type of this full name.
    pub fn find(&self, name: &str) -> Option<MessageId> {
        let at = self.by_name.binary_search_by(|&id| self.message(id).name().cmp(name)).ok()?;
        Some(self.by_name[at])
    }
}

/// A message type to read or write, with the types that it leads to.
#[derive(Clone, Copy)]
pub struct Root<'t> {
    /// All the types.
    pub tables: &'t Tables,
    /// Which of them it is.
    pub id: MessageId,
}

impl<'t> Root<'t> {
    /// The type itself.
    #[inline]
    pub fn message(self) -> &'t Message {
        self.tables.message(self.id)
    }

    /// Its full name.
    pub fn name(self) -> &'t str {
        self.message().name()
    }
}

/// An enum.
pub struct Enum {
    /// Its full name.
    pub name: Box<str>,
    /// Whether it has no values but its own.
    pub closed: bool,
    /// Whether it is `google.protobuf.NullValue`, which JSON writes `null`.
    pub is_null: bool,
    /// The names in the order of the numbers; of several names for one number
    /// the first of the file comes first.
    pub by_number: Box<[(i32, Box<str>)]>,
    /// The numbers in the order of the names.
    pub by_name: Box<[(Box<str>, i32)]>,
}

impl Enum {
    /// The name of a number: of several the first.
    pub fn name_of(&self, number: i32) -> Option<&str> {
        let first = self.by_number.partition_point(|(known, _)| *known < number);
        let (known, name) = self.by_number.get(first)?;
        (*known == number).then_some(name)
    }

    /// The number of a name.
    pub fn number_of(&self, name: &str) -> Option<i32> {
        let at = self.by_name.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.by_name[at].1)
    }
}
