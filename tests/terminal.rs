//! What a terminal gets, with a pseudo-terminal in its place.

mod common;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use common::Shell;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A terminal: what a person has before them, and the name of its other end.
fn terminal() -> (OwnedFd, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&terminal).expect("it can be granted");
    unlockpt(&terminal).expect("it can be unlocked");
    let name = ptsname(&terminal, Vec::new()).expect("it has a name");
    let name = name.to_str().expect("its name is text").to_owned();
    (terminal, name)
}

fn other_end(name: &str) -> OwnedFd {
    let other_end = File::options().read(true).write(true).open(name);
    OwnedFd::from(other_end.expect("the other end opens"))
}

/// Runs `hello` with a terminal as its standard output; what the terminal
/// got, what standard error got, and the status.
fn on_terminal(words: &[&str]) -> (String, String, i32) {
    let shell = Shell::new();
    let (terminal, name) = terminal();
    let mut command = shell.command("hello");
    command.args(words).stdin(Stdio::null()).stdout(other_end(&name)).stderr(Stdio::piped());
    let child = command.spawn().expect("hello runs");
    // Our own copy of the other end has to go, or the reading below never ends.
    drop(command);
    let output = child.wait_with_output().expect("hello ends");
    let mut shown = Vec::new();
    // Linux answers with an error once the other end is closed.
    let _ = File::from(terminal).read_to_end(&mut shown);
    (
        String::from_utf8_lossy(&shown).replace("\r\n", "\n"),
        String::from_utf8_lossy(&output.stderr).into_owned(),
        output.status.code().unwrap_or(-1),
    )
}

#[test]
fn binary_is_refused_with_what_to_do_instead() {
    let refused = "error: binary is not written to a terminal\n\
                   hint: write it to a file with `-o FILE`, pipe it on, or say `--to hex`\n";
    for words in [
        &["encode", "--name", "bobby", "--to", "binary"] as &[_],
        &["encode", "--stream", "-d", "{}", "--to", "binary"],
        &["encode", "--framing", "grpc", "--name", "bobby"],
    ] {
        assert_eq!(on_terminal(words), (String::new(), refused.to_owned(), 1), "{words:?}");
    }
}

#[test]
fn binary_is_refused_through_the_terminal_s_own_name() {
    let (shown, said, status) =
        on_terminal(&["encode", "--name", "bobby", "--to", "binary", "-o", "/dev/stdout"]);
    assert_eq!((shown.as_str(), status), ("", 1));
    assert!(said.starts_with("error: binary is not written to a terminal\n"), "{said}");
}

#[test]
fn binary_is_refused_in_a_file_that_is_a_terminal() {
    let shell = Shell::new();
    let (_terminal, name) = terminal();
    let mut command = shell.command("hello");
    command.args(["encode", "--name", "bobby", "--to", "binary", "-o", &name]);
    let output = command.stdin(Stdio::null()).output().expect("hello runs");
    let refused = format!(
        "error: the file \"{name}\" is a terminal, to which binary is not written\n\
         hint: write it to a file with `-o FILE`, pipe it on, or say `--to hex`\n"
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), refused);
    assert_eq!(output.status.code(), Some(1));
}

/// Who forgot the input would else wait for a program that waits for them.
#[test]
fn it_is_said_that_a_terminal_is_read() {
    let shell = Shell::new();
    let (terminal, name) = terminal();
    File::from(terminal.try_clone().expect("a copy")).write_all(b"0a0161\n\x04").expect("typed");
    let mut command = shell.command("hello");
    command.arg("decode").stdin(other_end(&name));
    let output = command.output().expect("hello runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "name: \"a\"\n");
    let said = "reading standard input, end it with ctrl-d\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), said);
}

#[test]
fn text_is_shown() {
    assert_eq!(on_terminal(&["encode", "--name", "bobby"]).0, "0a05626f626279\n");
    assert_eq!(on_terminal(&["decode", "0a05626f626279"]).0, "name: \"bobby\"\n");
}

/// `--field` is raw for a pipe, and escaped where it could do harm.
#[test]
fn a_raw_value_is_escaped_on_a_terminal_only() {
    let words = ["decode", "--field", "name", "0a0a 1b5b33316d c285 e280ae"];
    assert_eq!(on_terminal(&words).0, "\\u001b[31m\\u0085\\u202e\n");
    let piped = Shell::new().run("hello decode --field name '0a0a 1b5b33316d c285 e280ae'", b"");
    assert_eq!(piped.stdout, b"\x1b[31m\xc2\x85\xe2\x80\xae\n");
}

