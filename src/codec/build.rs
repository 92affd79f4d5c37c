//! A message that is being put together, from JSON, text or field flags.
//!
//! Values are written as they come. A message whose fields came out of order
//! is put in order when it ends: fields by number, map entries by
//! key, packed pieces joined. That is what
//! `SerializeToString(deterministic=True)` gives.

use super::binary::{self, MapKey, Scalar};
use super::encode;
use super::rewrite::encode_item_number;
use crate::table::{Cardinality, Field, Kind, Message, Tables};
use crate::wire::limits::MESSAGE_LEN_MAX;
use crate::wire::reader::Subject;
use crate::wire::{Reader, WireType, writer};

/// A message being written.
pub struct Builder<'t, 'o> {
    /// The types.
    pub tables: &'t Tables,
    out: &'o mut Vec<u8>,
    levels: Vec<Level<'t>>,
    /// The fields of all levels, those of the innermost last.
    pieces: Vec<Piece>,
    /// A bit for each field and each oneof of all levels that is set, and one
    /// for each field that was named.
    set: Vec<u64>,
}

struct Level<'t> {
    message: &'t Message,
    /// Where it begins in the output.
    start: usize,
    /// Where its pieces begin, and its bits.
    pieces: usize,
    set: usize,
    /// Whether each piece is of a later field than the one before.
    ordered: bool,
}

/// The bytes of a field, or of a part of one: they end where the next piece of
/// the message begins, since everything that is written is of some field.
///
/// A message has at most 2 GiB, so places in it fit 32 bits; those of one that
/// grows beyond stop at the end of them, and the message is refused at its end
/// by [`Builder::is_too_large`].
#[derive(Clone, Copy)]
struct Piece {
    index: u32,
    start: u32,
}

/// What is in the way of setting a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is set already.
    Field,
    /// Another member of its oneof is set: its index.
    Oneof(usize),
}

impl<'t, 'o> Builder<'t, 'o> {
    /// Nothing is written yet; what stands in `out` stays.
    pub fn new(tables: &'t Tables, out: &'o mut Vec<u8>) -> Self {
        Builder { tables, out, levels: Vec::new(), pieces: Vec::new(), set: Vec::new() }
    }

    /// A message begins, at the end of the output.
    pub fn begin(&mut self, message: &'t Message) {
        self.levels.push(Level {
            message,
            start: self.out.len(),
            pieces: self.pieces.len(),
            set: self.set.len(),
            ordered: true,
        });
        let bits = 2 * message.fields().len() + message.oneofs.len();
        self.set.resize(self.set.len() + bits.div_ceil(64), 0);
    }

