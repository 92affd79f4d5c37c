//! What the quick paths know of a schema: made once for a stream.

use super::enums::Names;
use super::word::put_varint;
use crate::codec::json::PrintOptions;
use crate::escape;
use crate::table::{
    Cardinality, Field, Kind, Message, MessageId, Presence, Root, Tables, WellKnown,
};
use crate::wire::{Tag, WireType};

/// Keys are copied in blocks of so many bytes.
pub(super) const KEY_BLOCK: usize = 32;

/// A message type and those it leads to, ready for the quick paths.
pub struct Plan {
    /// By the index of the message type.
    pub(super) shapes: Vec<Shape>,
    /// By the index of the enum.
    pub(super) enums: Vec<Names>,
    pub(super) root: usize,
    /// Whether 64-bit numbers have quotes.
    pub(super) quoted: bool,
}

/// A message type.
pub(super) struct Shape {
    /// Its fields in the order in which they are written.
    pub steps: Box<[Step]>,
    /// Every name in JSON with the index of its field, in order.
    pub names: Box<[(Box<[u8]>, usize)]>,
    /// Whether JSON of it can be read: not when it must have fields, since
    /// nobody counts those.
    pub parsed: bool,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    String,
    Bytes,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    Double,
    Float,
    Enum,
    Message,
    Timestamp,
    /// Not by a quick path.
    Other,
}

/// How values of a field stand behind its tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Many {
    /// One, which may have to be there although it is the default.
    Explicit,
    /// One, which is not there when it is the default.
    Implicit,
    /// Each behind a tag.
    List,
    /// All behind one tag.
    Packed,
    /// Entries with keys.
    Map,
}

impl Many {
    pub fn of(field: &Field) -> Many {
        match field.cardinality {
            Cardinality::Singular(Presence::Implicit) => Many::Implicit,
            Cardinality::Singular(_) => Many::Explicit,
            Cardinality::Repeated { packed: true } => Many::Packed,
            Cardinality::Repeated { packed: false } => Many::List,
            Cardinality::Map => Many::Map,
        }
    }

    /// The value of the field's tag.
    pub fn tag(self, field: &Field) -> u32 {
        let wire_type = match self {
            Many::Packed => WireType::Len,
            Many::Implicit | Many::Explicit | Many::List | Many::Map => field.kind.wire_type(),
        };
        Tag { number: field.number, wire_type }.value()
    }
}

/// What a field takes to be written as JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// One value.
    String,
    Message,
    Bytes,
    Timestamp,
    /// Varints that are numbers.
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Bool,
    Enum,
    /// Any other number.
    Scalar,
    /// Many.
    List,
    Packed,
    Map,
    /// Any of them, with a key that is longer than a block.
    Long,
}

impl Act {
    /// For a field whose key is so long.
    fn new(many: Many, op: Op, key_len: usize) -> Act {
        match (many, op) {
            _ if key_len > KEY_BLOCK => Act::Long,
            (Many::List, _) => Act::List,
            (Many::Packed, _) => Act::Packed,
            (Many::Map, _) => Act::Map,
            (_, Op::String) => Act::String,
            (_, Op::Message) => Act::Message,
            (_, Op::Bytes) => Act::Bytes,
            (_, Op::Timestamp) => Act::Timestamp,
            (_, Op::Int32) => Act::Int32,
            (_, Op::Int64) => Act::Int64,
            (_, Op::Uint32) => Act::Uint32,
            (_, Op::Uint64) => Act::Uint64,
            (_, Op::Sint32) => Act::Sint32,
            (_, Op::Sint64) => Act::Sint64,
            (_, Op::Bool) => Act::Bool,
            (_, Op::Enum) => Act::Enum,
            _ => Act::Scalar,
        }
    }
}

/// A field.
pub(super) struct Step {
    /// The value of its tag.
    pub tag: u32,
    /// The tag as it is written, and its length.
    pub tag_word: u64,
    pub tag_mask: u64,
    pub tag_len: usize,
    /// Of a value that is not there when it is the default, the least that its
    /// length or its bits may be.
    pub least: usize,
    pub op: Op,
    pub many: Many,
    pub act: Act,
    /// A bit for its oneof.
    pub oneof: u64,
    /// The message type or the enum of its values.
    pub target: u32,
    /// Of a map how keys are written.
    pub key_op: Op,
    /// `,"name":` padded to whole blocks.
    pub key: Box<[u8]>,
    pub key_len: usize,
    /// The first block of the key.
    pub block: [u8; KEY_BLOCK],
    /// `"name":` in words, and which of their bytes it has: none for one that
    /// is longer.
    pub name: [u64; KEY_WORDS],
    pub masks: [u64; KEY_WORDS],
    /// The tags of the key and the value in an entry of a map.
    pub key_tag: u8,
    pub value_tag: u8,
}

/// Words that a key has at most when JSON is read the quick way.
const KEY_WORDS: usize = KEY_BLOCK / 8;

impl Plan {
    /// A plan for a type, unless JSON is to be written in a way that only the
    /// plain codec knows.
    pub fn new(root: Root<'_>, options: PrintOptions) -> Option<Plan> {
        if options.emit_defaults {
            return None;
        }
        let tables = root.tables;
        let shapes = tables.messages.iter().map(|message| Shape::new(tables, message, options));
        if !is_taken(root.message()) {
            return None;
        }
        Some(Plan {
            shapes: shapes.collect(),
            enums: tables.enums.iter().map(Names::new).collect(),
            root: root.id.0 as usize,
            quoted: !options.int64_as_number,
        })
    }
}

