//! The quick paths beside the plain codec, on random messages, on their JSON
//! in many spellings, and on both with bytes changed: what a quick path takes
//! it takes as the plain codec does, and what is in the common form it takes.

mod common;

use common::Shell;
use hello::codec::quick::{Plan, SLACK, Slab, ToText};
use hello::codec::text::{self, Layout, PrintOptions};
use hello::codec::{Notes, Origin, base64_text, json};
use hello::schema::{Compiled, Schema};
use hello::stream::Framing;
use hello::table::Root;
use hello::wire::varint;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

const SCHEMA: &str = r#"
    syntax = "proto3";
    import "google/protobuf/timestamp.proto";
    message All {
      double double = 1; float float = 2; int32 int32 = 3; int64 int64 = 4;
      uint32 uint32 = 5; uint64 uint64 = 6; sint32 sint32 = 7; sint64 sint64 = 8;
      fixed32 fixed32 = 9; fixed64 fixed64 = 10; sfixed32 sfixed32 = 11;
      sfixed64 sfixed64 = 12; bool bool = 13; string string = 14; bytes bytes = 15;
      Kind kind = 16;
      All inner = 17;
      google.protobuf.Timestamp time = 18;
      repeated double doubles = 19; repeated sint64 longs = 20;
      repeated uint32 packed = 21; repeated int32 loose = 22 [packed = false];
      repeated Kind kinds = 23; repeated bool bools = 24;
      repeated string strings = 25; repeated All list = 26;
      map<string, string> labels = 27; map<int32, All> by_number = 28;
      map<uint64, double> by_long = 29; map<sint32, Kind> by_sign = 30;
      oneof choice { string text = 31; int64 number = 32; All message = 33; }
      optional int32 maybe = 34;
      string a_name_that_is_longer_than_any_block_of_a_key = 35;
      optional string json_named = 1000 [json_name = "other-name"];
    }
    enum Kind { NONE = 0; ONE = 1; TWO = 2; FAR = 1000; BELOW = -1; }
"#;

fn compiled() -> Compiled {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("all.proto");
    std::fs::write(&path, SCHEMA).expect("it is written");
    let set = protox::compile([&path], [directory.path()]).expect("it compiles");
    let schema = Schema::from_descriptor_set(&set.encode_to_vec(), false).expect("it reads");
    schema.compile(schema.message("All").expect("it is there")).expect("it compiles")
}

/// The JSON of a message, its fields in the order of their numbers.
fn message(depth: u32) -> BoxedStrategy<String> {
    let text = || prop_oneof!["[ -~]{0,40}", "\\PC{0,20}", any::<String>()];
    let string = move || text().prop_map(|text| quoted(&text));
    let double =
        || any::<f64>().prop_filter_map("finite", |value| value.is_finite().then(|| number(value)));
    let long = || prop_oneof![any::<i64>(), -300i64..300].prop_map(|value| format!("\"{value}\""));
    let kind = || prop_oneof![Just("\"ONE\""), Just("\"FAR\""), Just("\"BELOW\""), Just("77")];
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let inner = || match depth {
        0 => Just(String::from("{}")).boxed(),
        _ => message(depth - 1),
    };
    let field = |name: &'static str, value: BoxedStrategy<String>| {
        proptest::option::weighted(0.3, value.prop_map(move |value| format!("\"{name}\":{value}")))
    };
    let object = |entries: Vec<(String, String)>| {
        let entries: std::collections::BTreeMap<String, String> = entries.into_iter().collect();
        let entries: Vec<String> =
            entries.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        format!("{{{}}}", entries.join(","))
    };
    let fields: Vec<_> = vec![
        field("double", double().boxed()),
        field("float", any::<i16>().prop_map(|value| value.to_string()).boxed()),
        field("int32", any::<i32>().prop_map(|value| value.to_string()).boxed()),
        field("int64", long().boxed()),
        field("uint32", any::<u32>().prop_map(|value| value.to_string()).boxed()),
        field("uint64", any::<u64>().prop_map(|value| format!("\"{value}\"")).boxed()),
        field("sint32", any::<i32>().prop_map(|value| value.to_string()).boxed()),
        field("sint64", long().boxed()),
        field("fixed32", any::<u32>().prop_map(|value| value.to_string()).boxed()),
        field("fixed64", any::<u64>().prop_map(|value| format!("\"{value}\"")).boxed()),
        field("sfixed32", any::<i32>().prop_map(|value| value.to_string()).boxed()),
        field("sfixed64", long().boxed()),
        field("bool", any::<bool>().prop_map(|value| value.to_string()).boxed()),
        field("string", string().boxed()),
        field("bytes", "([A-Za-z0-9+/]{4}){0,20}".prop_map(|text| format!("\"{text}\"")).boxed()),
        field("kind", kind().prop_map(str::to_owned).boxed()),
        field("inner", inner()),
        field("time", time().boxed()),
        field("doubles", vec(double(), 0..20).prop_map(list).boxed()),
        field("longs", vec(long(), 0..20).prop_map(list).boxed()),
        field(
            "packed",
            vec(any::<u32>().prop_map(|v| v.to_string()), 0..20).prop_map(list).boxed(),
        ),
        field("loose", vec(any::<i32>().prop_map(|v| v.to_string()), 0..9).prop_map(list).boxed()),
        field("kinds", vec(kind().prop_map(str::to_owned), 0..9).prop_map(list).boxed()),
        field("bools", vec(any::<bool>().prop_map(|v| v.to_string()), 0..9).prop_map(list).boxed()),
        field("strings", vec(string(), 0..9).prop_map(list).boxed()),
        field("list", vec(inner(), 0..4).prop_map(list).boxed()),
        field("labels", vec((string(), string()), 0..5).prop_map(object).boxed()),
        field("byNumber", vec(("\"[1-9][0-9]{0,4}\"", inner()), 0..3).prop_map(object).boxed()),
        field("byLong", vec(("\"[1-9][0-9]{0,17}\"", double()), 0..3).prop_map(object).boxed()),
        field(
            "bySign",
            vec(("\"-[1-9]\"", kind().prop_map(str::to_owned)), 0..3).prop_map(object).boxed(),
        ),
        field("text", string().boxed()),
        field("maybe", any::<i32>().prop_map(|value| value.to_string()).boxed()),
        field("aNameThatIsLongerThanAnyBlockOfAKey", string().boxed()),
        field("other-name", string().boxed()),
    ];
    fields
        .prop_map(|fields| {
            let fields: Vec<String> = fields.into_iter().flatten().collect();
            format!("{{{}}}", fields.join(","))
        })
        .boxed()
}