    /// The innermost message ends. Gives a required field that is not set, if
    /// there is one.
    pub fn end(&mut self) -> Option<&'t Field> {
        let level = self.levels.pop()?;
        let missing = level
            .message
            .required
            .iter()
            .find(|&&index| self.set[level.set + index as usize / 64] & 1 << (index % 64) == 0);
        if !level.ordered {
            self.put_in_order(&level);
        }
        self.pieces.truncate(level.pieces);
        self.set.truncate(level.set);
        missing.map(|&index| &level.message.fields()[index as usize])
    }

    /// The innermost message.
    ///
    /// # Panics
    ///
    /// When none has begun.
    pub fn message(&self) -> &'t Message {
        self.levels.last().expect("a message has begun").message
    }

    fn bit(&mut self, bit: usize) -> Option<(&mut u64, u64)> {
        let from = self.levels.last()?.set;
        Some((self.set.get_mut(from + bit / 64)?, 1 << (bit % 64)))
    }

    /// Marks the field of this index as set.
    ///
    /// # Errors
    ///
    /// It is singular and set already, or another member of its oneof is.
    pub fn mark(&mut self, index: usize) -> Result<(), Taken> {
        let message = self.message();
        let field = &message.fields()[index];
        let Some((word, bit)) = self.bit(index) else { return Ok(()) };
        if *word & bit != 0 && field.is_singular() {
            return Err(Taken::Field);
        }
        *word |= bit;
        let Some(oneof) = field.oneof else { return Ok(()) };
        let Some((word, bit)) = self.bit(message.fields().len() + usize::from(oneof)) else {
            return Ok(());
        };
        let taken = *word & bit != 0;
        *word |= bit;
        if !taken {
            return Ok(());
        }
        let others = message.fields().iter().enumerate();
        for (other, _) in others.filter(|(at, other)| *at != index && other.oneof == Some(oneof)) {
            if self.bit(other).is_some_and(|(word, bit)| *word & bit != 0) {
                return Err(Taken::Oneof(other));
            }
        }
        Ok(())
    }

    /// Notes that the input names the field of this index, whatever it says of
    /// it. Says whether it is the first time.
    pub fn is_first_named(&mut self, index: usize) -> bool {
        let message = self.message();
        let at = message.fields().len() + message.oneofs.len() + index;
        let Some((word, bit)) = self.bit(at) else { return true };
        let first = *word & bit == 0;
        *word |= bit;
        first
    }

    /// Whether the field of this index has been marked.
    pub fn is_marked(&mut self, index: usize) -> bool {
        self.bit(index).is_some_and(|(word, bit)| *word & bit != 0)
    }

    /// Writes a value of the field of this index: of a singular one nothing
    /// if it is the same as none.
    pub fn scalar(&mut self, index: usize, value: Scalar<'_>) {
        let field = &self.message().fields()[index];
        if field.is_implicit() && value.is_default() {
            return;
        }
        let start = self.out.len();
        if let Cardinality::Repeated { packed: true } = field.cardinality {
            writer::tag(field.number, WireType::Len, self.out);
            let payload = self.out.len();
            encode::value(field.kind, value, self.out);
            self.close_packed(index, start, payload);
        } else {
            encode::field(field, value, self.out);
            self.piece(index, start);
        }
    }

    /// A list of packed values begins: their tag. Each is then given to
    /// [`Builder::packed_value`].
    pub fn begin_packed(&mut self, index: usize) -> Open {
        let start = self.out.len();
        writer::tag(self.message().fields()[index].number, WireType::Len, self.out);
        Open { start, payload: self.out.len() }
    }

    /// Writes a value of a list of packed ones.
    pub fn packed_value(&mut self, kind: Kind, value: Scalar<'_>) {
        encode::value(kind, value, self.out);
    }

    /// The list ends; an empty one is nothing.
    pub fn end_packed(&mut self, index: usize, open: Open) {
        if self.out.len() == open.payload {
            self.out.truncate(open.start);
        } else {
            self.close_packed(index, open.start, open.payload);
        }
    }

    fn close_packed(&mut self, index: usize, start: usize, payload: usize) {
        writer::insert_length(self.out, payload);
        self.piece(index, start);
    }

    /// A message begins as a value of the field of this index.
    pub fn begin_message(&mut self, index: usize) -> Open {
        let message = self.message();
        let field = &message.fields()[index];
        let start = self.out.len();
        if message.message_set {
            writer::tag(1, WireType::StartGroup, self.out);
            encode_item_number(field.number, self.out);
            writer::tag(3, WireType::Len, self.out);
        } else {
            writer::tag(field.number, field.kind.wire_type(), self.out);
        }
        let payload = self.out.len();
        self.begin(self.tables.message(field.message));
        Open { start, payload }
    }

    /// It ends. Gives a required field of it that is not set.
    pub fn end_message(&mut self, index: usize, open: Open) -> Option<&'t Field> {
        let missing = self.end();
        let message = self.message();
        let field = &message.fields()[index];
        if message.message_set {
            writer::insert_length(self.out, open.payload);
            writer::tag(1, WireType::EndGroup, self.out);
        } else if field.kind == Kind::Group {
            writer::tag(field.number, WireType::EndGroup, self.out);
        } else {
            writer::insert_length(self.out, open.payload);
        }
        self.piece(index, open.start);
        missing
    }

    /// Writes a whole message, given in its bytes, as a value of the field of
    /// this index.
    pub fn message_bytes(&mut self, index: usize, bytes: &[u8]) {
        let open = self.begin_message(index);
        // Its fields are in order already: it is one piece to this builder.
        self.out.extend_from_slice(bytes);
        self.end_message(index, open);
    }

    /// A message begins as the bytes of the field of this index: the value of
    /// an Any.
    pub fn begin_bytes(&mut self, index: usize, message: &'t Message) -> Open {
        let start = self.out.len();
        writer::tag(self.message().fields()[index].number, WireType::Len, self.out);
        let payload = self.out.len();
        self.begin(message);
        Open { start, payload }
    }

    /// It ends; when empty, the field is not set. Gives a required field of it
    /// that is not set.
    pub fn end_bytes(&mut self, index: usize, open: Open) -> Option<&'t Field> {
        let missing = self.end();
        if self.out.len() == open.payload {
            self.out.truncate(open.start);
        } else {
            writer::insert_length(self.out, open.payload);
            self.piece(index, open.start);
        }
        missing
    }

    /// Whether a message that began at `start` of the output is larger than
    /// the format allows.
    pub fn is_too_large(&self, start: usize) -> bool {
        (self.out.len() - start) as u64 > MESSAGE_LEN_MAX
    }

    /// The bytes written so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Takes a value back that was begun and not ended.
    pub fn drop_message(&mut self, open: Open) {
        if let Some(level) = self.levels.pop() {
            self.pieces.truncate(level.pieces);
            self.set.truncate(level.set);
        }
        self.out.truncate(open.start);
    }

    /// What was written from `start` on is a value of the field of this index.
    pub fn piece(&mut self, index: usize, start: usize) {
        let Some(level) = self.levels.last_mut() else { return };
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let piece = Piece { index: place(index), start: place(start) };
        if let Some(last) = self.pieces[level.pieces..].last() {
            let field = &level.message.fields()[index];
            let is_list = field.cardinality == Cardinality::Repeated { packed: false };
            if is_list && last.index == piece.index {
                // Values of a list that stand together are one piece.
                return;
            }
            level.ordered &= last.index < piece.index;
        }
        self.pieces.push(piece);
    }

    /// The bytes of one of the last pieces, which began with `first`.
    fn bytes_of(&self, first: usize, at: u32) -> &[u8] {
        let at = first + at as usize;
        let end = self.pieces.get(at + 1).map_or(self.out.len(), |next| next.start as usize);
        &self.out[self.pieces[at].start as usize..end]
    }

    fn put_in_order(&mut self, level: &Level<'t>) {
        let first = level.pieces;
        let mut order: Vec<u32> = (0..(self.pieces.len() - first) as u32).collect();
        let index_of = |at: u32| self.pieces[first + at as usize].index;
        order.sort_unstable_by_key(|&at| (index_of(at), at));
        let mut ordered = Vec::with_capacity(self.out.len() - level.start);
        for same in order.chunk_by_mut(|&a, &b| index_of(a) == index_of(b)) {
            let field = &level.message.fields()[index_of(same[0]) as usize];
            match field.cardinality {
                Cardinality::Map => self.copy_map(field, first, same, &mut ordered),
                Cardinality::Repeated { packed: true } => {
                    writer::tag(field.number, WireType::Len, &mut ordered);
                    let payload = ordered.len();
                    for &at in &*same {
                        ordered.extend_from_slice(packed_values(self.bytes_of(first, at)));
                    }
                    writer::insert_length(&mut ordered, payload);
                }
                Cardinality::Singular(_) | Cardinality::Repeated { packed: false } => {
                    for &at in &*same {
                        ordered.extend_from_slice(self.bytes_of(first, at));
                    }
                }
            }
        }
        self.out.truncate(level.start);
        self.out.extend_from_slice(&ordered);
    }

    /// The bytes of the first piece of the field of this index in the message
    /// that is `level` levels inside the outermost.
    pub fn written(&self, level: u32, index: usize) -> Option<&[u8]> {
        let (first, last) = self.span_of_level(level)?;
        let at = (first..last).find(|&at| self.pieces[at].index as usize == index)?;
        Some(self.bytes_of(first, (at - first) as u32))
    }

    /// How many values the list of this index has so far in the message that
    /// is `level` levels inside the outermost.
    #[cold]
    pub fn count(&self, level: u32, index: usize) -> usize {
        let Some((first, last)) = self.span_of_level(level) else { return 0 };
        let field = &self.levels[level as usize].message.fields()[index];
        let packed = field.cardinality == Cardinality::Repeated { packed: true };
        let pieces = (first..last).filter(|&at| self.pieces[at].index as usize == index);
        // A value that is only begun has its tag, and no length yet.
        let begun = self.levels.get(level as usize + 1).map_or(self.out.len(), |next| next.start);
        let count = |at: usize| {
            let piece = self.bytes_of(first, (at - first) as u32);
            let piece = &piece[..piece.len().min(begun - self.pieces[at].start as usize)];
            let mut reader = Reader::new(if packed { packed_values(piece) } else { piece }, 0);
            let mut count = 0;
            while !reader.is_at_end() && pass_value(&mut reader, field, packed).is_ok() {
                count += 1;
            }
            count
        };
        pieces.map(count).sum()
    }

    /// Where the pieces of a level begin and end.
    fn span_of_level(&self, level: u32) -> Option<(usize, usize)> {
        let first = self.levels.get(level as usize)?.pieces;
        let next = self.levels.get(level as usize + 1);
        Some((first, next.map_or(self.pieces.len(), |next| next.pieces)))
    }

    /// How many pieces there are so far, for [`Builder::has_key_twice`].
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Whether two entries of the map `field`, whose pieces begin with `first`,
    /// have one key.
    pub fn has_key_twice(&self, field: &Field, first: usize) -> bool {
        let (key, _) = binary::key_and_value(self.tables.message(field.message));
        let key_of = |at: u32| written_key(key, self.bytes_of(first, at));
        let mut order: Vec<u32> = (0..(self.pieces.len() - first) as u32).collect();
        binary::sort_by_map_key(&mut order, |&at| key_of(at), |&at| at);
        order.windows(2).any(|pair| key_of(pair[0]) == key_of(pair[1]))
    }

    /// Copies the entries of a map in the order of their keys; of several with
    /// one key the last.
    fn copy_map(&self, field: &Field, first: usize, order: &mut [u32], ordered: &mut Vec<u8>) {
        let (key, _) = binary::key_and_value(self.tables.message(field.message));
        let key_of = |at: u32| written_key(key, self.bytes_of(first, at));
        binary::sort_by_map_key(order, |&at| key_of(at), |&at| at);
        for same in order.chunk_by(|&a, &b| key_of(a) == key_of(b)) {
            if let Some(&at) = same.last() {
                ordered.extend_from_slice(self.bytes_of(first, at));
            }
        }
    }
}

