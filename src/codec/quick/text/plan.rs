//! What the quick path to text knows of a schema.

use crate::codec::quick::enums::Names;
use crate::codec::quick::plan::{KEY_BLOCK, Many, Op, oneof_bit, padded, scalar_op, target};
use crate::codec::text::Layout;
use crate::table::{Field, Kind, Message, Root, Tables, WellKnown};
use crate::wire::WireType;

/// The types that a root leads to, ready for the quick path to text.
pub(super) struct Plan<'t> {
    pub tables: &'t Tables,
    /// By the index of the message type its fields, in the order in which they
    /// are written.
    pub shapes: Vec<Box<[Step]>>,
    /// By the index of the enum.
    pub enums: Vec<Names>,
    pub root: u32,
    pub layout: Layout,
}

/// What a field takes to be written as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// One value: a string or bytes.
    String,
    Message,
    Scalar,
    /// A message that the plain codec writes.
    Plain,
    /// Many.
    List,
    Packed,
    Map,
}

/// A field.
pub(super) struct Step {
    /// The value of its tag.
    pub tag: u32,
    /// Of a string that need not be UTF-8 that of bytes.
    pub op: Op,
    pub many: Many,
    pub act: Act,
    /// A bit for its oneof.
    pub oneof: u64,
    /// The message type or the enum of its values.
    pub target: u32,
    /// Of a map how keys are written.
    pub key_op: Op,
    /// `name: ` or `name {` and the end of a line, padded to whole blocks.
    pub key: Box<[u8]>,
    pub key_len: usize,
    /// The first block of the key.
    pub block: [u8; KEY_BLOCK],
}

impl<'t> Plan<'t> {
    /// A plan for a type, unless only the plain codec knows how to write it.
    pub fn new(root: Root<'t>, layout: Layout) -> Option<Self> {
        let tables = root.tables;
        let steps = |message: &Message| {
            message.fields().iter().map(|field| Step::new(tables, field, layout)).collect()
        };
        is_taken(root.message()).then(|| Plan {
            tables,
            shapes: tables.messages.iter().map(steps).collect(),
            enums: tables.enums.iter().map(Names::bare).collect(),
            root: root.id.0,
            layout,
        })
    }
}

/// What stands behind every field.
pub(super) fn end_of(layout: Layout) -> u8 {
    match layout {
        Layout::Lines => b'\n',
        Layout::OneLine => b' ',
    }
}

impl Step {
    fn new(tables: &Tables, field: &Field, layout: Layout) -> Step {
        let many = Many::of(field);
        let entry = match many {
            Many::Map => tables.message(field.message).fields(),
            _ => &[],
        };
        let (value, key_op) = match entry {
            // A key is put in order as what it is.
            [key, value] => (value, scalar_op(key.kind)),
            _ => (field, Op::Other),
        };
        let op = op(tables, value);
        let act = match (many, op) {
            (Many::List, _) => Act::List,
            (Many::Packed, _) => Act::Packed,
            (Many::Map, _) => Act::Map,
            (_, Op::String | Op::Bytes) => Act::String,
            (_, Op::Message) => Act::Message,
            (_, Op::Other) => Act::Plain,
            _ => Act::Scalar,
        };
        let mut key = field.text_name.as_bytes().to_vec();
        if field.kind.is_message() {
            key.extend([b' ', b'{', end_of(layout)]);
        } else {
            key.extend(b": ");
        }
        let (key, key_len, block) = padded(key);
        Step {
            tag: many.tag(field),
            op,
            many,
            act,
            oneof: oneof_bit(field),
            target: target(value),
            key_op,
            key,
            key_len,
            block,
        }
    }

    /// Whether values are messages that the plain codec writes: a group is
    /// not, since nobody has looked for its end.
    pub fn is_plain(&self) -> bool {
        self.op == Op::Other && self.tag & 7 == WireType::Len as u32
    }
}

fn op(tables: &Tables, field: &Field) -> Op {
    match field.kind {
        Kind::Message if is_taken(tables.message(field.message)) => Op::Message,
        Kind::String if !field.verified => Op::Bytes,
        kind => scalar_op(kind),
    }
}

/// Whether messages of this type can be taken at all: an Any is shown as what
/// it holds.
fn is_taken(message: &Message) -> bool {
    let any = message.well_known == Some(WellKnown::Any);
    !any && !message.message_set && message.oneofs.len() <= 64
}
