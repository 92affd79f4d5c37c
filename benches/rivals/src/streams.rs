//! The streams that everyone reads, and the proof that everyone reads the same
//! out of them.

use crate::contenders::{Contender, Direction, next_delimited, next_line};
use crate::shapes::{Random, Shape};

type Result<T> = std::result::Result<T, String>;

const SEED: u64 = 0x6865_6c6c_6f;

/// One shape's messages, both ways.
pub struct Streams {
    /// Varint-delimited.
    pub binary: Vec<u8>,
    /// JSON Lines, as the first contender writes them.
    pub json: Vec<u8>,
    pub count: u64,
}

impl Streams {
    /// Messages of at least `size` bytes together.
    pub fn new<S: Shape>(size: usize, hello: &mut dyn Contender) -> Result<Self> {
        let mut random = Random::new(SEED);
        let mut binary = Vec::with_capacity(size + (64 << 10));
        let mut count = 0;
        while binary.len() < size {
            S::next(&mut random).encode_length_delimited(&mut binary).map_err(|e| e.to_string())?;
            count += 1;
        }
        let mut json = Vec::new();
        let mut rest = &binary[..];
        while !rest.is_empty() {
            hello.print(next_delimited(&mut rest)?, &mut json)?;
            json.push(b'\n');
        }
        Ok(Streams { binary, json, count })
    }

    pub fn of(&self, direction: Direction) -> &[u8] {
        match direction {
            Direction::ToJson => &self.binary,
            Direction::ToBinary => &self.json,
        }
    }
}

/// Checks for up to `most` messages that what each contender prints, `hello`
/// reads back as the same bytes, and that what `hello` prints, each contender
/// reads as the same message: where it has one order of bytes, the same bytes.
///
/// # Errors
///
/// The first difference.
pub fn agree<S: Shape>(
    streams: &Streams,
    contenders: &mut [Box<dyn Contender>],
    most: usize,
) -> Result<()> {
    let Some((hello, rivals)) = contenders.split_first_mut() else { return Ok(()) };
    let (mut binary, mut json) = (&streams.binary[..], &streams.json[..]);
    for at in 0..most {
        if binary.is_empty() {
            break;
        }
        let record = next_delimited(&mut binary)?;
        let line = next_line(&mut json);
        let differs = |who: &str, what: &str| {
            let line = String::from_utf8_lossy(line);
            Err(format!("{}: message {at}: {who} {what}: {line}", S::NAME))
        };
        let message = S::decode(record).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        hello.parse(line, &mut bytes)?;
        if bytes != record {
            return differs("hello", "does not read its own JSON back");
        }
        for rival in rivals.iter_mut() {
            let mut printed = Vec::new();
            rival.print(record, &mut printed)?;
            bytes.clear();
            hello.parse(&printed, &mut bytes)?;
            if bytes != record {
                return differs(rival.name(), "prints another message");
            }
            bytes.clear();
            rival.parse(line, &mut bytes)?;
            let read = S::decode(&bytes[..]).map_err(|error| error.to_string())?;
            let same = match cfg!(feature = "exact") {
                true => message == read,
                false => message.is_close(&read),
            };
            if !same {
                return differs(rival.name(), "reads another message");
            }
            // A dynamic rival may write maps in any order.
            if message == read && !rival.is_dynamic() && bytes != record {
                return differs(rival.name(), "writes other bytes");
            }
        }
    }
    Ok(())
}
