//! Properties of the codec, with prost's generated types as the oracle.

use hello::codec::text::Layout;
use hello::codec::{Notes, Origin, base64_text, hex_text, json, notes, text};
use hello::error::{Error, Result};
use hello::schema::Compiled;
use hello::schema::builtin::{self, types::HelloRequest};
use hello::table::Root;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

fn request() -> Compiled {
    let schema = builtin::schema(true).expect("the built-in schema reads");
    let index = schema.message("HelloRequest").expect("it has the type");
    schema.compile(index).expect("it compiles")
}

/// Prints text as the command line does.
fn print_text(
    root: Root<'_>,
    bytes: &[u8],
    layout: Layout,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let options = text::PrintOptions { layout, unknown: true };
    text::print(root, bytes, 0, options, out, notes)
}

/// The name, as our JSON printer and then our JSON parser see it, and what was noted.
fn ours(bytes: &[u8]) -> Result<(String, Notes)> {
    let compiled = request();
    let root = compiled.root();
    let mut notes = Notes::new(false);
    let (mut out, mut back) = (Vec::new(), Vec::new());
    json::print(root, bytes, 0, Default::default(), &mut out, &mut notes)?;
    json::parse(root, &out, Origin::START, Default::default(), &mut back)
        .expect("what we print we read");
    let request = HelloRequest::decode(&*back).expect("what we write prost reads");
    Ok((request.name, notes))
}

/// Where prost is known to differ, and why ours is the rule of the official
/// implementations: it refuses a known field of the wrong wire type, which
/// they keep as unknown, and a varint that says more than 64 bits, of which
/// they drop the rest.
fn prost_is_stricter(bytes: &[u8], notes: &Notes) -> bool {
    let wrong = |note: &notes::Note| matches!(note.what, notes::What::WrongWireType { .. });
    let beyond = |window: &[u8]| window[..9].iter().all(|&b| b >= 0x80) && window[9] > 1;
    notes.list().iter().any(wrong) || bytes.windows(10).any(beyond)
}

/// The other way round: it reads tags and lengths of up to 10 bytes.
fn prost_is_laxer(error: &Error) -> bool {
    let padded_tag = error.what().starts_with("a tag is ") && error.what().ends_with("has 5");
    padded_tag || error.what().ends_with("is longer than 5 bytes")
}

fn agree(bytes: &[u8]) {
    match (ours(bytes), HelloRequest::decode(bytes)) {
        (Ok((name, _)), Ok(request)) => assert_eq!(name, request.name, "{}", hex::encode(bytes)),
        (Err(error), Err(_)) => {
            let place = error.at();
            let inside =
                matches!(place, Some(hello::error::At::Byte(at)) if at <= bytes.len() as u64);
            assert!(inside, "{place:?} is not in {}", hex::encode(bytes));
        }
        (Ok((_, notes)), Err(error)) => {
            assert!(prost_is_stricter(bytes, &notes), "{error} in {}", hex::encode(bytes));
        }
        (Err(error), Ok(_)) => {
            assert!(prost_is_laxer(&error), "{error}\nin {}", hex::encode(bytes))
        }
    }
}

/// The fields that the schema doesn't know, or has with another wire type.
fn unknown_fields(bytes: &[u8]) -> usize {
    let mut reader = hello::wire::Reader::new(bytes, 0);
    let mut count = 0;
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag().expect("the printer read it");
        hello::wire::skip::value(&mut reader, tag, at, 0).expect("the printer read it");
        count += usize::from(tag.number != 1 || tag.wire_type != hello::wire::WireType::Len);
    }
    count
}

