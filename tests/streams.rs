//! How a stream flows: what a pipe gives and when.

mod common;

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::Shell;
use hello::codec::quick::Slab;
use hello::codec::{Notes, Origin};
use hello::error::{Error, Result};
use hello::stream::{
    Convert, Framing, Incoming, ReadAt, Record, Split, There, Wanted, Watch, pump,
};

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

/// Runs `hello` with a pipe at each end.
fn piped(shell: &Shell, words: &str) -> Child {
    let mut command = shell.command("hello");
    command.args(words.split(' ')).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("hello runs")
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
        let mut child = piped(&shell, words);
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

/// What a read comes to, of which nothing is the end, or a failure.
fn at_the_end(read: usize, fails: bool) -> io::Result<usize> {
    if read == 0 && fails { Err(io::Error::other("a scratch")) } else { Ok(read) }
}

/// Gives a few bytes at a time, as a slow pipe does.
struct Trickle {
    bytes: Cursor<Vec<u8>>,
    step: usize,
    fails: bool,
}

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = self.step.min(buffer.len());
        at_the_end(self.bytes.read(&mut buffer[..step])?, self.fails)
    }
}

/// Bytes that are all there, of which a few are read at a time.
struct Store {
    bytes: Vec<u8>,
    step: usize,
    fails: bool,
    /// Where it was left.
    left_at: Arc<AtomicU64>,
}

impl ReadAt for Store {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.bytes.get(offset as usize..).unwrap_or_default();
        let len = self.step.min(buffer.len()).min(rest.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        at_the_end(len, self.fails)
    }

    fn leave_at(&self, offset: u64) {
        self.left_at.store(offset, Ordering::Relaxed);
    }
}

/// Shows every record with its place. One with a `!` is broken.
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
        if shown.contains('!') {
            return Err(Error::failure(format!("{shown:?}")).at_line_column(line, column));
        }
        let offset = record.offset;
        out.extend(format!("{offset} {line}:{column} {shown:?}\n").as_bytes());
        Ok(())
    }
}

/// Keeps what is told, and stops at the first broken record if it is to.
struct Told {
    keep_going: bool,
    said: String,
}

impl Watch for Told {
    fn notes(&self) -> Notes {
        Notes::new(false)
    }

    fn noted(&mut self, _: Notes, _: u64) {}

    fn broken(&mut self, error: Error) -> Result<()> {
        if !self.keep_going {
            return Err(error);
        }
        self.said.push_str(&error.to_string());
        self.said.push('\n');
        Ok(())
    }
}

/// What a stream comes to: its output, what is said of broken records, how
/// many there were, and what has ended it.
type Ran = (String, String, (u64, u64), Option<String>);

/// How a stream is run.
#[derive(Clone, Copy)]
struct How {
    step: usize,
    threads: usize,
    is_there: bool,
    fails: bool,
    keep_going: bool,
    skip: u64,
    max_len: u64,
}

const WHOLE: How = How {
    step: 1 << 20,
    threads: 1,
    is_there: false,
    fails: false,
    keep_going: false,
    skip: 0,
    max_len: 1 << 20,
};

/// So many threads that convert, and whether they read as well.
const THREADS: [(usize, bool); 5] = [(1, false), (2, false), (3, false), (2, true), (3, true)];

fn run(split: Split, bytes: &[u8], how: How) -> Ran {
    let mut out = Vec::new();
    let mut told = Told { keep_going: how.keep_going, said: String::new() };
    let How { skip, max_len, threads, is_there, fails, .. } = how;
    let wanted = Wanted { skip, limit: u64::MAX, max_len, threads, alone: 0 };
    let reader = Trickle { bytes: Cursor::new(bytes.to_vec()), step: how.step, fails };
    let left_at = Arc::new(AtomicU64::new(0));
    let there = is_there.then(|| {
        // Whoever reads gets less than what would be there.
        let store = Store {
            bytes: bytes.to_vec(),
            step: how.step / 3 + 1,
            fails,
            left_at: Arc::clone(&left_at),
        };
        There { input: Box::new(store), at_a_time: how.step }
    });
    let input = Incoming { reader: Box::new(reader), there };
    let outcome =
        pump(input, &mut out, split, &wanted, &Show, &mut told).expect("a Vec cannot fail");
    // What ends at its end is read to its end.
    if is_there && threads > 1 && skip == 0 && outcome.fault.is_none() {
        assert_eq!(left_at.load(Ordering::Relaxed), bytes.len() as u64);
    }
    let fault = outcome.fault.map(|fault| fault.to_string());
    let counts = (outcome.records, outcome.broken);
    (String::from_utf8(out).expect("UTF-8"), told.said, counts, fault)
}

