//! Properties of the view: it shows each byte once, it agrees with the codec on
//! what is a message, nothing unsafe comes out of it, and it takes time in
//! proportion to the bytes. `PROPTEST_CASES=1000000 cargo test --release --test
//! inspect` looks longer.

#[path = "common/view.rs"]
mod common_view;

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, Instant};

use common_view::{columns, is_lossless, json};
use hello::codec::check;
use hello::error::At;
use hello::escape::is_unsafe;
use hello::inspect::guess::{Shape, shape};
use hello::inspect::{Columns, JsonLines, Layout, Overrules, Paint, Row, Sink, view};
use hello::schema::{Compiled, Schema};
use hello::table::Root;
use hello::wire::{Reader, WireType, skip, varint};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

const SCHEMA: &str = r#"
    syntax = "proto2";
    enum Kind { NONE = 0; ONE = 1; BELOW = -1; }
    message All {
      optional double double = 1; optional float float = 2; optional int32 int32 = 3;
      optional int64 int64 = 4; optional uint32 uint32 = 5; optional uint64 uint64 = 6;
      optional sint32 sint32 = 7; optional sint64 sint64 = 8; optional fixed32 fixed32 = 9;
      optional fixed64 fixed64 = 10; optional bool bool = 11; optional string string = 12;
      optional bytes bytes = 13; optional Kind kind = 14; optional All inner = 15;
      optional group Group = 16 { optional All inner = 1; optional string name = 2; }
      repeated sint64 packed = 17 [packed = true]; repeated fixed32 fixed = 18; repeated Kind kinds = 19;
      repeated All list = 20; map<string, All> map = 21; map<int32, string> names = 22;
      oneof choice { string text = 23; All message = 24; }
      optional Set set = 25; optional Third third = 26;
    }
    message Set { option message_set_wire_format = true; extensions 4 to max; }
    message Extension { extend Set { optional All all = 7; } }
"#;

const THIRD: &str = r#"
    syntax = "proto3";
    message Third { string name = 1; repeated int32 numbers = 2; Third third = 3; map<string, string> map = 4; }
"#;

fn compiled() -> Compiled {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, third) = (directory.path().join("all.proto"), directory.path().join("third.proto"));
    let schema = SCHEMA.replacen("\"proto2\";", "\"proto2\"; import \"third.proto\";", 1);
    fs::write(&path, schema).expect("it is written");
    fs::write(&third, THIRD).expect("it is written");
    let set = protox::compile([&path], [directory.path()]).expect("it compiles");
    let schema = Schema::from_descriptor_set(&set.encode_to_vec(), false).expect("it reads");
    schema.compile(schema.message("All").expect("it is there")).expect("it compiles")
}

/// The places that a view marks.
#[derive(Default)]
struct Marks(Vec<RangeInclusive<u64>>);

impl Sink for Marks {
    fn row(&mut self, _: &[u8], base: u64, row: &Row<'_>) -> io::Result<()> {
        if row.remarks.iter().any(|remark| remark.fault) {
            self.0.push(base + row.range.start as u64..=base + row.range.end as u64);
        }
        Ok(())
    }
}

/// Bytes are refused by the codec exactly if the view marks a fault, and where
/// the codec says is one of the places.
fn agrees(root: Root<'_>, bytes: &[u8]) {
    let mut marks = Marks::default();
    let outcome = view(Some(root), &Overrules::default(), bytes, 0, &mut marks);
    let outcome = outcome.expect("it takes all");
    assert_eq!(outcome.faults > 0, !marks.0.is_empty());
    match check::message(root, bytes) {
        Ok(()) => assert!(marks.0.is_empty(), "{:?} in {}", marks.0, hex::encode(bytes)),
        Err(error) => {
            let Some(At::Byte(at)) = error.at() else { panic!("{error} has no place") };
            let marked = marks.0.iter().any(|range| range.contains(&at));
            assert!(marked, "{error}\nnot in {:?} of {}", marks.0, hex::encode(bytes));
        }
    }
}

/// The fields of a message as the reader finds them, without a schema.
fn reads(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes, 0);
    while !reader.is_at_end() {
        let at = reader.position();
        let Ok(tag) = reader.tag() else { return false };
        if skip::value(&mut reader, tag, at, 0).is_err() {
            return false;
        }
    }
    true
}

fn agrees_without_schema(bytes: &[u8]) {
    let outcome = view(None, &Overrules::default(), bytes, 0, &mut Marks::default());
    let outcome = outcome.expect("it takes all");
    assert_eq!(outcome.faults == 0, reads(bytes), "{}", hex::encode(bytes));
    assert_eq!(shape(bytes, 0) == Shape::Whole, reads(bytes), "{}", hex::encode(bytes));
}

