//! The testee of the official conformance suite, over the library's codec.
//!
//! From standard input it reads a length in 4 bytes, the lowest first, and a
//! `conformance.ConformanceRequest`; it answers on standard output in the same
//! way with a `conformance.ConformanceResponse`, until the input ends. The
//! suite's messages are in the descriptor set that `CONFORMANCE_DESCRIPTOR_SET`
//! names.
//!
//! Whatever a quick path takes it does again by it, and a difference is the
//! answer then: the suite, and the agreement with Python, are its test.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use hello::codec::quick::{Plan, SLACK, Slab, ToText};
use hello::codec::text::Layout;
use hello::codec::{Notes, Origin, json, rewrite, text};
use hello::error::Result;
use hello::schema::Schema;
use hello::table::Root;
use hello::wire::varint;
use prost::Message;

#[derive(Message)]
struct Request {
    #[prost(oneof = "Payload", tags = "1, 2, 7, 8")]
    payload: Option<Payload>,
    #[prost(int32, tag = "3")]
    output: i32,
    #[prost(string, tag = "4")]
    message_type: String,
    #[prost(int32, tag = "5")]
    category: i32,
    #[prost(bool, tag = "9")]
    print_unknown: bool,
}

#[derive(prost::Oneof)]
enum Payload {
    #[prost(bytes, tag = "1")]
    Protobuf(Vec<u8>),
    #[prost(string, tag = "2")]
    Json(String),
    #[prost(string, tag = "7")]
    Jspb(String),
    #[prost(string, tag = "8")]
    Text(String),
}

#[derive(Message)]
struct Response {
    #[prost(oneof = "Answer", tags = "1, 2, 3, 4, 5, 6, 8")]
    answer: Option<Answer>,
}

#[derive(prost::Oneof)]
enum Answer {
    #[prost(string, tag = "1")]
    ParseError(String),
    #[prost(string, tag = "2")]
    RuntimeError(String),
    #[prost(bytes, tag = "3")]
    Protobuf(Vec<u8>),
    #[prost(string, tag = "4")]
    Json(String),
    #[prost(string, tag = "5")]
    Skipped(String),
    #[prost(string, tag = "6")]
    SerializeError(String),
    #[prost(string, tag = "8")]
    Text(String),
}

const PROTOBUF: i32 = 1;
const JSON: i32 = 2;
const TEXT: i32 = 4;
const JSON_IGNORE_UNKNOWN: i32 = 3;

fn main() -> io::Result<()> {
    let path = std::env::var_os("CONFORMANCE_DESCRIPTOR_SET").ok_or_else(|| {
        io::Error::other("CONFORMANCE_DESCRIPTOR_SET names the descriptor set of the suite")
    })?;
    let schema =
        Schema::from_descriptor_set(&std::fs::read(path)?, false).map_err(io::Error::other)?;
    let mut types: HashMap<String, Type> = HashMap::new();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut length = [0; 4];
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut bytes)?;
        let request = Request::decode(&*bytes).map_err(io::Error::other)?;
        let name = request.message_type.clone();
        if !types.contains_key(&name) {
            let index = schema.message(&name).map_err(io::Error::other)?;
            let compiled = schema.compile(index).map_err(io::Error::other)?;
            // A few types, for as long as this runs.
            let root = Box::leak(Box::new(compiled)).root();
            let plan = Plan::new(root, Default::default());
            let to_text =
                [Layout::Lines, Layout::OneLine].map(|layout| (layout, ToText::new(root, layout)));
            types.insert(name.clone(), Type { root, plan, to_text });
        }
        let differs = match &request.payload {
            Some(Payload::Protobuf(bytes)) => {
                types[&name].differs(bytes).or_else(|| types[&name].differs_in_text(bytes))
            }
            Some(Payload::Json(text)) => types[&name].parses_differently(text.as_bytes()),
            _ => None,
        };
        let answer = answer(types[&name].root, request);
        let differs = differs.or_else(|| match &answer {
            Answer::Protobuf(message) => {
                types[&name].differs(message).or_else(|| types[&name].differs_in_text(message))
            }
            Answer::Json(text) => types[&name].parses_differently(text.as_bytes()),
            _ => None,
        });
        let answer = differs.map_or(answer, Answer::RuntimeError);
        let bytes = Response { answer: Some(answer) }.encode_to_vec();
        output.write_all(&(bytes.len() as u32).to_le_bytes())?;
        output.write_all(&bytes)?;
        output.flush()?;
    }
}

