//! Runs the files of `tests/cli`: each is a session at the shell, with its
//! input, its output, its errors and its status. `tests/cli/about.test`
//! explains them, and is one of them.
//!
//! `HELLO_BLESS=1 cargo test --test cli` rewrites them with what came out.

mod common;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::{Ran, Shell};

/// A command of a session and what goes into it. What came out of it is not
/// kept: the whole file is written anew and compared.
struct Step {
    /// Comments and empty lines before the command.
    before: Vec<String>,
    command: String,
    input: Vec<String>,
}

#[test]
fn every_session_goes_as_written() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut files: Vec<_> = fs::read_dir(&directory)
        .expect("tests/cli is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "test"))
        .collect();
    files.sort();
    assert!(files.len() > 5, "found only {files:?}");
    let bless = std::env::var_os("HELLO_BLESS").is_some();
    let failures: Vec<String> = files.iter().filter_map(|path| session(path, bless)).collect();
    assert!(failures.is_empty(), "{}\n{} files differ", failures.join("\n"), failures.len());
}

/// Runs one file; what differs, if anything does.
fn session(path: &Path, bless: bool) -> Option<String> {
    let text = fs::read_to_string(path).expect("a session is UTF-8");
    let (steps, after) = parse(&text);
    let shell = Shell::new();
    let mut actual = String::new();
    for step in &steps {
        for line in &step.before {
            writeln!(actual, "{line}").expect("writing to a String");
        }
        let mut input = step.input.join("\n");
        if !input.is_empty() {
            input.push('\n');
        }
        writeln!(actual, "$ {}", step.command.replace('\n', "\n+ ")).expect("writing to a String");
        for line in &step.input {
            writeln!(actual, "{}", format!("< {line}").trim_end()).expect("writing to a String");
        }
        actual += &shown(&shell.run(&step.command, input.as_bytes()));
    }
    for line in after {
        writeln!(actual, "{line}").expect("writing to a String");
    }
    if actual == text {
        return None;
    }
    if bless {
        fs::write(path, actual).expect("the session can be rewritten");
        return None;
    }
    Some(format!("{}:\n{}", path.display(), difference(&text, &actual)))
}

fn parse(text: &str) -> (Vec<Step>, Vec<String>) {
    let mut steps: Vec<Step> = Vec::new();
    let mut before = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let before = std::mem::take(&mut before);
            steps.push(Step { before, command: command.to_owned(), input: Vec::new() });
        } else if line.is_empty() || line.starts_with('#') {
            before.push(line.to_owned());
        } else {
            let step = steps.last_mut().unwrap_or_else(|| panic!("no command before {line:?}"));
            if let Some(more) = line.strip_prefix("+ ") {
                step.command.push('\n');
                step.command.push_str(more);
            } else if let Some(input) = line.strip_prefix('<') {
                step.input.push(input.strip_prefix(' ').unwrap_or(input).to_owned());
            }
        }
    }
    (steps, before)
}

/// What a command left, as a session shows it.
fn shown(ran: &Ran) -> String {
    let mut text = String::new();
    for (mark, bytes) in [(">", &ran.stdout), ("2>", &ran.stderr)] {
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (line, end) = match line {
                [line @ .., b'\n'] => (line, ""),
                line => (line, "-"),
            };
            let printed = std::str::from_utf8(line)
                .ok()
                .filter(|line| !line.chars().any(char::is_control) && !line.ends_with(' '));
            let shown = match printed {
                Some("") => format!("{mark}{end}"),
                Some(line) => format!("{mark}{end} {line}"),
                None => format!("{mark}{end}x {}", hex::encode(line)),
            };
            writeln!(text, "{shown}").expect("writing to a String");
        }
    }
    if ran.status != 0 {
        writeln!(text, "= {}", ran.status).expect("writing to a String");
    }
    text
}

/// The first lines that differ, with what was expected and what came.
fn difference(expected: &str, actual: &str) -> String {
    let mut lines = expected.lines().zip(actual.lines()).enumerate();
    let first = lines
        .find(|(_, (expected, actual))| expected != actual)
        .map_or_else(|| expected.lines().count().min(actual.lines().count()), |(number, _)| number);
    let around = |text: &str| -> String {
        text.lines()
            .skip(first.saturating_sub(3))
            .take(12)
            .map(|line| format!("    {line}\n"))
            .collect()
    };
    format!("  line {}, expected\n{}  found\n{}", first + 1, around(expected), around(actual))
}

/// A harness that cannot fail proves nothing.
#[test]
fn a_session_that_differs_is_noticed() {
    let shell = Shell::new();
    let path = shell.file("wrong.test");
    for wrong in [
        "$ hello encode --name bobby\n> 0a05626f626278\n",
        "$ hello encode --name bobby\n",
        "$ hello encode --name bobby\n> 0a05626f626279\n= 1\n",
        "$ hello encode --name\n2> error: `--name` needs a value\n= 2\n",
        "$ printf x\n> x\n",
    ] {
        fs::write(&path, wrong).expect("a session can be written");
        assert!(session(&path, false).is_some(), "{wrong}");
    }
}