fn time() -> impl Strategy<Value = String> {
    let fraction = prop_oneof![Just(String::new()), "\\.[0-9]{3}", "\\.[0-9]{6}", "\\.[0-9]{9}"];
    ("[1-9][0-9]{3}-0[1-9]-[012][1-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9]", fraction)
        .prop_map(|(time, fraction)| format!("\"{time}{fraction}Z\""))
}

/// A double as JSON has it.
fn number(value: f64) -> String {
    let text = format!("{value:e}");
    text.strip_suffix("e0").map(str::to_owned).unwrap_or(text)
}

/// A string of JSON, with escapes that nobody needs too.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..='\x1f' | 'z' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            '/' => out.push_str("\\/"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

struct Both {
    root: Root<'static>,
    plan: Plan,
    to_text: [(Layout, ToText<'static>); 2],
}

impl Both {
    fn new() -> Self {
        // For as long as the test runs.
        let root = Box::leak(Box::new(compiled())).root();
        let plan = Plan::new(root, Default::default()).expect("the type has a plan");
        let to_text = [Layout::Lines, Layout::OneLine];
        let to_text = to_text.map(|layout| (layout, ToText::new(root, layout)));
        Both { root, plan, to_text }
    }

    /// The bytes of the JSON, and whether the quick path took it.
    fn parse(&self, text: &[u8]) -> (Option<Vec<u8>>, bool) {
        let mut plain = Vec::new();
        let result = json::parse(self.root, text, Origin::START, Default::default(), &mut plain);
        let plain = result.ok().map(|()| plain);
        let window = [b"{\"", text, &[b'"'; SLACK]].concat();
        let mut quick = Slab::default();
        let taken = self.plan.parse(&window, 2..2 + text.len(), &mut quick);
        if taken {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(Some(quick.filled()), plain.as_deref(), "{shown}");
        }
        (plain, taken)
    }

    /// The JSON of the bytes, and whether the quick path took them.
    fn print(&self, bytes: &[u8]) -> (Option<Vec<u8>>, bool) {
        let (mut plain, mut notes) = (Vec::new(), Notes::new(false));
        let root = self.root;
        let result = json::print(root, bytes, 0, Default::default(), &mut plain, &mut notes);
        let window = [&[0x0a], bytes, &[0x80; SLACK]].concat();
        let mut quick = Slab::default();
        let taken = self.plan.print(&window, 1..1 + bytes.len(), &mut quick);
        if taken {
            assert!(result.is_ok() && notes.list().is_empty(), "{bytes:x?}: {result:?}");
            assert_eq!(quick.filled(), [&plain[..], b"\n"].concat(), "{bytes:x?}");
        }
        (result.ok().map(|()| plain), taken)
    }

    /// Whether the quick path to text took the bytes.
    fn text(&self, bytes: &[u8]) -> bool {
        let window = [&[0x0a], bytes, &[0x80; SLACK]].concat();
        let taken = self.to_text.each_ref().map(|(layout, to_text)| {
            let (mut plain, mut notes) = (Vec::new(), Notes::new(false));
            let options = PrintOptions { layout: *layout, unknown: true };
            let result = text::print(self.root, bytes, 0, options, &mut plain, &mut notes);
            let Some(checked) = to_text.check(&window, 1..1 + bytes.len()) else { return false };
            assert!(result.is_ok() && notes.list().is_empty(), "{bytes:x?}: {result:?}");
            let (mut quick, mut pieces) = (Slab::default(), Vec::new());
            assert!(checked.append(&mut quick), "{bytes:x?}");
            let taken: Result<(), ()> = checked.pieces(0, |piece| {
                pieces.extend_from_slice(piece);
                Ok(())
            });
            assert_eq!(taken, Ok(()));
            if *layout == Layout::Lines {
                assert_eq!(pieces, plain, "{bytes:x?}");
            } else {
                plain.push(b'\n');
            }
            assert_eq!(quick.filled(), plain, "{bytes:x?}");
            true
        });
        assert_eq!(taken[0], taken[1]);
        taken[0]
    }
}

#[test]
fn messages_inside_that_are_not_in_the_common_form_are_written_by_the_plain_codec() {
    let message = |number: u8, inner: &[u8]| {
        // Two bytes of tag, for numbers from 16 on.
        [&[(number << 3 | 2) | 0x80, number >> 4, inner.len() as u8], inner].concat()
    };
    // Numbers 14, 3 and 99: out of order, and one that nobody knows.
    let odd = [&b"\x72\x01a\x18\x05"[..], b"\x9a\x06\x02\x08\x01"].concat();
    let unknown = b"\x72\x01a\x9a\x06\x02\x08\x01\xa0\x06\x05\xf9\x3f12345678";
    let long = b"\x72\x78".iter().copied().chain([b'x'; 120]).collect::<Vec<u8>>();
    let rest = message(26, &long);
    BOTH.with(|both| {
        let deep = message(26, &message(26, &odd));
        assert!(both.text(&[&rest[..], &rest, &deep, &rest].concat()));
        assert!(both.text(unknown));
        assert!(both.text(&message(17, unknown)));
        let entry = |key: u8| message(27, &[0x0a, 1, key, 0x12, 1, b'x']);
        assert!(both.text(&[entry(b'b'), entry(b'c'), entry(b'a')].concat()));
        assert!(!both.text(&[entry(b'b'), entry(b'a'), entry(b'b')].concat()));
        // Too much of it: the plain codec does it all.
        assert!(!both.text(&deep));
    });
}

thread_local! {
    static BOTH: Both = Both::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_in_the_common_form_is_taken(text in message(2)) {
        BOTH.with(|both| {
            let (bytes, taken) = both.parse(text.as_bytes());
            let bytes = bytes.expect("it is a message");
            assert!(taken, "{text}");
            assert!(both.text(&bytes), "{text}");
            let (printed, taken) = both.print(&bytes);
            let printed = printed.expect("it is printed");
            assert!(taken, "{}", String::from_utf8_lossy(&printed));
            let (back, taken) = both.parse(&printed);
            assert_eq!(back.as_deref(), Some(&bytes[..]));
            assert!(taken, "{}", String::from_utf8_lossy(&printed));
        });
    }

    #[test]
    fn what_is_changed_is_taken_as_the_plain_codec_takes_it(
        text in message(2),
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4),
        spaces in any::<bool>(),
    ) {
        BOTH.with(|both| {
            let mut changed = text.into_bytes();
            if spaces {
                changed = changed.iter().flat_map(|&byte| match byte {
                    b',' | b':' => vec![byte, b' '],
                    byte => vec![byte],
                }).collect();
            }
            let bytes = both.parse(&changed).0;
            for mut target in [Some(changed), bytes].into_iter().flatten() {
                for (at, byte, how) in &changes {
                    if target.is_empty() {
                        break;
                    }
                    let at = at.index(target.len());
                    match how {
                        0 => target[at] = *byte,
                        1 => drop(target.remove(at)),
                        _ => target.insert(at, *byte),
                    }
                    both.parse(&target);
                    both.print(&target);
                    both.text(&target);
                }
            }
        });
    }
}

/// The bytes of a field of type `All` that holds `payload`.
fn field(number: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    hello::wire::varint::write(number << 3 | 2, &mut bytes);
    hello::wire::varint::write(payload.len() as u64, &mut bytes);
    bytes.extend(payload);
    bytes
}

/// A message that is nothing but a string, of any length and with anything in it, and
/// what only looks like one.
#[test]
fn messages_of_one_string_are_written_as_the_plain_codec_does() {
    BOTH.with(|both| {
        for number in [14, 31, 35, 1000] {
            for len in (0..12).chain(26..40) {
                for (at, special) in (0..len + 1).flat_map(|at| {
                    ["", "\"", "\n", "\u{7f}", "é", "\u{202e}", "🐚"].map(|special| (at, special))
                }) {
                    let text = ["x".repeat(at), special.into(), "y".repeat(len - at)].concat();
                    let bytes = field(number, text.as_bytes());
                    let (_, taken) = both.print(&bytes);
                    // One that is there without being set is not for the quick path.
                    assert_eq!(
                        taken,
                        !text.is_empty() || ![14, 35].contains(&number),
                        "{number} {text:?}"
                    );
                    let (_, taken) = both.print(&bytes[..bytes.len() - 1]);
                    assert!(!taken, "{number} {text:?}");
                    let behind = [&bytes[..], b"\xf0\x01\x07"].concat();
                    both.print(&behind);
                }
                let broken = ["x".repeat(len).as_bytes(), b"\xe2\x86"].concat();
                assert!(!both.print(&field(number, &broken)).1);
            }
        }
        assert!(both.print(&[]).1);
        assert!(!both.print(&field(9999, b"unknown")).1);
    });
}

#[test]
fn keys_of_a_map_are_put_in_order_whatever_they_have_in_common() {
    let keys = ["", "\0", "a", "a\0", "abcdefgh", "abcdefgha", "abcdefghb", "b", "é", "\"", "ÿ"];
    let long = ["x".repeat(31), "x".repeat(32), "x".repeat(33), "y".repeat(140)];
    let keys: Vec<&str> = keys.into_iter().chain(long.iter().map(|key| &**key)).collect();
    BOTH.with(|both| {
        for first in &keys {
            for second in &keys {
                for value in ["", "value", "a \"quoted\" one"] {
                    let entry = |key: &str| {
                        field(27, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat())
                    };
                    let (_, taken) = both.print(&[entry(first), entry(second)].concat());
                    assert_eq!(taken, first != second, "{first:?} {second:?}");
                }
            }
        }
    });
}

#[test]
fn maps_in_maps_in_no_order_are_no_dearer_with_each_level() {
    // Of 23 levels each of which started over the last would be printed eight
    // million times, in some seconds.
    let mut message = Vec::new();
    for _ in 0..23 {
        let deep = field(28, &[&[8, 2][..], &field(2, &message)].concat());
        message = [deep, field(28, &[8, 1, 0x12, 0])].concat();
    }
    let start = std::time::Instant::now();
    BOTH.with(|both| assert!(both.print(&message).1));
    assert!(start.elapsed() < std::time::Duration::from_secs(2));
}

/// The same messages come to the same, whatever they are written in.
#[test]
fn lines_of_hex_and_base64_are_decoded_as_binary_is() {
    let messages = (0..3000_u32).map(|number| {
        let name = "x\"é\n→".repeat(number as usize % 70);
        let mut message = vec![0x0a];
        varint::write(name.len() as u64, &mut message);
        message.extend(name.as_bytes());
        // Twice, with a field that is unknown, and nothing at all.
        let twice = [&message[..], b"\x0a\x01y"].concat();
        let unknown = [&message[..], b"\x10\x01"].concat();
        [message, twice, unknown, Vec::new()][number as usize % 4].clone()
    });
    let (mut binary, mut base64, mut hex) = (Vec::new(), Vec::new(), String::new());
    for message in messages {
        Framing::Varint.write(&message, &mut binary).expect("it is not too large");
        base64_text::write(&message, &mut base64);
        base64.push(b'\n');
        hex += &(hex::encode(&message) + "\n");
    }
    let shell = Shell::new();
    for to in ["json", "text"] {
        let run = |from: &str, input: &[u8]| {
            let ran = shell.run(&format!("hello decode --stream {from} --to {to}"), input);
            (String::from_utf8_lossy(&ran.stdout).into_owned(), ran.status)
        };
        let expected = run("", &binary);
        assert_eq!((expected.0.lines().count(), expected.1), (3000, 0));
        assert!(run("--from base64", &base64) == expected, "{to}");
        assert!(run("--from hex", hex.as_bytes()) == expected, "{to}");
    }
}