/// A field of any number and wire type, well-formed, with messages and groups
/// inside as deep as `depth`.
fn field(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![20 => 1..27u32, 1 => 27..40u32, 1 => 1..(1u32 << 29)];
    let inside = match depth {
        0 => Just(Vec::new()).boxed(),
        _ => vec(field(depth - 1), 0..4).prop_map(|fields| fields.concat()).boxed(),
    };
    let payload = prop_oneof![
        3 => inside.clone(),
        1 => vec(any::<u8>(), 0..20),
        1 => "\\PC{0,12}".prop_map(String::into_bytes),
        1 => vec(0..0x80u8, 0..8),
    ];
    let value = prop_oneof![any::<u64>(), 0..300u64];
    (number, 0..6u32, value, payload, inside, 0..4usize)
        .prop_map(|(number, kind, value, payload, inside, padding)| {
            let mut out = Vec::new();
            let tag = |number: u32, wire_type: WireType, out: &mut Vec<u8>| {
                varint::write(u64::from(number << 3 | wire_type as u32), out);
            };
            match kind {
                0 => {
                    tag(number, WireType::Varint, &mut out);
                    varint::write(value, &mut out);
                    // Now and then with more bytes than it needs.
                    if padding == 0 && value < 1 << 40 {
                        let last = out.len() - 1;
                        out[last] |= 0x80;
                        out.push(0);
                    }
                }
                1 => {
                    tag(number, WireType::I64, &mut out);
                    out.extend(value.to_le_bytes());
                }
                2 => {
                    tag(number, WireType::I32, &mut out);
                    out.extend((value as u32).to_le_bytes());
                }
                3 => {
                    tag(number, WireType::StartGroup, &mut out);
                    out.extend(inside);
                    tag(number, WireType::EndGroup, &mut out);
                }
                _ => {
                    tag(number, WireType::Len, &mut out);
                    varint::write(payload.len() as u64, &mut out);
                    out.extend(payload);
                }
            }
            out
        })
        .boxed()
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    vec(field(4), 0..8).prop_map(|fields| fields.concat())
}

/// Messages with bytes changed, cut off, or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..4u8, any::<u8>());
    (message(), vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
        for (index, kind, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn each_byte_is_shown_once(
        messages in vec(message(), 4),
        mutated in vec(mutated(), 4),
        random in vec(any::<u8>(), 0..200),
    ) {
        let compiled = compiled_once();
        for bytes in messages.iter().chain(&mutated).chain([&random]) {
            is_lossless(None, bytes);
            is_lossless(Some(compiled), bytes);
        }
    }

    #[test]
    fn what_the_codec_refuses_is_marked(
        messages in vec(message(), 8),
        mutated in vec(mutated(), 8),
        random in vec(any::<u8>(), 0..40),
    ) {
        let root = compiled_once();
        for bytes in messages.iter().chain(&mutated).chain([&random]) {
            agrees(root, bytes);
            agrees_without_schema(bytes);
        }
    }

    #[test]
    fn nothing_unsafe_comes_out(bytes in vec(any::<u8>(), 0..100), message in mutated()) {
        for bytes in [&bytes, &message] {
            is_safe(&columns(None, bytes, 80).0);
            is_safe(&columns(Some(compiled_once()), bytes, 80).0);
            is_safe(&json(None, bytes));
        }
    }
}

fn compiled_once() -> Root<'static> {
    static COMPILED: std::sync::LazyLock<Compiled> = std::sync::LazyLock::new(compiled);
    COMPILED.root()
}

fn is_safe(text: &str) {
    let bad = text.chars().find(|&c| c != '\n' && is_unsafe(c));
    assert_eq!(bad, None, "{text:?}");
}

/// A length-delimited field 1.
fn delimited(payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x0a];
    varint::write(payload.len() as u64, &mut out);
    out.extend_from_slice(payload);
    out
}

