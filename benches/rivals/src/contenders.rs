//! Who is measured: each turns one message into JSON and back.

use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::Arc;

use hello::codec::json::{self, ParseOptions, PrintOptions};
use hello::codec::quick::{FromJson, SLACK, Slab, ToJson};
use hello::codec::{Notes, Origin};
use hello::schema::{Compiled, Schema};
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeSeed;

use crate::shapes::{DESCRIPTOR_SET, Shape};

type Result<T> = std::result::Result<T, String>;

/// The two ways of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToJson,
    ToBinary,
}

impl Direction {
    pub const ALL: [Direction; 2] = [Direction::ToJson, Direction::ToBinary];

    pub fn name(self) -> &'static str {
        match self {
            Direction::ToJson => "binary to JSON",
            Direction::ToBinary => "JSON to binary",
        }
    }
}

/// How much output gathers before it is dropped, as a writer would flush it.
const FLUSH_LEN: usize = 64 << 10;

/// A codec for one shape. Both methods append to what is in `out`.
pub trait Contender {
    fn name(&self) -> &'static str;

    /// Whether it learns the schema at run time, as `hello` does.
    fn is_dynamic(&self) -> bool;

    /// Writes the message whose bytes are `record` as JSON.
    fn print(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<()>;

    /// Writes the message whose JSON is `line` as bytes.
    fn parse(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<()>;

    /// Takes a whole stream the one way or the other. It is provided, and so
    /// compiled for each contender: no call through a table for each message.
    fn pass(&mut self, direction: Direction, mut stream: &[u8], out: &mut Vec<u8>) -> Result<u64> {
        let mut written = 0;
        while !stream.is_empty() {
            match direction {
                Direction::ToJson => {
                    self.print(next_delimited(&mut stream)?, out)?;
                    out.push(b'\n');
                }
                Direction::ToBinary => self.parse(next_line(&mut stream), out)?,
            }
            if out.len() >= FLUSH_LEN {
                written += flush(out);
            }
        }
        Ok(written + flush(out))
    }
}

/// The null sink.
fn flush(out: &mut Vec<u8>) -> u64 {
    let len = black_box(&*out).len() as u64;
    out.clear();
    len
}

/// Takes the next message off a varint-delimited stream.
pub fn next_delimited<'a>(stream: &mut &'a [u8]) -> Result<&'a [u8]> {
    let len = prost::encoding::decode_varint(stream).map_err(|error| error.to_string())?;
    let (record, rest) = stream.split_at_checked(len as usize).ok_or("the stream is cut short")?;
    *stream = rest;
    Ok(record)
}

/// Takes the next line off JSON Lines.
pub fn next_line<'a>(stream: &mut &'a [u8]) -> &'a [u8] {
    let len = memchr::memchr(b'\n', stream).unwrap_or(stream.len());
    let line = &stream[..len];
    *stream = &stream[stream.len().min(len + 1)..];
    line
}

/// All of them for a shape, `hello` first.
pub fn all<S: Shape>() -> Result<Vec<Box<dyn Contender>>> {
    Ok(vec![
        Box::new(Hello::new(S::TYPE)?),
        Box::new(Buffa::new(S::TYPE)?),
        Box::new(ProstReflect::new(S::TYPE)?),
        Box::new(Pbjson::<S>(PhantomData)),
    ])
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// `hello`'s library.
struct Hello {
    compiled: &'static Compiled,
    to_json: ToJson<'static>,
    from_json: FromJson<'static>,
    slab: Slab,
    scratch: Vec<u8>,
    notes: Notes,
}

impl Hello {
    fn new(name: &str) -> Result<Self> {
        let schema = Schema::from_descriptor_set(DESCRIPTOR_SET, false).map_err(text)?;
        let index = schema.message(name).map_err(text)?;
        // One for each shape, for as long as the program runs.
        let compiled: &'static Compiled = Box::leak(Box::new(schema.compile(index).map_err(text)?));
        Ok(Hello {
            compiled,
            to_json: ToJson::new(compiled.root(), PrintOptions::default()),
            from_json: FromJson::new(compiled.root(), ParseOptions::default()),
            slab: Slab::default(),
            scratch: Vec::new(),
            notes: Notes::new(false),
        })
    }
}

impl Contender for Hello {
    fn name(&self) -> &'static str {
        "hello"
    }

    fn is_dynamic(&self) -> bool {
        true
    }

    fn print(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let options = PrintOptions::default();
        json::print(self.compiled.root(), record, 0, options, out, &mut self.notes).map_err(text)
    }

    fn parse(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let options = ParseOptions::default();
        json::parse(self.compiled.root(), line, Origin::START, options, out).map_err(text)
    }

    /// As the program does it: the codec sees what stands behind a record.
    fn pass(&mut self, direction: Direction, stream: &[u8], _: &mut Vec<u8>) -> Result<u64> {
        let (mut written, mut rest) = (0, stream);
        while !rest.is_empty() {
            match direction {
                Direction::ToJson => {
                    let Hello { to_json, slab, notes, scratch, .. } = self;
                    let at = stream.len() - rest.len();
                    let all = at..stream.len();
                    let (_, behind) = to_json.delimited(stream, all, FLUSH_LEN, slab);
                    rest = &stream[behind..];
                    if slab.len() < FLUSH_LEN && !rest.is_empty() {
                        let len = next_delimited(&mut rest)?.len();
                        let end = stream.len() - rest.len();
                        to_json
                            .record(stream, end - len..end, 0, scratch, slab, notes)
                            .map_err(text)?;
                    }
                }
                Direction::ToBinary => {
                    let Hello { from_json, slab, scratch, .. } = self;
                    // All but the last bytes have as many behind them.
                    let end = stream.len().saturating_sub(SLACK);
                    let at = stream.len() - rest.len();
                    let behind = match at < end {
                        true => from_json.values(stream, at..end, FLUSH_LEN, slab).1,
                        false => at,
                    };
                    rest = &stream[behind..];
                    if slab.len() < FLUSH_LEN && !rest.is_empty() {
                        let len = next_line(&mut rest).len();
                        let line = behind..behind + len;
                        if len > 0 {
                            let origin = Origin::START;
                            let read = from_json.record(stream, line, origin, scratch, slab);
                            read.map_err(text)?;
                        }
                    }
                }
            }
            if self.slab.len() >= FLUSH_LEN {
                written += black_box(self.slab.filled()).len() as u64;
                self.slab.clear();
            }
        }
        written += black_box(self.slab.filled()).len() as u64;
        self.slab.clear();
        Ok(written)
    }
}