/// Bytes that are a message more often than not: fields of every wire type,
/// known and unknown, in any order.
fn fields() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![3 => Just(1u32), 3 => 2..20u32, 1 => 1..(1u32 << 29)];
    let field = (number, 0..6u32, any::<u64>(), vec(any::<u8>(), 0..12)).prop_map(
        |(number, kind, value, bytes)| {
            let mut out = Vec::new();
            let mut tag = |wire_type: u32| {
                prost::encoding::encode_varint(u64::from(number << 3 | wire_type), &mut out);
            };
            match kind {
                0 => {
                    tag(0);
                    prost::encoding::encode_varint(value, &mut out);
                }
                1 => {
                    tag(1);
                    out.extend(value.to_le_bytes());
                }
                2 => {
                    tag(5);
                    out.extend((value as u32).to_le_bytes());
                }
                3 => {
                    tag(3);
                    out.extend([0x10, 0x01]);
                    prost::encoding::encode_varint(u64::from(number << 3 | 4), &mut out);
                }
                4 => {
                    tag(2);
                    prost::encoding::encode_varint(bytes.len() as u64, &mut out);
                    out.extend(bytes);
                }
                _ => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    tag(2);
                    prost::encoding::encode_varint(text.len() as u64, &mut out);
                    out.extend(text.bytes());
                }
            }
            out
        },
    );
    vec(field, 0..6).prop_map(|fields| fields.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_goes_through_every_format_and_back(name in any::<String>()) {
        let compiled = request();
    let root = compiled.root();
        let bytes = HelloRequest { name }.encode_to_vec();
        let mut notes = Notes::new(true);
        let (mut printed, mut back) = (Vec::new(), Vec::new());
        json::print(root, &bytes, 0, Default::default(), &mut printed, &mut notes).unwrap();
        json::parse(root, &printed, Origin::START, Default::default(), &mut back).unwrap();
        prop_assert_eq!(&back, &bytes);
        for layout in [Layout::Lines, Layout::OneLine] {
            printed.clear();
            back.clear();
            print_text(root, &bytes, layout, &mut printed, &mut notes).unwrap();
            text::parse(root, &printed, Origin::START, &mut back).unwrap();
            prop_assert_eq!(&back, &bytes);
        }
        prop_assert_eq!(&hex_text::read(hex::encode(&bytes).as_bytes(), Origin::START).unwrap(), &bytes);
        printed.clear();
        base64_text::write(&bytes, &mut printed);
        prop_assert_eq!(&base64_text::read(&printed, Origin::START).unwrap(), &bytes);
    }

    #[test]
    fn prost_agrees_on_random_bytes(bytes in vec(any::<u8>(), 0..40)) {
        agree(&bytes);
    }

    #[test]
    fn prost_agrees_on_fields(bytes in fields()) {
        agree(&bytes);
    }

    #[test]
    fn prost_agrees_on_mutated_fields(
        bytes in fields(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        how in 0..3,
    ) {
        let mut bytes = bytes;
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        agree(&bytes);
    }

    #[test]
    fn prost_agrees_on_every_truncation(bytes in fields()) {
        for end in 0..bytes.len() {
            agree(&bytes[..end]);
        }
    }

    #[test]
    fn text_keeps_everything(bytes in fields()) {
        let compiled = request();
    let root = compiled.root();
        let mut out = Vec::new();
        if print_text(root, &bytes, Layout::Lines, &mut out, &mut Notes::new(false)).is_ok() {
            let lines = String::from_utf8(out).expect("text is UTF-8");
            prop_assert!(!lines.chars().any(|c| c != '\n' && hello::escape::is_unsafe(c)), "{}", lines);
            let shown = lines.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
            prop_assert_eq!(shown.count(), unknown_fields(&bytes), "{}", lines);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(input in "[{}:,\"'\\\\ntru0-9a-fx#;=\n \u{e9}]{0,40}", raw in vec(any::<u8>(), 0..40)) {
        let compiled = request();
    let root = compiled.root();
        for bytes in [input.as_bytes(), &raw] {
            let mut out = Vec::new();
            for error in [
                json::parse(root, bytes, Origin::START, Default::default(), &mut out).err(),
                text::parse(root, bytes, Origin::START, &mut out).err(),
                hex_text::read(bytes, Origin::START).err(),
                base64_text::read(bytes, Origin::START).err(),
            ].into_iter().flatten() {
                let shown = error.to_string();
                prop_assert!(!shown.chars().any(|c| c != '\n' && hello::escape::is_unsafe(c)), "{}", shown);
                prop_assert!(shown.lines().all(|line| line.chars().count() < 200), "{}", shown);
            }
        }
    }
}

/// Both refuse the 101st level, known or not.
#[test]
fn prost_agrees_on_depth() {
    for depth in [99, 100, 101] {
        let bytes = [vec![0x13; depth], vec![0x14; depth]].concat();
        assert_eq!(ours(&bytes).is_ok(), depth <= 100, "{depth}");
        agree(&bytes);
    }
}

#[test]
fn a_field_that_comes_again_counts_as_prost_counts_it() {
    for bytes in ["0a01610a0162", "0a01610a00", "0a000a0161", "0a016110070a0162", "0a01610801"] {
        agree(&hex::decode(bytes).expect("hex"));
    }
}