/// A way to split, and bytes for it.
type Case<'b> = (fn() -> Split, &'b [u8]);

const CASES: [Case<'static>; 11] = [
    (|| Split::Framed(Framing::Varint), b"\x03abc\x00\x01d\x02e!\x00\x05ef"),
    (|| Split::Framed(Framing::Varint), b"\x03abc\x0flonger than ten\x01d\xff\xff\xff\xff\x0f"),
    (|| Split::Framed(Framing::Grpc), b"\0\0\0\0\x02ab\0\0\0\0\0\x09\0\0\0\0"),
    (|| Split::Framed(Framing::Fixed32Le), b"\x02\0\0\0ab\x01\0\0\0!\xff\xff\xff\xff"),
    (|| Split::Lines(Default::default()), b"one\r\n\ntwo!\nthis is longer\nten bytes.\r\n three"),
    (
        || Split::Values(Default::default()),
        b" {\"a\":\n1}\n\n[2] {\"x\n{} oops\n\"\xc3\xa9\" 7",
    ),
    (
        || Split::Values(Default::default()),
        b"{\n  \"a\": {\n  }\n}\n{\n  \"b\": \"!\"\n}\n{}{}[\n[\n]\n]\"\xc3\xa9\"[1, 2, 3, 4, 5]\n8 9 []",
    ),
    (|| Split::Values(Default::default()), b"{}{}[{}]\n{}\n}\n{\n{\n}}\n{\n}{}\n\"\n\"a\"\n{\"a\""),
    (|| Split::Values(Default::default()), b"{\"a\" 1} {}\n{}\n[1 2 {}\n] []\n\n\n\n7\n"),
    (
        || Split::Values(Default::default()),
        b"7\n{\"a\":12345678 x} {}\n[1,2,3,4,5,6 oops\n{\"a\":\"bcdefgh\",}\n8",
    ),
    (|| Split::Lines(Default::default()), b"\n\n!\n!!\n\na\n"),
];

/// However the bytes arrive, and whoever converts them, the records and their
/// places are the same, and so is what is said of those that are broken.
#[test]
fn records_do_not_depend_on_how_bytes_arrive() {
    for (split, bytes) in CASES {
        for (keep_going, skip, max_len) in
            [(false, 0, 1000), (true, 0, 1000), (true, 0, 10), (true, 2, 1000), (false, 0, 10)]
        {
            let whole = How { keep_going, skip, max_len, ..WHOLE };
            let expected = run(split(), bytes, whole);
            assert!(skip > 0 || max_len == 10 || !expected.0.is_empty(), "{expected:?}");
            for (threads, is_there) in THREADS {
                for step in 1..bytes.len() + 1 {
                    let ran = run(split(), bytes, How { step, threads, is_there, ..whole });
                    assert_eq!(ran, expected, "{step} bytes at a time, {threads} threads");
                }
            }
        }
    }
}

/// The same with records that take many reads, among small ones.
#[test]
fn large_records_do_not_depend_on_how_bytes_arrive() {
    let large = "x".repeat(700_000);
    let mut framed = Vec::new();
    for record in ["a", &large, "b!", "", &large, "c"] {
        Framing::Varint.write(record.as_bytes(), &mut framed).expect("it is not too large");
    }
    let lines = format!("a\n{large}\nb!\n\n{large}\nc");
    let values = format!("{{}}\n[\"{large}\"]\n\"!\"[\n1,\n\"{large}\",\n2\n]{{}}\n{{");
    let cases: [Case<'_>; 3] = [
        (|| Split::Framed(Framing::Varint), &framed),
        (|| Split::Lines(Default::default()), lines.as_bytes()),
        (|| Split::Values(Default::default()), values.as_bytes()),
    ];
    for (split, bytes) in cases {
        for max_len in [1 << 20, 500_000] {
            let whole = How { keep_going: true, max_len, ..WHOLE };
            let expected = run(split(), bytes, whole);
            for (step, threads) in [(5000, 1), (5000, 2), (70_000, 2), (1 << 20, 3)] {
                for is_there in [false, true] {
                    let ran = run(split(), bytes, How { step, threads, is_there, ..whole });
                    assert!(ran == expected, "{step} bytes at a time, {threads} threads");
                }
            }
        }
    }
}