#[test]
fn nothing_unsafe_comes_out_for_all_of_unicode() {
    let forced = Overrules::read(["1=string"].into_iter()).expect("it reads");
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    for chunk in all.chunks(4096) {
        let bytes = delimited(chunk.iter().collect::<String>().as_bytes());
        is_safe(&columns(None, &bytes, 80).0);
        is_safe(&json(None, &bytes));
        for (paint, safe) in [(Paint::Plain, true), (Paint::Coloured, false)] {
            let mut columns = Columns::new(Vec::new(), Layout::new(80), paint);
            view(None, &forced, &bytes, 0, &mut columns).expect("a Vec takes all");
            let text = String::from_utf8(columns.into_out()).expect("UTF-8");
            // Of colours only what sets them, which begins and ends alike.
            let plain = match safe {
                true => text,
                false => text
                    .split("\x1b[")
                    .enumerate()
                    .map(|(n, part)| if n == 0 { part } else { part.split_once('m').expect("m").1 })
                    .collect(),
            };
            is_safe(&plain);
        }
    }
}

/// The bytes on the command lines of the sessions, and the interop suite's
/// seeds are made of the same kinds.
#[test]
fn each_byte_of_the_corpus_is_shown_once() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let root = compiled_once();
    let mut count = 0;
    for file in fs::read_dir(directory).expect("tests/cli is there") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a session");
        for line in text.lines().filter(|line| line.starts_with("$ hello ")) {
            let is_hex = |word: &&str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let digits: String = line.split(' ').skip(2).filter(is_hex).collect();
            let Ok(bytes) = hex::decode(&digits) else { continue };
            if bytes.is_empty() {
                continue;
            }
            count += 1;
            is_lossless(None, &bytes);
            is_lossless(Some(root), &bytes);
            agrees(root, &bytes);
            agrees_without_schema(&bytes);
        }
    }
    assert!(count > 200, "only {count} messages were found");
}

/// A limit in a release build; without optimizations it is no measure.
fn takes(limit: Duration, what: &str, run: impl FnOnce()) {
    let started = Instant::now();
    run();
    let took = started.elapsed();
    println!("{what}: {took:?}");
    let factor = if cfg!(debug_assertions) { 20 } else { 1 };
    assert!(took < limit * factor, "{what} took {took:?}");
}

#[test]
fn nested_ambiguity_does_not_multiply() {
    // Each level has 2,000 values that are almost messages, and the next level.
    let mut bytes = Vec::new();
    for _ in 0..60 {
        let broken = [0x0a, 0x05, 0x0a, 0x02, 0x08, 0x01, 0xff].repeat(2000);
        bytes = delimited(&[&broken[..], &bytes].concat());
    }
    takes(Duration::from_millis(100) * 3, "60 deep, 2,000 wide", || {
        let mut columns = Columns::new(io::sink(), Layout::new(80), Paint::Plain);
        let outcome = view(None, &Overrules::default(), &bytes, 0, &mut columns);
        assert!(outcome.expect("it takes all").whole);
    });
    takes(Duration::from_millis(100) * 3, "the same in JSON", || {
        let mut lines = JsonLines::new(io::sink());
        let outcome = view(None, &Overrules::default(), &bytes, 0, &mut lines);
        assert!(outcome.expect("it takes all").whole);
    });
    // Text that goes wrong at its very end, at each level.
    let mut bytes = b"a".repeat(1 << 20);
    bytes.push(0xff);
    for _ in 0..60 {
        bytes = [&[0x22][..], &delimited(&bytes)[1..]].concat();
    }
    takes(Duration::from_secs(1), "almost text, 60 deep", || {
        let mut columns = Columns::new(io::sink(), Layout::new(80), Paint::Plain);
        view(None, &Overrules::default(), &bytes, 0, &mut columns).expect("it takes all");
    });
}

#[test]
fn a_mebibyte_of_anything_is_shown_in_a_second() {
    let mut state = 1u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let random: Vec<u8> = (0..1 << 20).map(|_| random()).collect();
    let groups = [0x0b, 0x0c].repeat(1 << 19);
    let open = b"\x0b".repeat(1 << 20);
    let in_groups = [b"\x0b".repeat(90), b"\x0a\x01\x0b".repeat(300_000)].concat();
    let inputs: [(&str, Vec<u8>); 8] = [
        ("ff", b"\xff".repeat(1 << 20)),
        ("nulls", b"\0".repeat(1 << 20)),
        ("varints", [0x08, 0x01].repeat(1 << 19)),
        ("packed", delimited(&b"\x01".repeat(1 << 20))),
        ("random", delimited(&random)),
        ("groups", groups),
        ("open groups", open),
        ("open groups in messages in groups", in_groups),
    ];
    for (name, bytes) in &inputs {
        for root in [None, Some(compiled_once())] {
            takes(Duration::from_secs(1), name, || {
                let mut columns = Columns::new(io::sink(), Layout::new(80), Paint::Plain);
                view(root, &Overrules::default(), bytes, 0, &mut columns).expect("it takes all");
            });
        }
    }
}