impl Shape {
    fn new(tables: &Tables, message: &Message, options: PrintOptions) -> Shape {
        let step = |field| Step::new(tables, field, options);
        let names = message.json_names().map(|(name, at)| (name.as_bytes().into(), at));
        Shape {
            steps: message.fields().iter().map(step).collect(),
            names: names.collect(),
            parsed: message.required.is_empty() && is_taken(message),
        }
    }
}

impl Step {
    fn new(tables: &Tables, field: &Field, options: PrintOptions) -> Step {
        let mut key = vec![b','];
        if options.proto_names && !field.extension {
            escape::json_string(&field.name, &mut key);
            key.push(b':');
        } else {
            key.extend_from_slice(&field.json_key);
        }
        let (key, key_len, block) = padded(key);
        let many = Many::of(field);
        let entry = (many == Many::Map).then(|| tables.message(field.message).fields());
        let (value, key_op) = match entry {
            Some([key, value]) => (value, op(tables, key)),
            _ => (field, Op::Other),
        };
        let tag = many.tag(field);
        let mut tag_bytes = [0; 16];
        let tag_len = put_varint(u64::from(tag), &mut tag_bytes, 0);
        let (name, masks) = words(&key[1..key_len]);
        let inner_tag = |field: &Field| {
            // Numbers 1 and 2: one byte.
            Tag { number: field.number, wire_type: field.kind.wire_type() }.value() as u8
        };
        let (key_tag, value_tag) = match entry {
            Some([key, value]) => (inner_tag(key), inner_tag(value)),
            _ => (0, 0),
        };
        let value_op = op(tables, value);
        Step {
            act: Act::new(many, value_op, key_len),
            name,
            masks,
            tag_word: u64::from_le_bytes(tag_bytes[..8].try_into().unwrap_or_default()),
            tag_mask: u64::MAX >> (64 - 8 * tag_len),
            tag_len,
            least: usize::from(many == Many::Implicit),
            key_tag,
            value_tag,
            tag,
            op: value_op,
            many,
            oneof: oneof_bit(field),
            target: target(value),
            key_op,
            key,
            key_len,
            block,
        }
    }
}

/// A key in words, and which of their bytes it has.
fn words(key: &[u8]) -> ([u64; KEY_WORDS], [u64; KEY_WORDS]) {
    let (mut words, mut masks) = ([0; KEY_WORDS], [0; KEY_WORDS]);
    if key.len() > KEY_BLOCK {
        // No word is like this: such a key is found by its name.
        return ([u64::MAX; KEY_WORDS], [u64::MAX; KEY_WORDS]);
    }
    for (at, byte) in key.iter().enumerate() {
        words[at / 8] |= u64::from(*byte) << (at % 8 * 8);
        masks[at / 8] |= 0xff << (at % 8 * 8);
    }
    (words, masks)
}

/// What is written before a value padded to whole blocks, its length without
/// that, and the first block.
pub(super) fn padded(mut key: Vec<u8>) -> (Box<[u8]>, usize, [u8; KEY_BLOCK]) {
    let key_len = key.len();
    key.resize(key_len.next_multiple_of(KEY_BLOCK), 0);
    let mut block = [0; KEY_BLOCK];
    block.copy_from_slice(&key[..KEY_BLOCK]);
    (key.into(), key_len, block)
}

/// A bit for the oneof of a field; 0 for none.
pub(super) fn oneof_bit(field: &Field) -> u64 {
    field.oneof.map_or(0, |oneof| 1u64.checked_shl(oneof.into()).unwrap_or(0))
}

/// The index of the message type or the enum of a field's values.
pub(super) fn target(field: &Field) -> u32 {
    match field.kind {
        Kind::Enum => field.enumeration.0,
        _ => field.message.0,
    }
}

fn op(tables: &Tables, field: &Field) -> Op {
    match field.kind {
        Kind::Message => message_op(tables, field.message),
        // Which is null, whatever its number.
        Kind::Enum if tables.enumeration(field.enumeration).is_null => Op::Other,
        kind => scalar_op(kind),
    }
}

/// How a value of this kind is written, if it is no message.
pub(super) fn scalar_op(kind: Kind) -> Op {
    match kind {
        Kind::Double => Op::Double,
        Kind::Float => Op::Float,
        Kind::Int64 => Op::Int64,
        Kind::Uint64 => Op::Uint64,
        Kind::Int32 => Op::Int32,
        Kind::Fixed64 => Op::Fixed64,
        Kind::Fixed32 => Op::Fixed32,
        Kind::Bool => Op::Bool,
        Kind::String => Op::String,
        Kind::Bytes => Op::Bytes,
        Kind::Uint32 => Op::Uint32,
        Kind::Enum => Op::Enum,
        Kind::Sfixed32 => Op::Sfixed32,
        Kind::Sfixed64 => Op::Sfixed64,
        Kind::Sint32 => Op::Sint32,
        Kind::Sint64 => Op::Sint64,
        Kind::Message | Kind::Group => Op::Other,
    }
}

/// Whether messages of this type can be taken at all.
fn is_taken(message: &Message) -> bool {
    message.well_known.is_none() && !message.message_set && message.oneofs.len() <= 64
}

fn message_op(tables: &Tables, id: MessageId) -> Op {
    let message = tables.message(id);
    match message.well_known {
        None if !is_taken(message) => Op::Other,
        None => Op::Message,
        Some(WellKnown::Timestamp) => Op::Timestamp,
        Some(
            WellKnown::Any
            | WellKnown::Duration
            | WellKnown::FieldMask
            | WellKnown::Struct
            | WellKnown::Value
            | WellKnown::ListValue
            | WellKnown::Wrapper,
        ) => Op::Other,
    }
}