/// What was read before a failure comes out, and the failure is told, whoever reads.
#[test]
fn a_failure_does_not_depend_on_how_bytes_arrive() {
    let mut failed = 0;
    for (split, bytes) in CASES {
        for bytes in (1..bytes.len()).map(|len| &bytes[..len]) {
            let whole = How { keep_going: true, fails: true, ..WHOLE };
            let expected = run(split(), bytes, whole);
            // A few streams are broken before.
            failed += usize::from(expected.3.as_ref().is_some_and(|it| it.contains("a scratch")));
            for (threads, is_there) in THREADS {
                for step in [1, 2, 5, 1000] {
                    let ran = run(split(), bytes, How { step, threads, is_there, ..whole });
                    assert_eq!(ran, expected, "{step} bytes at a time, {threads} threads");
                }
            }
        }
    }
    assert!(failed > 250, "{failed}");
}

/// What `hello` makes of a stream does not depend on the threads: neither what
/// it writes nor what it says.
#[test]
fn threads_change_nothing_that_is_seen() {
    let shell = Shell::new();
    let mut values = String::new();
    for number in 0..60_000 {
        match number % 9_000 {
            4_000 => values.push_str("{\"nam\":1}\n"),
            5_000 => values.push_str("{\n  \"name\":\n \"pretty\"}\n"),
            6_000 => values.push_str("{\"name\":\"cut\n"),
            _ => values.push_str(&format!("{{\"name\":\"number {number}\"}}\n")),
        }
    }
    let mut framed = Vec::new();
    for number in 0..200_000_u32 {
        let name = format!("{number}");
        let mut message = vec![0x0a, name.len() as u8];
        message.extend_from_slice(name.as_bytes());
        match number % 20_000 {
            7_000 => message[1] += 1,
            8_000..8_200 => message.extend_from_slice(b"\x10\x01"),
            9_000 => message.extend_from_slice(b"\x0a\x01a"),
            _ => {}
        }
        Framing::Varint.write(&message, &mut framed).expect("it is not too large");
    }
    // More kinds of notes than are told by name, and a fault behind them.
    let mut noted = Vec::new();
    for number in 0..100_000_u32 {
        let mut message = b"\x10\x01".to_vec();
        if number % 30_000 == 20_000 {
            let unknown = (number / 1_000..number / 1_000 + 90).map(|field| 0x1000 + field * 8);
            unknown.for_each(|tag| message.extend([tag as u8 | 0x80, (tag >> 7) as u8, 1]));
        }
        if number == 95_000 {
            message.push(0x0a);
        }
        Framing::Varint.write(&message, &mut noted).expect("it is not too large");
    }
    // A little of which much is made.
    let controls = [b"\x92\x4e\x0a\x8f\x4e", &[1; 9999][..]].concat().repeat(300);
    let pretty = values.replace("{\"name\":\"n", "{\n  \"name\":\n  \"n");
    let sessions: [(&str, &[u8]); 12] = [
        ("decode --stream --to json", &noted),
        ("decode --stream --to json --keep-going", &noted),
        ("decode --stream --to json", &controls),
        (
            "decode --stream --to json --keep-going --max-message-size 20",
            &framed[..framed.len() / 2],
        ),
        ("encode --stream --from json --keep-going --max-message-size 28", pretty.as_bytes()),
        ("encode --stream --from json --to binary", values.as_bytes()),
        ("encode --stream --from json --to base64 --keep-going", values.as_bytes()),
        ("encode --stream --from json --to binary --keep-going", values.as_bytes()),
        ("encode --stream --from json --to binary --keep-going", pretty.as_bytes()),
        ("decode --stream --to json", &framed),
        ("decode --stream --to json --keep-going", &framed),
        ("decode --stream --skip 10000 --to text --keep-going --quiet", &framed),
    ];
    for (words, input) in sessions {
        let alone = shell.run(&format!("hello {words} --threads 1"), input);
        assert!(!alone.stdout.is_empty(), "{words}");
        // From a pipe, and from a file, which is read by those who convert.
        std::fs::write(shell.file("input"), input).expect("a file");
        for (threads, from) in [(2, ""), (5, ""), (2, "< input"), (5, "< input")] {
            let ran = shell.run(&format!("hello {words} --threads {threads} {from}"), input);
            assert!(ran.stdout == alone.stdout, "{words}, {threads} threads");
            let said = |ran: &common::Ran| String::from_utf8_lossy(&ran.stderr).into_owned();
            assert_eq!(said(&ran), said(&alone), "{words}, {threads} threads");
            assert_eq!(ran.status, alone.status, "{words}, {threads} threads");
        }
    }
}

