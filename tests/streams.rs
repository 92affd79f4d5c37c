//! How a stream flows: what a pipe gives and when.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use common::Shell;
use hello::codec::quick::Slab;
use hello::codec::{Notes, Origin};
use hello::error::{Error, Result};
use hello::stream::{Convert, Framing, Record, Split, Wanted, Watch, pump};

/// A record comes out before the next one goes in: with a slow writer on the
/// other end of the pipe nothing waits for a buffer to fill.
#[test]
fn each_record_comes_out_before_the_next_goes_in() {
    let sessions: [(&[&str], &[u8], &str); 3] = [
        (&["decode", "--stream", "--to", "json"], b"\x03\x0a\x01a", "{\"name\":\"a\"}\n"),
        (&["decode", "--stream", "--from", "base64"], b"CgFh\n", "name: \"a\"\n"),
        (&["encode", "--stream", "--from", "json"], b"{\"name\":\"a\"}", "0a0161\n"),
    ];
    let shell = Shell::new();
    for (words, input, expected) in sessions {
        let mut child = shell
            .command("hello")
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("hello runs");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        for _ in 0..3 {
            stdin.write_all(input).expect("it is read");
            let mut line = String::new();
            stdout.read_line(&mut line).expect("it answers");
            assert_eq!(line, expected);
        }
        drop(stdin);
        assert!(child.wait().expect("it ends").success());
    }
}

/// The stream ends when it is clear that nothing more is wanted of it, though
/// the other end of the pipe is open and silent.
#[test]
fn no_more_is_waited_for_than_is_needed() {
    let sessions: [(&str, &[u8], &str, &str); 6] = [
        ("decode --stream --limit 1", b"\x03\x0a\x01a", "name: \"a\"\n", ""),
        ("encode --stream --from json --limit 1", b"{\"name\":\"a\"}", "0a0161\n", ""),
        ("decode --stream --limit 0", b"", "", ""),
        (
            "decode --stream --max-message-size 100",
            b"\x03\x0a\x01a\x7f",
            "name: \"a\"\n",
            "error: a record claims 127 bytes",
        ),
        (
            "encode --stream --from json --max-message-size 10",
            b"{\"name\":\"aaa",
            "",
            "error: a record is longer than 10 bytes",
        ),
        ("decode --stream", b"\x01\x0a", "", "error: the length of field 1 \"name\" is cut short"),
    ];
    let shell = Shell::new();
    for (words, input, expected, complaint) in sessions {
        let mut child = shell
            .command("hello")
            .args(words.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("hello runs");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        // It may have ended before it was given anything.
        let _ = stdin.write_all(input);
        let output = child.wait_with_output().expect("hello ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{words}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said.lines().next().unwrap_or_default(), complaint, "{words}");
        drop(stdin);
    }
}

/// Gives a few bytes at a time, as a slow pipe does.
struct Trickle<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let (now, later) = self.bytes.split_at(self.step.min(self.bytes.len()));
        buffer[..now.len()].copy_from_slice(now);
        self.bytes = later;
        Ok(now.len())
    }
}

/// Shows every record with its place.
struct Show;

impl Convert for Show {
    fn record(
        &self,
        record: Record<'_>,
        _: &mut Vec<u8>,
        out: &mut Slab,
        _: &mut Notes,
    ) -> Result<()> {
        let Origin { line, column } = record.origin;
        let shown = String::from_utf8_lossy(record.bytes());
        let offset = record.offset;
        out.extend(format!("{offset} {line}:{column} {shown:?}\n").as_bytes());
        Ok(())
    }
}

/// Stops at the first broken record.
struct Stop;

impl Watch for Stop {
    fn notes(&self) -> Notes {
        Notes::new(false)
    }

    fn noted(&mut self, _: Notes, _: u64) {}

    fn broken(&mut self, error: Error) -> Result<()> {
        Err(error)
    }
}

/// What a stream comes to, with every place in it.
fn run(split: Split, bytes: &[u8], step: usize) -> (String, String) {
    let mut out = Vec::new();
    let wanted = Wanted { skip: 0, limit: u64::MAX, max_len: 1 << 20 };
    let outcome = pump(&mut Trickle { bytes, step }, &mut out, split, &wanted, &Show, &mut Stop)
        .expect("a Vec cannot fail");
    let fault = outcome.fault.map_or(String::new(), |fault| fault.to_string());
    (String::from_utf8(out).expect("UTF-8"), fault)
}

/// A way to split, and bytes for it.
type Case = (fn() -> Split, &'static [u8]);

/// However the bytes arrive, the records and their places are the same.
#[test]
fn records_do_not_depend_on_how_bytes_arrive() {
    let splits: [Case; 5] = [
        (|| Split::Framed(Framing::Varint), b"\x03abc\x00\x01d\x05ef"),
        (|| Split::Framed(Framing::Grpc), b"\0\0\0\0\x02ab\0\0\0\0\0\x09\0\0\0\0"),
        (|| Split::Framed(Framing::Fixed32Le), b"\x02\0\0\0ab\xff\xff\xff\xff"),
        (|| Split::Lines(Default::default()), b"one\r\n\ntwo\n three"),
        (
            || Split::Values(Default::default()),
            b" {\"a\":\n1}\n\n[2] {\"x\n{} oops\n\"\xc3\xa9\" 7",
        ),
    ];
    for (split, bytes) in splits {
        let whole = run(split(), bytes, bytes.len());
        assert!(whole.0.lines().count() >= 1, "{whole:?}");
        for step in 1..bytes.len() {
            assert_eq!(run(split(), bytes, step), whole, "{step} bytes at a time");
        }
    }
}