struct Type {
    root: Root<'static>,
    plan: Option<Plan>,
    to_text: [(Layout, ToText<'static>); 2],
}

impl Type {
    /// What the quick path makes of a message, if it is not what the plain
    /// codec makes of it.
    fn differs(&self, message: &[u8]) -> Option<String> {
        let plan = self.plan.as_ref()?;
        // What stands around a record must not matter: here it is more of it.
        let window = [message, message, &[0xff; SLACK]].concat();
        let mut quick = Slab::default();
        if !plan.print(&window, message.len()..2 * message.len(), &mut quick) {
            return None;
        }
        let (mut plain, mut notes) = (Vec::new(), Notes::new(false));
        let result = json::print(self.root, message, 0, Default::default(), &mut plain, &mut notes);
        plain.push(b'\n');
        if result.is_ok() && plain == quick.filled() && notes.list().is_empty() {
            return None;
        }
        let [quick, plain] = [quick.filled(), &plain].map(String::from_utf8_lossy);
        Some(format!("the quick path makes {quick}, the plain codec {plain} ({result:?})"))
    }
}

impl Type {
    /// The same for text: whole, and in the smallest pieces.
    fn differs_in_text(&self, message: &[u8]) -> Option<String> {
        let window = [message, message, &[0xff; SLACK]].concat();
        let range = message.len()..2 * message.len();
        self.to_text.iter().find_map(|(layout, to_text)| {
            let checked = to_text.check(&window, range.clone())?;
            let (mut quick, mut pieces) = (Slab::default(), Vec::new());
            let appended = checked.append(&mut quick);
            let taken: Result<()> = checked.pieces(0, |piece| {
                pieces.extend_from_slice(piece);
                Ok(())
            });
            let (mut plain, mut notes) = (Vec::new(), Notes::new(false));
            let options = text::PrintOptions { layout: *layout, unknown: true };
            let result = text::print(self.root, message, 0, options, &mut plain, &mut notes);
            let mut same = true;
            match layout {
                Layout::Lines => same = pieces == plain,
                Layout::OneLine => plain.push(b'\n'),
            }
            same &= appended && quick.filled() == plain;
            if same && result.is_ok() && taken.is_ok() && notes.list().is_empty() {
                return None;
            }
            let [quick, plain] = [quick.filled(), &plain].map(String::from_utf8_lossy);
            Some(format!("the quick path makes {quick}, the plain codec {plain} ({result:?})"))
        })
    }
}

impl Type {
    /// The same for what the quick path makes of JSON.
    fn parses_differently(&self, text: &[u8]) -> Option<String> {
        let plan = self.plan.as_ref()?;
        let window = [text, text, &[b'9'; SLACK]].concat();
        let mut quick = Slab::default();
        let mut delimited = Slab::default();
        let taken = plan.parse(&window, text.len()..2 * text.len(), &mut quick);
        let range = text.len()..2 * text.len();
        let (records, behind) =
            plan.parse_delimited(&window, range, usize::MAX / 2, &mut delimited);
        if !taken && records == 0 {
            return None;
        }
        let mut plain = Vec::new();
        let options = json::ParseOptions::default();
        let result = json::parse(self.root, text, Origin::START, options, &mut plain);
        let mut framed = Vec::new();
        varint::write(plain.len() as u64, &mut framed);
        framed.extend(&plain);
        let rest = &window[behind.min(2 * text.len())..2 * text.len()];
        let whole = records == 1 && rest.iter().all(|byte| b" \t\r\n".contains(byte));
        // A second value after the first is an error for the plain codec only.
        let same = (!taken || plain == quick.filled())
            && (!whole || framed == delimited.filled())
            && taken == whole;
        if (result.is_ok() && same) || (!taken && !whole) {
            return None;
        }
        let [quick, delimited] = [&quick, &delimited].map(|slab| slab.filled().to_vec());
        Some(format!("quick {quick:x?} {delimited:x?}, the plain codec {plain:x?} ({result:?})"))
    }
}

fn answer(root: Root<'_>, request: Request) -> Answer {
    let mut message = Vec::new();
    let parsed = match &request.payload {
        Some(Payload::Protobuf(bytes)) => rewrite::rewrite(root, bytes, true, &mut message),
        Some(Payload::Json(text)) => {
            let ignore_unknown = request.category == JSON_IGNORE_UNKNOWN;
            let options = json::ParseOptions { ignore_unknown, ..Default::default() };
            json::parse(root, text.as_bytes(), Origin::START, options, &mut message)
        }
        Some(Payload::Text(text)) => {
            text::parse(root, text.as_bytes(), Origin::START, &mut message)
        }
        Some(Payload::Jspb(_)) => return Answer::Skipped(String::from("JSPB is not public")),
        None => return Answer::RuntimeError(String::from("there is no payload")),
    };
    if let Err(error) = parsed {
        return Answer::ParseError(error.to_string());
    }
    let printed = |result: Result<()>, out: Vec<u8>| {
        result
            .map(|()| String::from_utf8_lossy(&out).into_owned())
            .map_err(|error| error.to_string())
    };
    let (mut out, mut notes) = (Vec::new(), Notes::new(false));
    let answer = match request.output {
        PROTOBUF => return Answer::Protobuf(message),
        JSON => {
            let result = json::print(root, &message, 0, Default::default(), &mut out, &mut notes);
            printed(result, out).map(Answer::Json)
        }
        TEXT => {
            let options =
                text::PrintOptions { layout: Layout::Lines, unknown: request.print_unknown };
            let result = text::print(root, &message, 0, options, &mut out, &mut notes);
            printed(result, out).map(Answer::Text)
        }
        other => Err(format!("the output format {other} is not known")),
    };
    answer.unwrap_or_else(Answer::SerializeError)
}
