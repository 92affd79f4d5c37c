//! What starting up costs: the instructions of a whole process, counted by
//! callgrind, beside those of an empty Rust program and of the rivals that are
//! installed, all in one run.
//!
//! ```text
//! cargo bench --bench startup
//! cargo bench --bench startup -- --check 450000
//! ```
//!
//! Instructions are compared and not times, since a process of a millisecond
//! is mostly the kernel's work, which differs between machines and minutes.
//! The times are shown all the same: the median of runs that take turns.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

const USAGE: &str = "\
Options, after `cargo bench --bench startup --`:
  --check N      exit with status 1 if a row of hello is over N instructions
  --hello FILE   measure this binary of hello, not the one that cargo has built
  --runs N       time each program N times (default 51)

Environment: PROTOC and PYTHON name the binaries of the rivals.";

/// What an empty program is: the least that `println!` costs.
const EMPTY: &str = "fn main() { println!(\"0a05626f626279\"); }";

/// The bytes of the message in question.
const BYTES: &[u8] = b"\x0a\x05bobby";

/// `StringValue` has one field, a string numbered 1, as `HelloRequest` does:
/// the same bytes, with nothing to be generated first.
const PYTHON_ENCODE: &str = "from google.protobuf.wrappers_pb2 import StringValue; \
    print(StringValue(value='bobby').SerializeToString().hex())";

/// What programs see of the environment. `HELLO_*` would steer what is
/// measured, and the `LD_LIBRARY_PATH` that cargo sets costs 15,000
/// instructions, which nobody pays at a shell.
const ENVIRONMENT: [&str; 3] = ["PATH", "HOME", "PYTHONPATH"];

type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    match Options::parse(env::args_os().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("startup: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let Some(hello) = &options.hello else {
        // `cargo test --benches` comes here.
        println!("startup: a debug build says nothing; run `cargo bench --bench startup`");
        return Ok(());
    };
    let mut rows = vec![Row::new("empty Rust program", empty_program()?, b"0a05626f626279\n")];
    rows.extend(hello_rows(hello));
    let missing = add_rivals(&mut rows);
    let valgrind = works(Command::new("valgrind").arg("--version"));
    for row in &mut rows {
        row.verify()?;
        if valgrind {
            row.instructions = Some(row.count()?);
        }
    }
    time(&mut rows, options.runs)?;
    print(&rows);
    for line in missing {
        println!("{line}");
    }
    if !valgrind {
        println!("valgrind is not installed: no instructions were counted");
    }
    options.limit.map_or(Ok(()), |limit| check(&rows, limit))
}

struct Options {
    limit: Option<u64>,
    hello: Option<PathBuf>,
    runs: usize,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self> {
        let mut options = Options { limit: None, hello: None, runs: 51 };
        let mut bench = false;
        while let Some(word) = words.next() {
            match word.to_str().unwrap_or_default() {
                // What `cargo bench` adds, and `cargo test` does not.
                "--bench" => bench = true,
                "--check" => options.limit = Some(number("--check", words.next())?),
                "--hello" => options.hello = words.next().map(PathBuf::from),
                "--runs" => options.runs = number::<usize>("--runs", words.next())?.max(1),
                _ => return Err(format!("unknown option {word:?}\n{USAGE}")),
            }
        }
        if bench && options.hello.is_none() {
            options.hello = Some(PathBuf::from(env!("CARGO_BIN_EXE_hello")));
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(option: &str, word: Option<OsString>) -> Result<T> {
    let number = word.as_deref().and_then(OsStr::to_str).and_then(|word| word.parse().ok());
    number.ok_or_else(|| format!("{option} needs a number\n{USAGE}"))
}

/// A program that is measured.
struct Row {
    name: String,
    words: Vec<OsString>,
    input: &'static [u8],
    /// What it has to print: a program that fails is soon done.
    expected: &'static [u8],
    /// Whether `--check` is about it.
    ours: bool,
    instructions: Option<u64>,
    median: Duration,
}

impl Row {
    fn new(name: &str, program: impl Into<OsString>, expected: &'static [u8]) -> Self {
        Row {
            name: name.to_owned(),
            words: vec![program.into()],
            input: b"",
            expected,
            ours: false,
            instructions: None,
            median: Duration::ZERO,
        }
    }

    fn words<'w>(mut self, words: impl IntoIterator<Item = &'w str>) -> Self {
        self.words.extend(words.into_iter().map(OsString::from));
        self
    }

    fn verify(&self) -> Result<()> {
        let output = self.start(&self.words)?;
        if output.status.success() && output.stdout == self.expected {
            return Ok(());
        }
        let error = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} does not do its work: {}\n{error}", self.name, output.status))
    }

    /// Runs `words` to the end in the environment that all programs share.
    fn start(&self, words: &[OsString]) -> Result<Output> {
        let kept = ENVIRONMENT.iter().filter_map(|&name| Some((name, env::var_os(name)?)));
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .envs(kept)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", words[0].display()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that takes no input may have ended by now.
            let _ = stdin.write_all(self.input);
        }
        child.wait_with_output().map_err(|error| format!("{}: {error}", self.name))
    }

    /// The instructions from its start to its end.
    fn count(&self) -> Result<u64> {
        let mut words: Vec<OsString> =
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
                .map(OsString::from)
                .to_vec();
        words.extend_from_slice(&self.words);
        let output = self.start(&words)?;
        let log = String::from_utf8_lossy(&output.stderr);
        let collected = log.lines().find_map(|line| line.split_once("Collected :"));
        collected
            .and_then(|(_, count)| count.trim().parse().ok())
            .ok_or_else(|| format!("callgrind counts nothing in {}\n{log}", self.name))
    }
}

