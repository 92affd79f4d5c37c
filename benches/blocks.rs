//! What a byte of a plain string costs on the quick paths: instructions,
//! counted by callgrind.
//!
//! ```text
//! cargo bench --bench blocks
//! cargo bench --bench blocks -- --check 6
//! ```
//!
//! Strings are copied in blocks of 32 bytes that are looked at on the way. The
//! compiler is to make vector instructions of that look: one way to write it
//! takes some 30 instructions a block, another some 400, and no test of what
//! comes out would tell them apart.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

type Result<T> = std::result::Result<T, String>;

/// Two streams whose only difference is the length of their strings.
const LENGTHS: [usize; 2] = [1_000, 9_000];
const RECORDS: usize = 200;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("blocks: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    hello: Option<PathBuf>,
    limit: f64,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options { hello: None, limit: f64::INFINITY };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match &*word {
                "--hello" => options.hello = Some(PathBuf::from(value()?)),
                "--check" => {
                    let number = value()?.parse();
                    options.limit = number.map_err(|_| String::from("--check needs a number"))?;
                }
                // Only cargo says so: it has built the binary to measure.
                "--bench" => options.hello = Some(env!("CARGO_BIN_EXE_hello").into()),
                _ => return Err(format!("no option {word}")),
            }
        }
        Ok(options)
    }
}

fn run(options: &Options) -> Result<()> {
    // `cargo test --benches` comes here.
    let Some(hello) = &options.hello else { return Ok(()) };
    let directory = tempfile::tempdir().map_err(text)?;
    let mut over = Vec::new();
    for way in [Way::ToJson, Way::ToBinary] {
        let name = way.name();
        let counts = LENGTHS.map(|length| {
            let input = directory.path().join(length.to_string());
            std::fs::write(&input, way.input(length)).map_err(text)?;
            instructions(hello, way.words(), &input, directory.path())
        });
        let [short, long] = counts;
        let bytes = (LENGTHS[1] - LENGTHS[0]) * RECORDS;
        let each = (long? - short?) as f64 / bytes as f64;
        println!("{name:<16} {each:6.2} instructions for a byte of a string");
        if each > options.limit {
            over.push(name);
        }
    }
    match over[..] {
        [] => Ok(()),
        _ => Err(format!("over {} instructions a byte: {}", options.limit, over.join(", "))),
    }
}

#[derive(Clone, Copy)]
enum Way {
    ToJson,
    ToBinary,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::ToJson => "binary to JSON",
            Way::ToBinary => "JSON to binary",
        }
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Way::ToJson => &["decode", "--stream", "--to", "json"],
            Way::ToBinary => &["encode", "--stream", "--from", "json", "--to", "binary"],
        }
    }

    fn input(self, length: usize) -> Vec<u8> {
        match self {
            Way::ToJson => delimited(length),
            Way::ToBinary => lines(length),
        }
    }
}

/// Letters, and now and then a space.
fn string(length: usize) -> String {
    "the quick brown fox jumps over the lazy dog ".chars().cycle().take(length).collect()
}

fn delimited(length: usize) -> Vec<u8> {
    let mut message = vec![0x0a];
    hello::wire::varint::write(length as u64, &mut message);
    message.extend(string(length).as_bytes());
    let mut record = Vec::new();
    hello::wire::varint::write(message.len() as u64, &mut record);
    record.extend(message);
    record.repeat(RECORDS)
}

fn lines(length: usize) -> Vec<u8> {
    format!("{{\"name\":\"{}\"}}\n", string(length)).into_bytes().repeat(RECORDS)
}

/// The instructions of a run of `hello`, in one thread.
fn instructions(hello: &Path, words: &[&str], input: &Path, directory: &Path) -> Result<u64> {
    let counts = directory.join("callgrind");
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(hello)
        .args(words)
        .arg("-i")
        .arg(input)
        .args(["-o", "/dev/null"])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !status.success() {
        return Err(format!("hello {}: {status}", words.join(" ")));
    }
    let counts = std::fs::read_to_string(counts).map_err(text)?;
    let total = counts.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.parse().ok()).ok_or(String::from("callgrind counted nothing"))
}

fn text(error: std::io::Error) -> String {
    error.to_string()
}