/// Where the system allows fewer threads than are wanted, or none, the stream
/// goes on with those there are.
#[test]
fn threads_that_cannot_be_started_are_done_without() {
    let shell = Shell::new();
    let input = b"\x03\x0a\x01b".repeat(200_000);
    // By the room for their stacks: none, one, a few, all.
    for stack in [2_000_000_000_u64, 500_000_000, 200_000_000, 1_000_000] {
        let hello = format!("RUST_MIN_STACK={stack} hello decode --stream --threads 8");
        let ran = shell.run(&format!("ulimit -v 1000000; {hello}"), &input);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!((ran.stdout.len(), ran.status), (200_000 * 10, 0), "{stack}: {said}");
    }
}

/// When threads are at work already, a record still comes out before the next
/// one goes in, and a broken one ends the stream though nothing follows it.
#[test]
fn nothing_waits_behind_threads() {
    let sessions: [(&str, &[u8], &str, &[u8]); 4] = [
        ("decode --to json", b"\x03\x0a\x01a", "{\"name\":\"a\"}\n", b"\x03\x0a\x05a"),
        ("encode --from json", b"{\"name\":\"a\"}", "0a0161\n", b"{\"nam\""),
        ("encode --from json", b"{\n\"name\":\n\"a\"\n}", "0a0161\n", b"{\"name\":\n]"),
        ("decode --from base64", b"CgFh\n", "name: \"a\"\n", b"?\n"),
    ];
    let shell = Shell::new();
    for (words, record, expected, broken) in sessions {
        let mut child = piped(&shell, &format!("{words} --stream --threads 2"));
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        let many = 2_000_000 / record.len();
        let flood = record.repeat(many);
        let feeder = std::thread::spawn(move || {
            stdin.write_all(&flood).expect("it is read");
            stdin
        });
        let mut line = String::new();
        for _ in 0..many {
            line.clear();
            stdout.read_line(&mut line).expect("it answers");
            assert_eq!(line, expected, "{words}");
        }
        let mut stdin = feeder.join().expect("the feeder ends");
        for _ in 0..3 {
            stdin.write_all(record).expect("it is read");
            line.clear();
            stdout.read_line(&mut line).expect("it answers");
            assert_eq!(line, expected, "{words}");
        }
        stdin.write_all(broken).expect("it is read");
        if broken.starts_with(b"{\"nam\"") {
            stdin.write_all(b":]").expect("it is read");
        }
        assert_eq!(child.wait().expect("it ends").code(), Some(1), "{words}");
        drop(stdin);
    }
}

/// A large message comes out in pieces, but nothing of it before all of it is
/// known to be right.
#[test]
fn a_large_message_comes_out_whole_or_not_at_all() {
    let name = "a name with \"quotes\" and a line\n".repeat(10_000);
    let mut message = vec![0x0a];
    hello::wire::varint::write(name.len() as u64, &mut message);
    message.extend(name.as_bytes());
    let escaped = name.replace('"', "\\\"").replace('\n', "\\n");
    // An unknown field is shown, with a wire type of its own it is told of, and
    // cut short it is an error.
    let sessions: [(&[u8], Option<&str>, &str); 4] = [
        (b"", Some(""), ""),
        (b"\x10\x05", Some("2: 5\n"), ""),
        (b"\x08\x05", Some("1: 5\n"), "has wire type"),
        (b"\x10", None, "error: "),
    ];
    let shell = Shell::new();
    for (more, expected, said) in sessions {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(&[&message, more].concat()).expect("it is written");
        let output = shell
            .command("hello")
            .args(["decode", "--from", "binary", "-i"])
            .arg(file.path())
            .output()
            .expect("hello runs");
        let expected = expected.map(|more| format!("name: \"{escaped}\"\n{more}"));
        assert!(output.stdout == expected.as_deref().unwrap_or_default().as_bytes());
        assert_eq!(output.status.success(), expected.is_some());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr.is_empty(), said.is_empty(), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}
