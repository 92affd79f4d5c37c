//! `hello`'s codec beside its rivals: binary to JSON and JSON to binary, four
//! shapes of message, everyone on the same stream in the same run.
//!
//! ```text
//! cargo run --release --manifest-path benches/rivals/Cargo.toml
//! cargo run --release --manifest-path benches/rivals/Cargo.toml -- --shape log --megabytes 4
//! perf record -g rivals profile --shape log --direction to-binary --seconds 10
//! ```
//!
//! Counted are the user and system seconds of the one thread, the best of
//! three, runs taking turns. MB/s are of the input. Before anything is
//! measured, all have to agree on what the messages are.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

mod contenders;
mod measure;
mod shapes;
mod streams;

use contenders::Direction;
use shapes::{Shape, Visit};
use streams::Streams;

const USAGE: &str = "\
Measures hello and its rivals, or with `profile` runs only one of them.

Options:
  --shape NAME        only tiny, log, numbers or deep
  --direction WAY     only to-json or to-binary
  --megabytes N       of binary for each shape (default 32; profile 4)
  --runs N            of each contender, of which the best counts (default 3)
  --at-least N        exit with status 1 if hello is not N times as fast as the
                      best dynamic rival somewhere
  profile             run hello alone, on one shape, one way, without checks
    --seconds N       at least so long (default 5)
    --passes N        over the stream exactly so often, for callgrind
    --contender NAME  another one than hello
  write               write the streams, as SHAPE.binpb and SHAPE.jsonl
    --into DIR        there (default: here)";

type Result<T> = std::result::Result<T, String>;

/// How many messages are compared before the race.
const COMPARED: usize = 5000;

fn main() -> ExitCode {
    let run = Options::parse(env::args().skip(1)).and_then(|options| match options.task {
        Task::Profile => shapes::each(Profile { options }),
        Task::Write => shapes::each(Write { options }),
        Task::Race => {
            println!(
                "hello x: how many times as fast hello is; *: the best dynamic rival{}",
                if cfg!(feature = "exact") { "; doubles read exactly" } else { "" }
            );
            measure::heading();
            shapes::each(Race { options })
        }
    });
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivals: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(PartialEq)]
enum Task {
    Race,
    Profile,
    Write,
}

struct Options {
    task: Task,
    shape: Option<String>,
    direction: Option<Direction>,
    megabytes: f64,
    runs: u32,
    at_least: f64,
    seconds: f64,
    passes: Option<u32>,
    contender: String,
    into: PathBuf,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options {
            task: Task::Race,
            shape: None,
            direction: None,
            megabytes: 0.0,
            runs: 3,
            at_least: 0.0,
            seconds: 5.0,
            passes: None,
            contender: String::from("hello"),
            into: PathBuf::from("."),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value\n{USAGE}"));
            match &*word {
                "profile" => options.task = Task::Profile,
                "write" => options.task = Task::Write,
                "--shape" => options.shape = Some(value()?),
                "--direction" => {
                    options.direction = Some(match &*value()? {
                        "to-json" => Direction::ToJson,
                        "to-binary" => Direction::ToBinary,
                        other => return Err(format!("no direction {other}\n{USAGE}")),
                    });
                }
                "--megabytes" => options.megabytes = number(&value()?)?,
                "--runs" => options.runs = number(&value()?)?,
                "--at-least" => options.at_least = number(&value()?)?,
                "--seconds" => options.seconds = number(&value()?)?,
                "--passes" => options.passes = Some(number(&value()?)?),
                "--contender" => options.contender = value()?,
                "--into" => options.into = PathBuf::from(value()?),
                _ => return Err(String::from(USAGE)),
            }
        }
        let profile = options.task == Task::Profile;
        if options.megabytes == 0.0 {
            options.megabytes = if profile { 4.0 } else { 32.0 };
        }
        let known = ["tiny", "log", "numbers", "deep"];
        match &options.shape {
            Some(name) if !known.contains(&&**name) => Err(format!("no shape {name}\n{USAGE}")),
            None if profile => Err(format!("profile needs --shape\n{USAGE}")),
            _ if profile && options.direction.is_none() => {
                Err(format!("profile needs --direction\n{USAGE}"))
            }
            _ => Ok(options),
        }
    }

    fn wants<S: Shape>(&self) -> bool {
        self.shape.as_ref().is_none_or(|name| name == S::NAME)
    }

    fn size(&self) -> usize {
        (self.megabytes * 1e6) as usize
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| format!("{text} is no number\n{USAGE}"))
}

/// Everyone by turns.
struct Race {
    options: Options,
}

impl Visit for Race {
    fn shape<S: Shape>(&mut self) -> Result<()> {
        if !self.options.wants::<S>() {
            return Ok(());
        }
        let mut contenders = contenders::all::<S>()?;
        let streams = Streams::new::<S>(self.options.size(), contenders[0].as_mut())?;
        streams::agree::<S>(&streams, &mut contenders, COMPARED)?;
        let wanted = |way: &Direction| self.options.direction.is_none_or(|only| only == *way);
        for direction in Direction::ALL.into_iter().filter(wanted) {
            let runs = self.options.runs;
            let ratio = measure::shape(S::NAME, &streams, &mut contenders, direction, runs)?;
            if ratio < self.options.at_least {
                let way = direction.name();
                return Err(format!("{}: {way}: {ratio:.2} times the best rival", S::NAME));
            }
        }
        Ok(())
    }
}

/// One alone, for a profiler.
struct Profile {
    options: Options,
}

impl Visit for Profile {
    fn shape<S: Shape>(&mut self) -> Result<()> {
        let Some(direction) = self.options.direction else { return Ok(()) };
        if !self.options.wants::<S>() {
            return Ok(());
        }
        let mut contenders = contenders::all::<S>()?;
        let streams = Streams::new::<S>(self.options.size(), contenders[0].as_mut())?;
        let mut named = contenders.iter_mut().filter(|one| one.name() == self.options.contender);
        let contender = named.next().ok_or(format!("no contender {}", self.options.contender))?;
        let mut out = Vec::new();
        let (mut passes, start) = (0, measure::thread_seconds());
        loop {
            contender.pass(direction, streams.of(direction), &mut out)?;
            passes += 1;
            let seconds = measure::thread_seconds() - start;
            if self.options.passes.map_or(seconds >= self.options.seconds, |most| passes >= most) {
                let bytes = streams.of(direction).len() as f64 * f64::from(passes);
                eprintln!("{passes} passes, {:.1} MB/s", bytes / seconds / 1e6);
                return Ok(());
            }
        }
    }
}

/// Streams in files, for measuring programs.
struct Write {
    options: Options,
}

impl Visit for Write {
    fn shape<S: Shape>(&mut self) -> Result<()> {
        if !self.options.wants::<S>() {
            return Ok(());
        }
        let mut contenders = contenders::all::<S>()?;
        let streams = Streams::new::<S>(self.options.size(), contenders[0].as_mut())?;
        for (extension, bytes) in [("binpb", &streams.binary), ("jsonl", &streams.json)] {
            let path = self.options.into.join(S::NAME).with_extension(extension);
            fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }
}