fn hello_rows(hello: &Path) -> [Row; 2] {
    let encode = ["encode", "--name", "bobby"];
    let decode = ["decode", "0a05626f626279"];
    [
        Row::new("hello encode --name bobby", hello, b"0a05626f626279\n").words(encode),
        Row::new("hello decode 0a05626f626279", hello, b"name: \"bobby\"\n").words(decode),
    ]
    .map(|row| Row { ours: true, ..row })
}

/// Adds what is installed; says what isn't.
fn add_rivals(rows: &mut Vec<Row>) -> Vec<String> {
    let mut missing = Vec::new();
    match protoc() {
        Ok(protoc) => rows.extend(protoc_rows(&protoc)),
        Err(reason) => missing.push(reason),
    }
    match python() {
        Ok(python) => rows.push(
            Row::new("python3 -c '…'", python, b"0a05626f626279\n").words(["-c", PYTHON_ENCODE]),
        ),
        Err(reason) => missing.push(reason),
    }
    missing
}

fn protoc_rows(protoc: &OsStr) -> [Row; 2] {
    let row = |name: &str, option: &str, input, expected| {
        let row = Row::new(name, protoc, expected).words(["-Iproto", option, "hello.proto"]);
        Row { input, ..row }
    };
    [
        row("protoc --encode", "--encode=HelloRequest", b"name: \"bobby\"", BYTES),
        row("protoc --decode", "--decode=HelloRequest", BYTES, b"name: \"bobby\"\n"),
    ]
}

/// The binary of protoc. The one of grpcio-tools is a Python program: what
/// would be counted is Python.
fn protoc() -> Result<OsString> {
    let name = env::var_os("PROTOC").unwrap_or_else(|| OsString::from("protoc"));
    let Some(path) = on_path(&name) else {
        return Err(format!("{} is not installed (PROTOC may name it)", name.display()));
    };
    if fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"#!")) {
        return Err(format!(
            "{} is a script, not protoc itself (PROTOC may name it)",
            name.display()
        ));
    }
    Ok(path.into_os_string())
}

/// The binary of a Python that has protobuf. It is asked for its name, since
/// `python3` may be a script that looks for it.
fn python() -> Result<OsString> {
    let name = env::var_os("PYTHON").unwrap_or_else(|| OsString::from("python3"));
    if !works(Command::new(&name).arg("--version")) {
        return Err(format!("{} is not installed (PYTHON may name it)", name.display()));
    }
    let ask = "import sys, google.protobuf.wrappers_pb2; sys.stdout.write(sys.executable)";
    match Command::new(&name).args(["-c", ask]).output() {
        Ok(output) if output.status.success() => {
            Ok(OsString::from(String::from_utf8_lossy(&output.stdout).into_owned()))
        }
        _ => Err(format!(
            "{} has no package protobuf (PYTHON may name one that has)",
            name.display()
        )),
    }
}

/// The file that a shell would run by this name.
fn on_path(name: &OsStr) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = match Path::new(name).components().count() {
        1 => env::split_paths(&path).collect(),
        _ => vec![PathBuf::new()],
    };
    directories.into_iter().map(|directory| directory.join(name)).find(|path| path.is_file())
}

fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn empty_program() -> Result<PathBuf> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, binary) = (directory.join("empty.rs"), directory.join("empty"));
    fs::write(&source, EMPTY).map_err(|error| format!("{}: {error}", source.display()))?;
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&rustc).arg("-O").arg("-o").args([&binary, &source]).output();
    let output = output.map_err(|error| format!("{}: {error}", rustc.display()))?;
    match output.status.success() {
        true => Ok(binary),
        false => Err(format!("rustc fails:\n{}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// The median of each program's times, the programs taking turns, so that
/// whatever else the machine does falls on all of them.
fn time(rows: &mut [Row], runs: usize) -> Result<()> {
    let mut times = vec![Vec::with_capacity(runs); rows.len()];
    for _ in 0..runs {
        for (row, times) in rows.iter().zip(&mut times) {
            let started = Instant::now();
            row.start(&row.words)?;
            times.push(started.elapsed());
        }
    }
    for (row, mut times) in rows.iter_mut().zip(times) {
        times.sort();
        row.median = times[times.len() / 2];
    }
    Ok(())
}

fn print(rows: &[Row]) {
    let empty = rows[0].instructions;
    println!("{:<30} {:>13} {:>8} {:>12}", "", "instructions", "ratio", "median time");
    for row in rows {
        let count = row.instructions.map_or(String::from("-"), thousands);
        let ratio = row.instructions.zip(empty).map_or(String::from("-"), |(count, empty)| {
            format!("{:.2}", count as f64 / empty as f64)
        });
        let time = format!("{:.2} ms", row.median.as_secs_f64() * 1e3);
        println!("{:<30} {count:>13} {ratio:>8} {time:>12}", row.name);
    }
}

/// `1234567` as `1,234,567`.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

fn check(rows: &[Row], limit: u64) -> Result<()> {
    for row in rows.iter().filter(|row| row.ours) {
        let count = row.instructions.ok_or("--check needs valgrind, which is not installed")?;
        if count > limit {
            let (count, limit) = (thousands(count), thousands(limit));
            return Err(format!("{} takes {count} instructions, over {limit}", row.name));
        }
    }
    println!("no row of hello is over {} instructions", thousands(limit));
    Ok(())
}
