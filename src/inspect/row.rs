//! Rows: what a view is made of, whoever prints it.

use std::io;
use std::ops::Range;

use crate::wire::WireType;

/// What the bytes of a row are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What stands before a message of a stream.
    Frame,
    /// A field number and a wire type.
    Tag,
    /// The length of a length-delimited value.
    Length,
    /// A value, or a part of one.
    Value,
    /// One of the values of a packed field.
    Element,
    /// The end of a group.
    End,
    /// Bytes that cannot be read, and those that nobody read because of them.
    Garbage,
    /// No bytes: something is missing here, or there is nothing.
    Nothing,
}

impl Part {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Part::Frame => "frame",
            Part::Tag => "tag",
            Part::Length => "length",
            Part::Value => "value",
            Part::Element => "element",
            Part::End => "end",
            Part::Garbage => "garbage",
            Part::Nothing => "nothing",
        }
    }
}

/// What is shown of the bytes beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// What the row says.
    Said,
    /// The text that they are, in UTF-8; whether it begins and ends here.
    Text(bool, bool),
    /// Nothing but their ASCII characters.
    Bytes,
}

/// Something that is to be said of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// Whether no message can be read because of it.
    pub fault: bool,
    /// What it is.
    pub text: String,
}

/// The field that a tag is of.
#[derive(Clone, Copy)]
pub struct Named<'r> {
    /// Its number.
    pub number: u32,
    /// How its value is laid out.
    pub wire_type: WireType,
    /// Its name, if the schema has one.
    pub name: Option<&'r str>,
    /// The full name of the message type that has it.
    pub message: Option<&'r str>,
}

/// Bytes that belong together, and what they mean.
pub struct Row<'r> {
    /// Where they stand in the record.
    pub range: Range<usize>,
    /// What they are.
    pub part: Part,
    /// How many messages, groups and values they stand in.
    pub level: u32,
    /// The field of a tag.
    pub field: Option<Named<'r>>,
    /// The numbers of the fields that lead here.
    pub path: &'r [u32],
    /// How they are shown.
    pub shown: Shown,
    /// What they say.
    pub text: &'r str,
    /// What there is to know beside: the type, or what else they may be.
    pub info: &'r str,
    /// What is odd, or wrong.
    pub remarks: &'r [Remark],
}

/// Whoever prints rows. They come in the order of their bytes.
pub trait Sink {
    /// Takes a row of `record`, which begins `base` bytes into the input.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn row(&mut self, record: &[u8], base: u64, row: &Row<'_>) -> io::Result<()>;
}
