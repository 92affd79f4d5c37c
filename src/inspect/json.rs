//! The view for programs: a JSON object a line for each row.

use std::io::{self, Write};

use super::row::{Remark, Row, Shown, Sink};
use crate::escape;

/// Prints rows as lines of JSON.
pub struct JsonLines<W> {
    out: W,
    /// The number of the record, in a stream.
    record: Option<u64>,
    line: Vec<u8>,
    /// The bytes that were printed.
    bytes: u64,
}

impl<W: Write> JsonLines<W> {
    /// Nothing is printed yet.
    pub fn new(out: W) -> Self {
        JsonLines { out, record: None, line: Vec::new(), bytes: 0 }
    }

    /// What follows is of this record.
    pub fn record(&mut self, number: u64) {
        self.record = Some(number);
    }

    /// The bytes that were printed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it prints to.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The same, when it is done.
    pub fn into_out(self) -> W {
        self.out
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.line.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    fn string(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.key(key);
            escape::json_string(value, &mut self.line);
        }
    }

    /// As `--as` takes it. Nothing is put together for it: in a deep nest it is
    /// most of a line.
    fn path(&mut self, path: &[u32]) {
        let Some((first, rest)) = path.split_first() else { return };
        self.key("path");
        self.line.push(b'"');
        self.line.extend_from_slice(itoa::Buffer::new().format(*first).as_bytes());
        for number in rest {
            self.line.push(b'.');
            self.line.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
        }
        self.line.push(b'"');
    }

    fn key(&mut self, key: &str) {
        self.line.push(if self.line.is_empty() { b'{' } else { b',' });
        self.line.push(b'"');
        self.line.extend_from_slice(key.as_bytes());
        self.line.extend_from_slice(b"\":");
    }

    fn remarks(&mut self, key: &str, remarks: &[Remark], fault: bool) {
        let mut first = true;
        for remark in remarks.iter().filter(|remark| remark.fault == fault) {
            if first {
                self.key(key);
            }
            self.line.push(if first { b'[' } else { b',' });
            escape::json_string(&remark.text, &mut self.line);
            first = false;
        }
        if !first {
            self.line.push(b']');
        }
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn row(&mut self, record: &[u8], base: u64, row: &Row<'_>) -> io::Result<()> {
        let bytes = &record[row.range.clone()];
        if let Some(number) = self.record {
            self.number("record", number);
        }
        self.number("offset", base + row.range.start as u64);
        self.key("bytes");
        self.line.push(b'"');
        let hex = |byte: u8| [byte >> 4, byte & 0xf].map(|n| escape::HEX[usize::from(n)]);
        self.line.extend(bytes.iter().flat_map(|byte| hex(*byte)));
        self.line.push(b'"');
        self.bytes += bytes.len() as u64;
        self.string("part", row.part.name());
        self.number("level", u64::from(row.level));
        self.path(row.path);
        if let Some(field) = row.field {
            self.number("field", u64::from(field.number));
            self.string("wire", &field.wire_type.to_string());
            self.string("name", field.name.unwrap_or_default());
            self.string("message", field.message.unwrap_or_default());
        }
        match row.shown {
            Shown::Said => self.string("text", row.text),
            Shown::Text(..) => self.string("value", &String::from_utf8_lossy(bytes)),
            Shown::Bytes => {}
        }
        self.string("info", row.info);
        self.remarks("notes", row.remarks, false);
        self.remarks("errors", row.remarks, true);
        self.line.extend_from_slice(b"}\n");
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}