/// Something that was begun and has to be ended.
#[derive(Clone, Copy)]
#[must_use]
pub struct Open {
    start: usize,
    payload: usize,
}

/// Reads past one value of a list that was written here.
fn pass_value(reader: &mut Reader<'_>, field: &Field, packed: bool) -> crate::error::Result<()> {
    if packed {
        binary::read_scalar(reader, field)?;
        return Ok(());
    }
    let at = reader.position();
    let tag = reader.tag()?;
    crate::wire::skip::value(reader, tag, at, 0)?;
    Ok(())
}

/// The values of a packed field that was written here, without its tag and
/// length.
fn packed_values(piece: &[u8]) -> &[u8] {
    let mut reader = Reader::new(piece, 0);
    let read = (|| {
        let tag = reader.tag()?;
        reader.length_delimited(Subject::unknown(tag.number))
    })();
    // What was written here reads.
    read.map_or(&[], |range| &piece[range])
}

/// The key of an entry that was written here, key first.
fn written_key<'b>(key: &Field, entry: &'b [u8]) -> MapKey<'b> {
    let mut reader = Reader::new(entry, 0);
    let subject = Subject::unknown(key.number);
    let read = (|| {
        reader.tag()?;
        let range = reader.length_delimited(subject)?;
        let mut inside = reader.part(range);
        inside.tag()?;
        binary::read_scalar(&mut inside, key)
    })();
    // What was written here reads.
    read.map_or(MapKey::Unsigned(0), MapKey::of)
}
