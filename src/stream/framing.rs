//! Binary framings: how messages are set apart in a stream of bytes.

use super::split::{Fault, Found, Resync};
use crate::error::{Error, Excerpt, Result};
use crate::wire::limits::{LENGTH_LEN_MAX, MESSAGE_LEN_MAX};
use crate::wire::reader::{are_left, bytes_of};
use crate::wire::varint::{self, Malformed};

/// What stands before each message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// Its length as a varint: `writeDelimitedTo` of the official libraries.
    Varint,
    /// A flag byte, 0 for not compressed, and the length in 4 bytes, the
    /// highest first: a gRPC body.
    Grpc,
    /// The length in 4 bytes, the highest first.
    Fixed32Be,
    /// The length in 4 bytes, the lowest first.
    Fixed32Le,
}

impl Framing {
    /// Every framing with the name the command line has for it.
    pub const NAMES: [(&str, Framing); 4] = [
        ("varint", Framing::Varint),
        ("grpc", Framing::Grpc),
        ("fixed32be", Framing::Fixed32Be),
        ("fixed32le", Framing::Fixed32Le),
    ];

    /// Appends `message` in this framing.
    ///
    /// # Errors
    ///
    /// A message longer than 2 GiB - 1.
    pub fn write(self, message: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.write_header(message.len(), out)?;
        out.extend_from_slice(message);
        Ok(())
    }

    /// Appends what stands before a message of `length` bytes.
    ///
    /// # Errors
    ///
    /// More than 2 GiB - 1.
    pub fn write_header(self, length: usize, out: &mut Vec<u8>) -> Result<()> {
        let length = length as u64;
        if length > MESSAGE_LEN_MAX {
            let what = format!("a message of {length} bytes is larger than the format allows");
            return Err(Error::failure(what).hint(format!("the largest has {MESSAGE_LEN_MAX}")));
        }
        // In range, as was looked at above.
        let length = length as u32;
        match self {
            Framing::Varint => varint::write(u64::from(length), out),
            Framing::Grpc => {
                out.push(0);
                out.extend_from_slice(&length.to_be_bytes());
            }
            Framing::Fixed32Be => out.extend_from_slice(&length.to_be_bytes()),
            Framing::Fixed32Le => out.extend_from_slice(&length.to_le_bytes()),
        }
        Ok(())
    }
}

/// A header that was read.
pub(super) enum Header {
    /// So many bytes, which announce a message of this length.
    Whole(usize, u64),
    CutShort,
    /// So many bytes of it already cannot be.
    Bad(usize, &'static str),
    /// A message that would have to be unpacked.
    Compressed(u64),
}

pub(super) fn header(framing: Framing, bytes: &[u8]) -> Header {
    let fixed = |bytes: &[u8]| bytes.first_chunk::<4>().copied();
    match framing {
        Framing::Varint => match varint::read_long(bytes, LENGTH_LEN_MAX) {
            Ok((length, len)) => Header::Whole(len, length),
            Err(Malformed::CutShort) => Header::CutShort,
            Err(Malformed::TooLong) => {
                Header::Bad(LENGTH_LEN_MAX, "the length before a message is longer than 5 bytes")
            }
        },
        Framing::Grpc => match (bytes.first(), bytes.get(1..).and_then(fixed)) {
            (Some(0), Some(length)) => Header::Whole(5, u64::from(u32::from_be_bytes(length))),
            (Some(1), Some(length)) => Header::Compressed(u64::from(u32::from_be_bytes(length))),
            (Some(2..), _) => Header::Bad(1, "a gRPC frame begins with 0 or 1"),
            _ => Header::CutShort,
        },
        Framing::Fixed32Be | Framing::Fixed32Le => match fixed(bytes) {
            Some(length) if framing == Framing::Fixed32Be => {
                Header::Whole(4, u64::from(u32::from_be_bytes(length)))
            }
            Some(length) => Header::Whole(4, u64::from(u32::from_le_bytes(length))),
            None => Header::CutShort,
        },
    }
}

/// Looks for the record at the start of `bytes`, whose message has at most
/// `max` bytes; see [`super::Split::next`].
///
/// # Errors
///
/// A length that is malformed or above 2 GiB - 1, and a record that the end of
/// the input cuts short. After either nothing tells where the next one begins.
/// A length above `max`.
pub fn next(
    framing: Framing,
    bytes: &[u8],
    ended: bool,
    offset: u64,
    max: u64,
) -> Result<Found, Fault> {
    if bytes.is_empty() {
        return Ok(if ended { Found::End } else { Found::More });
    }
    let (header, length) = match header(framing, bytes) {
        Header::Whole(len, length) => (len, length),
        Header::CutShort if !ended => return Ok(Found::More),
        Header::CutShort => {
            let what = "the last record ends in the middle of its length";
            return Err(fault(bytes, bytes.len(), offset, what).hint(CUT_SHORT).into());
        }
        Header::Compressed(length) => {
            let error = fault(&bytes[..1], 1, offset, "the message in a gRPC frame is compressed")
                .hint("it is not unpacked here; ask the peer for `grpc-encoding: identity`");
            let resync = (length <= MESSAGE_LEN_MAX).then_some(Resync::Bytes(5 + length));
            return Err(Fault { error, resync, cut: None });
        }
        Header::Bad(len, what) => {
            return Err(fault(&bytes[..len], len, offset, what).hint(ASTRAY).into());
        }
    };
    if length > max.min(MESSAGE_LEN_MAX) {
        return Err(too_long(&bytes[..header], length, offset, max));
    }
    let there = bytes.len() - header;
    if length > there as u64 {
        if !ended {
            return Ok(Found::More);
        }
        let left = are_left(there as u64);
        let what = format!("the last record needs {}, {left}", bytes_of(length));
        let error = fault(bytes, header, offset, &what)
            .hint(format!("{CUT_SHORT} by {}", bytes_of(length - there as u64)));
        return Err(Fault { error, resync: None, cut: Some(header) });
    }
    // No longer than what is in memory.
    let payload = length as usize;
    Ok(Found::Record { header, payload, consumed: header + payload, cut: false })
}

const CUT_SHORT: &str = "the input is cut short";

/// A record that claims more than is taken. If the format has such lengths at
/// all, the next record is where it says.
#[cold]
fn too_long(header: &[u8], length: u64, offset: u64, max: u64) -> Fault {
    let what = format!("a record claims {}", bytes_of(length));
    let error = fault(header, header.len(), offset, &what);
    if length > MESSAGE_LEN_MAX {
        return error.hint(format!("the largest message has {MESSAGE_LEN_MAX}; {ASTRAY}")).into();
    }
    let error = error.hint(format!("`--max-message-size` is {max}; {ASTRAY}"));
    Fault { error, resync: Some(Resync::Bytes(header.len() as u64 + length)), cut: None }
}

/// What a header that cannot be most likely comes from.
const ASTRAY: &str = "reading went astray, or the stream has another `--framing`";

/// `bytes` are what is known of the record, so that what is shown does not
/// depend on how much of the next one has arrived.
#[cold]
fn fault(bytes: &[u8], marked: usize, offset: u64, what: &str) -> Error {
    Error::failure(what).at_byte(offset).showing(Excerpt::of_bytes(bytes, 0..marked, "header"))
}