/// buffa-descriptor's `DynamicMessage`.
struct Buffa {
    pool: Arc<buffa_descriptor::DescriptorPool>,
    message: buffa_descriptor::MessageIndex,
}

impl Buffa {
    fn new(name: &str) -> Result<Self> {
        let pool = buffa_descriptor::DescriptorPool::decode(DESCRIPTOR_SET).map_err(text)?;
        let message = pool.message_index(name).ok_or("buffa lacks the message")?;
        Ok(Buffa { pool: Arc::new(pool), message })
    }
}

impl Contender for Buffa {
    fn name(&self) -> &'static str {
        "buffa"
    }

    fn is_dynamic(&self) -> bool {
        true
    }

    fn print(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let pool = Arc::clone(&self.pool);
        let message = buffa_descriptor::DynamicMessage::decode(pool, self.message, record);
        serde_json::to_writer(out, &message.map_err(text)?).map_err(text)
    }

    fn parse(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let seed = buffa_descriptor::DynamicMessageSeed::new(Arc::clone(&self.pool), self.message);
        let mut reader = serde_json::Deserializer::from_slice(line);
        let message = seed.deserialize(&mut reader).map_err(text)?;
        reader.end().map_err(text)?;
        message.encode(out);
        Ok(())
    }
}

/// prost-reflect's `DynamicMessage`.
struct ProstReflect {
    message: prost_reflect::MessageDescriptor,
}

impl ProstReflect {
    fn new(name: &str) -> Result<Self> {
        let pool = prost_reflect::DescriptorPool::decode(DESCRIPTOR_SET).map_err(text)?;
        let message = pool.get_message_by_name(name).ok_or("prost-reflect lacks the message")?;
        Ok(ProstReflect { message })
    }
}

impl Contender for ProstReflect {
    fn name(&self) -> &'static str {
        "prost-reflect"
    }

    fn is_dynamic(&self) -> bool {
        true
    }

    fn print(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let message = prost_reflect::DynamicMessage::decode(self.message.clone(), record);
        let mut writer = serde_json::Serializer::new(out);
        message.map_err(text)?.serialize(&mut writer).map_err(text)
    }

    fn parse(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut reader = serde_json::Deserializer::from_slice(line);
        let message = prost_reflect::DynamicMessage::deserialize(self.message.clone(), &mut reader);
        let message = message.map_err(text)?;
        reader.end().map_err(text)?;
        message.encode(out).map_err(text)
    }
}

/// Structs that prost generates, with pbjson's serde.
struct Pbjson<S>(PhantomData<S>);

impl<S: Shape> Contender for Pbjson<S> {
    fn name(&self) -> &'static str {
        "prost+pbjson"
    }

    fn is_dynamic(&self) -> bool {
        false
    }

    fn print(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let message = S::decode(record).map_err(text)?;
        serde_json::to_writer(out, &message).map_err(text)
    }

    fn parse(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let message: S = serde_json::from_slice(line).map_err(text)?;
        message.encode(out).map_err(text)
    }
}