/// Runs a stream of records that come one by one for a while, with a terminal
/// as standard error, and gives what the terminal got.
fn watched(words: &[&str], broken: &[u8]) -> String {
    let shell = Shell::new();
    let (terminal, name) = terminal();
    let mut command = shell.command("hello");
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(other_end(&name));
    let mut child = command.spawn().expect("hello runs");
    drop(command);
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    for _ in 0..15 {
        stdin.write_all(b"{\"name\":\"a\"}\n").expect("it is read");
        std::thread::sleep(Duration::from_millis(100));
    }
    stdin.write_all(broken).expect("it is read");
    drop(stdin);
    child.wait().expect("hello ends");
    let mut shown = Vec::new();
    let _ = File::from(terminal).read_to_end(&mut shown);
    String::from_utf8_lossy(&shown).replace("\r\n", "\n")
}

/// Progress is shown when the work takes long, and taken away before anything
/// is said, and at the end.
#[test]
fn progress_is_shown_and_taken_away() {
    let words = ["encode", "--stream", "--from", "json", "--keep-going"];
    let shown = watched(&words, b"{\"name\":5}\n{}\n");
    assert!(shown.contains(" records, "), "{shown:?}");
    // Whatever the line says, it is cleared before the error begins.
    let (line, error) = shown.split_once("error: expected a string").expect("an error is said");
    assert!(line.ends_with("\r\u{1b}[2K"), "{shown:?}");
    let (_, summary) = error.split_once("error: broken records").expect("they are counted");
    assert!(!summary.contains(" records, "), "{shown:?}");
    let quiet = watched(&[&words[..], &["--quiet"]].concat(), b"");
    assert_eq!(quiet, "");
}

/// What a terminal of 90 columns gets of the view, with these variables.
fn inspected(variables: &[(&str, &str)], words: &[&str]) -> String {
    let shell = Shell::new();
    let (terminal, name) = terminal();
    let size = rustix::termios::Winsize { ws_row: 24, ws_col: 90, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&terminal, size).expect("it can be set");
    let mut command = shell.command("hello");
    command.arg("inspect").args(words).env_remove("COLUMNS").env_remove("NO_COLOR");
    command.env("TERM", "xterm").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(other_end(&name)).stderr(Stdio::piped());
    let child = command.spawn().expect("hello runs");
    drop(command);
    child.wait_with_output().expect("hello ends");
    let mut shown = Vec::new();
    let _ = File::from(terminal).read_to_end(&mut shown);
    String::from_utf8_lossy(&shown).replace("\r\n", "\n")
}

#[test]
fn the_view_is_as_wide_as_the_terminal_and_has_colours_there() {
    let text = "0a2c656e6f7567682074657874206f6620736f6d65206c656e67746820666f72207365766572616c206c696e6573";
    let longest = |shown: &str| shown.lines().map(|line| line.chars().count()).max();
    let plain = [("NO_COLOR", "1")];
    let shown = inspected(&plain, &[text, "0905000000000000001001"]);
    assert!(!shown.contains('\x1b'), "{shown}");
    assert!(shown.contains("\n2       65 6e 6f 75 67 68 20 74  "), "{shown}");
    assert!(longest(&shown) <= Some(90), "{shown}");
    // Asked for, another width counts, whoever asks for it.
    let wide = inspected(&[("NO_COLOR", "1"), ("COLUMNS", "130")], &[text]);
    assert!(wide.contains("65 6e 6f 75 67 68 20 74 65 78 74 20 6f 66 20 73  "), "{wide}");
    let narrow = inspected(&plain, &[text, "--width", "70"]);
    assert!(narrow.contains("\n2       65 6e 6f 75       "), "{narrow}");
    for (variables, words, coloured) in [
        (&[][..], &["0801"][..], true),
        (&[("TERM", "dumb")], &["0801"], false),
        (&[("NO_COLOR", "")], &["0801"], true),
        (&plain, &["0801", "--color", "always"], true),
        (&[], &["0801", "--color", "never"], false),
    ] {
        assert_eq!(inspected(variables, words).contains('\x1b'), coloured, "{words:?}");
    }
}
