//! The four shapes of message, made from a seed.

use std::collections::BTreeMap;

use pbjson_types::Timestamp;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What prost and pbjson generate.
#[allow(clippy::all)]
mod types {
    include!(concat!(env!("OUT_DIR"), "/shapes.rs"));
    include!(concat!(env!("OUT_DIR"), "/shapes.serde.rs"));
}

use types::{Button, Click, Event, HelloRequest, LogRecord, Numbers, Request, Severity, Source};
use types::{event::Detail, request::Outcome};

/// The descriptor set of all shapes.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shapes.binpb"));

/// A compiled type that can be made up.
pub trait Shape: Message + Default + PartialEq + Serialize + DeserializeOwned + 'static {
    /// The shape's name in options and tables.
    const NAME: &'static str;
    /// The full name of the message type.
    const TYPE: &'static str;

    /// The next message.
    fn next(random: &mut Random) -> Self;

    /// Whether a JSON reader that may be off by a little in doubles could
    /// have read `other` where `self` was written.
    fn is_close(&self, other: &Self) -> bool {
        self == other
    }
}

/// Gives `visit` each shape.
pub fn each(mut visit: impl Visit) -> Result<(), String> {
    visit.shape::<HelloRequest>()?;
    visit.shape::<LogRecord>()?;
    visit.shape::<Numbers>()?;
    visit.shape::<Event>()
}

/// What to do with a shape.
pub trait Visit {
    fn shape<S: Shape>(&mut self) -> Result<(), String>;
}

/// SplitMix64: the same numbers on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// As many bits as any other count of them, up to `most`: small numbers
    /// are as common as they are in real messages.
    fn sized(&mut self, most: u32) -> u64 {
        let bits = 1 + self.below(u64::from(most)) as u32;
        self.bits() >> (64 - bits)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const NAMES: &[&str] = &[
    "bobby",
    "Ada",
    "Grace Hopper",
    "linus",
    "Zoë",
    "Bjarne",
    "Ken",
    "Margaret Hamilton",
    "world",
    "李雷",
    "Dennis",
    "Barbara Liskov",
];

const WORDS: &[&str] = &[
    "connection",
    "from",
    "refused",
    "retrying",
    "in",
    "after",
    "the",
    "upstream",
    "request",
    "timed",
    "out",
    "while",
    "reading",
    "response",
    "header",
    "cache",
    "miss",
    "for",
    "key",
    "user:4711",
    "\"quoted\"",
    "C:\\temp",
    "naïve",
    "path=/api/v1/items",
    "42ms",
    "→",
    "ok",
];

const LABELS: &[&str] = &["env", "host", "pod", "region", "team", "version", "zone"];

impl Shape for HelloRequest {
    const NAME: &'static str = "tiny";
    const TYPE: &'static str = "shapes.HelloRequest";

    fn next(random: &mut Random) -> Self {
        HelloRequest { name: random.pick(NAMES).to_owned() }
    }
}

impl Shape for LogRecord {
    const NAME: &'static str = "log";
    const TYPE: &'static str = "shapes.LogRecord";

    fn next(random: &mut Random) -> Self {
        let seconds = 1_700_000_000 + random.below(100_000_000) as i64;
        let labels: BTreeMap<String, String> = (0..2 + random.below(4))
            .map(|_| {
                let value = format!("{}-{}", random.pick(NAMES), random.below(1000));
                (random.pick(LABELS).to_owned(), value)
            })
            .collect();
        let source = Source {
            file: format!("src/{}.rs", random.pick(LABELS)),
            line: 1 + random.below(2000) as u32,
            function: format!("handle_{}", random.pick(LABELS)),
        };
        LogRecord {
            time: Some(Timestamp { seconds, nanos: random.below(1_000_000) as i32 * 1000 }),
            severity: Severity::try_from(random.below(5) as i32).unwrap_or_default() as i32,
            service: format!("service-{}", random.below(40)),
            text: text(random),
            labels,
            source: Some(source),
            observed: Some(Timestamp {
                seconds: seconds + 1,
                nanos: random.below(1_000_000_000) as i32,
            }),
            sequence: random.sized(40),
            trace_id: [random.bits(), random.bits()].map(u64::to_be_bytes).concat().into(),
            sampled: random.below(4) == 0,
        }
    }
}

/// Words, 100 to 200 characters of them.
fn text(random: &mut Random) -> String {
    let most = 100 + random.below(101) as usize;
    let mut text = String::new();
    while text.chars().count() < most {
        text.push_str(random.pick(WORDS));
        text.push(' ');
    }
    text.chars().take(most).collect()
}

impl Shape for Numbers {
    const NAME: &'static str = "numbers";
    const TYPE: &'static str = "shapes.Numbers";

    fn next(random: &mut Random) -> Self {
        // All 53 bits: 15 to 17 digits each.
        let sample =
            |random: &mut Random| ((random.bits() >> 11) as f64 / (1u64 << 53) as f64 - 0.5) * 2e3;
        let delta = |random: &mut Random| {
            let value = random.sized(48) as i64;
            if random.below(2) == 0 { value } else { -value }
        };
        let count = |random: &mut Random| random.sized(32) as u32;
        Numbers {
            samples: (0..16 + random.below(33)).map(|_| sample(random)).collect(),
            deltas: (0..16 + random.below(33)).map(|_| delta(random)).collect(),
            counts: (0..16 + random.below(33)).map(|_| count(random)).collect(),
        }
    }

    fn is_close(&self, other: &Self) -> bool {
        let close = |a: &f64, b: &f64| a.to_bits().abs_diff(b.to_bits()) <= 2;
        self.deltas == other.deltas
            && self.counts == other.counts
            && self.samples.len() == other.samples.len()
            && self.samples.iter().zip(&other.samples).all(|(a, b)| close(a, b))
    }
}

impl Shape for Event {
    const NAME: &'static str = "deep";
    const TYPE: &'static str = "shapes.Event";

    fn next(random: &mut Random) -> Self {
        event(random, 0)
    }
}

/// An event with others inside: two at most, and down to the ninth level.
fn event(random: &mut Random, depth: u64) -> Event {
    let detail = match random.below(6) {
        0 => Detail::Click(Click {
            x: random.below(4000) as i32 - 2000,
            y: random.below(2000) as i32 - 1000,
            button: Button::try_from(random.below(3) as i32).unwrap_or_default() as i32,
        }),
        1 | 2 => Detail::Request(Request {
            path: format!("/items/{}", random.below(100_000)),
            status: [200, 204, 404, 503][random.below(4) as usize],
            outcome: Some(match random.below(2) {
                0 => Outcome::BytesSent(random.sized(30)),
                _ => Outcome::ErrorMessage(random.pick(WORDS).to_owned()),
            }),
        }),
        3 => Detail::Note(format!("{} {}", random.pick(WORDS), random.pick(WORDS))),
        4 => Detail::Code(random.sized(16) as i32 - 1000),
        _ => Detail::Done(random.below(2) == 0),
    };
    let children = match depth {
        0..=2 => 1 + random.below(2),
        3..=7 => random.below(3),
        _ => 0,
    };
    Event {
        id: random.sized(50),
        name: random.pick(LABELS).to_owned(),
        detail: Some(detail),
        children: (0..children).map(|_| event(random, depth + 1)).collect(),
    }
}
