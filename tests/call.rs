//! `hello call` against servers that answer rightly and wrongly.
#![cfg(feature = "grpc")]

mod calling;
mod common;
#[path = "call/connection.rs"]
mod connection;
#[path = "call/reflection.rs"]
mod reflection;
#[path = "call/tls.rs"]
mod tls;

use std::fmt::Write;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use calling::{Given, PROTO, Server};
use common::Shell;

/// What a command printed and how it ended, with the server's address left out.
struct Session {
    shell: Shell,
    server: Server,
}

impl Session {
    fn new(given: Given) -> Self {
        let shell = Shell::new();
        std::fs::write(shell.file("t.proto"), PROTO).expect("it can be written");
        Session { shell, server: Server::start(given) }
    }

    /// Runs `hello call ADDRESS …`, where `@` stands for the address.
    fn run(&self, words: &str, input: &str) -> String {
        let address = self.server.address.to_string();
        let line = format!("hello {}", words.replace('@', &address));
        shown(&self.shell, &line, input).replace(&address, "@")
    }

    /// Runs a line of shell, where `@` stands for the address.
    fn run_line(&self, line: &str) -> String {
        let address = self.server.address.to_string();
        shown(&self.shell, &line.replace('@', &address), "").replace(&address, "@")
    }

    /// The same with the schema of a file, of one of its methods.
    fn t(&self, method: &str, rest: &str, input: &str) -> String {
        self.run(&format!("call @ t.T/{method} --proto t.proto {rest}"), input)
    }

    /// Starts a stream of calls of a method, or of requests for it: the process,
    /// and what is written to it and comes out of it.
    fn stream(&self, method: &str) -> (Child, ChildStdin, BufReader<ChildStdout>) {
        let mut child = self
            .shell
            .command("hello")
            .args(["call", &self.server.address.to_string(), &format!("t.T/{method}")])
            .args(["--proto", "t.proto", "--stream", "--field", "name"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("hello runs");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        (child, stdin, stdout)
    }
}

fn shown(shell: &Shell, line: &str, input: &str) -> String {
    let ran = shell.run(line, input.as_bytes());
    let mut out = String::from_utf8(ran.stdout).expect("UTF-8");
    out += &String::from_utf8(ran.stderr).expect("UTF-8");
    if ran.status != 0 {
        writeln!(out, "= {}", ran.status).expect("to memory");
    }
    out
}

#[test]
fn the_greeter_is_called_without_a_schema() {
    let session = Session::new(Given::default());
    let run = |words: &str| session.run(words, "");
    assert_eq!(run("call @ --name zzz"), "name: \"我是zzz\"\n");
    assert_eq!(run("call @ --name zzz --field name"), "我是zzz\n");
    assert_eq!(
        run("call http://@ Greeter/SayHello --name zzz --to json"),
        "{\"name\":\"我是zzz\"}\n"
    );
    assert_eq!(
        run("call http://@/Greeter/SayHello -d '{\"name\":\"zzz\"}'"),
        "name: \"我是zzz\"\n"
    );
    assert_eq!(run("call @ --name zzz --to json --pretty"), "{\n  \"name\": \"我是zzz\"\n}\n");
    assert_eq!(run("call @ /Greeter/SayHello"), "name: \"我是\"\n");
    // Shorter names may be those of other services: the server is asked.
    for short in ["SayHello", "Greeter.SayHello"] {
        let out = run(&format!("call @ {short}"));
        assert!(out.starts_with("error: the server @ has no reflection\n"), "{out}");
        assert!(out.ends_with("= 1\n"), "{out}");
    }
    assert_eq!(run("call @ --set name=zzz -H 'x-a: b' --timeout 5"), "name: \"我是zzz\"\n");
    {
        let headers = session.server.headers.lock().expect("nobody fails with it");
        assert_eq!(headers["x-a"], "b");
        assert_eq!(headers["grpc-timeout"], "5000000u");
        assert_eq!(headers["te"], "trailers");
    }
    let input = "0a037a7a7a";
    assert_eq!(session.run("call @ --from hex", input), "name: \"我是zzz\"\n");
    assert_eq!(session.run("call @ --from json", "{\"name\":\"a\"}"), "name: \"我是a\"\n");
}

#[test]
fn a_status_is_the_exit_status() {
    let session = Session::new(Given::default());
    assert_eq!(
        session.run("call @ --name 'fail 5'", ""),
        "error: the server answered NOT_FOUND: as asked\n= 69\n"
    );
    assert_eq!(
        session.run("call @ --name 'wait 3000' --timeout 200ms", ""),
        "error: DEADLINE_EXCEEDED: no answer within 200 ms\nhint: `--timeout` gives it longer\n= 68\n"
    );
    assert_eq!(
        session.t("TrailersOnly", "", ""),
        "error: the server answered PERMISSION_DENIED: no\\u001b]0;x\\u0007\n= 71\n"
    );
    assert_eq!(
        session.t("Missing", "", ""),
        "error: the server answered UNIMPLEMENTED: no such method\n= 76\n"
    );
}

#[test]
fn many_requests_go_over_one_connection() {
    let session = Session::new(Given::default());
    // The first takes longest, and is answered first all the same.
    let names = "{\"name\":\"wait 300\"}\n{\"name\":\"b\"}\n{\"name\":\"c\"}\n";
    assert_eq!(session.run("call @ --stream --field name", names), "我是wait 300\n我是b\n我是c\n");
    let names = "{\"name\":\"a\"}\n{\"name\":\"fail 7\"}\n{\"name\":\"c\"}\n";
    assert_eq!(
        session.run("call @ --stream", names),
        "name: \"我是a\"\nerror: the server answered PERMISSION_DENIED: as asked\n  in request 2\n= 71\n"
    );
    let names = "{\"name\":\"a\"}\n{\"name\":\"fail 7\"}\n{\"nam\":1}\n{\"name\":\"fail 5\"}\n{\"name\":\"c\"}\n";
    assert_eq!(
        session.run("call @ --stream --keep-going --to json 2>/dev/null", names),
        "{\"name\":\"我是a\"}\n{\"name\":\"我是c\"}\n= 71\n"
    );
    let errors = session.run("call @ --stream --keep-going 2>&1 >/dev/null", names);
    for part in
        ["in request 2", "in request 3, at line 3", "in request 4", "error: calls failed: 3\n"]
    {
        assert!(errors.contains(part), "{part:?} is not in\n{errors}");
    }
}

#[test]
fn each_of_many_requests_may_have_many_answers() {
    let session = Session::new(Given::default());
    let names = "{\"name\":\"ab\"}{\"name\":\"\"}{\"name\":\"cde\"}";
    assert_eq!(session.t("Spread", "--stream --field name", names), "a\nb\nc\nd\ne\n");
    let letters = "{\"name\":\"abcdefghij\"}".repeat(100);
    let expected = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n".repeat(100);
    assert_eq!(session.t("Spread", "--delimited --field name", &letters), expected);
    // Those that wait for their turn keep nothing back from the first in line.
    let floods = "{\"name\":\"48\"}".repeat(40);
    let out = session.t("Flood", "--stream --field name --timeout 60 | wc -c", &floods);
    assert_eq!(out.trim(), (40 * 48 * ((64 << 10) + 1)).to_string());
}

#[test]
fn the_first_in_line_is_shown_while_it_is_answered() {
    let session = Session::new(Given::default());
    let (mut child, mut stdin, mut stdout) = session.stream("Drip");
    writeln!(stdin, "{{\"name\":\"a\"}}").expect("it reads");
    // It answers once, and never ends.
    let mut line = String::new();
    stdout.read_line(&mut line).expect("it writes");
    assert_eq!(line, "a\n");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn broken_requests_take_nothing_from_the_answer() {
    let session = Session::new(Given::default());
    let names = "{\"name\":\"a\"}\n{\"nam\":1}\n{\"name\":\"b\"}\n";
    let line = "--stream --keep-going -o out.txt; echo $?; cat out.txt";
    assert_eq!(
        session.t("Gather", line, names),
        "1\nname: \"a+b\"\nerror: t.M has no field \"nam\"\n  in request 2, at line 2, column 2, \
         in t.M\n  {\"nam\":1}\n   ^^^^^\nhint: did you mean `name`?\n\
         error: broken records were skipped: 1\n"
    );
}

#[test]
fn a_file_stays_as_it_was_when_the_disk_is_full() {
    let session = Session::new(Given::default());
    std::fs::write(session.shell.file("old.txt"), "old\n").expect("it can be written");
    let address = session.server.address.to_string();
    let call = format!("hello call {address} --proto t.proto --stream --field name -o old.txt");
    for (method, input) in [
        ("t.T/Spread", format!("{{\"name\":\"{}\"}}", "a".repeat(120))),
        ("t.T/Unary", "{\"name\":\"a\"}".repeat(20_000)),
    ] {
        let input = input.repeat(20);
        let limited = "trap '' XFSZ; ulimit -f 1";
        let out = shown(&session.shell, &format!("{limited}; {call} {method}"), &input);
        assert!(
            out.starts_with("error: the file \"old.txt\" cannot be written: file too large"),
            "{out}"
        );
        assert!(out.ends_with("= 1\n") && !out.contains("in request"), "{out}");
        let old = std::fs::read_to_string(session.shell.file("old.txt"));
        assert_eq!(old.expect("it is there"), "old\n");
    }
    // What the server fails is another matter: what came before it is kept.
    let input = "{\"name\":\"a\"}{\"name\":\"fail 5\"}";
    let out = shown(&session.shell, &format!("{call} t.T/Unary; cat old.txt"), input);
    assert!(out.starts_with("我是a\nerror: the server answered NOT_FOUND"), "{out}");
}

#[test]
fn warnings_say_which_request_is_answered() {
    let session = Session::new(Given::default());
    // The server's field 2 is none of the schema's.
    let out = session.t("Unknown", "--stream --to json", "{}{}");
    assert_eq!(
        out,
        "{}\n{}\nwarning: field 2 is not in the schema and is left out of the JSON (in request 1, \
         at byte 0, in t.M)\nwarning: in all field 2 left out 2 times\n"
    );
}

#[test]
fn details_of_the_types_of_the_schema_are_text() {
    let session = Session::new(Given::default());
    for rest in ["", "--stream"] {
        let out = session.t("Detail", rest, "{}");
        assert!(
            out.starts_with("error: the server answered INVALID_ARGUMENT\n")
                && out.contains("\n  t.M\n    name: \"d\"\n"),
            "{out}"
        );
    }
}

#[test]
fn every_kind_of_streaming() {
    let session = Session::new(Given::default());
    let names = "{\"name\":\"a\"}{\"name\":\"b\"}";
    assert_eq!(session.t("Gather", "--stream", names), "name: \"a+b\"\n");
    assert_eq!(session.t("Gather", "--name x", ""), "name: \"x\"\n");
    assert_eq!(session.t("Gather", "--to json", ""), "{}\n");
    assert_eq!(session.t("Spread", "--name abc --field name", ""), "a\nb\nc\n");
    assert_eq!(
        session.t("Chat", "--stream --to json", names),
        "{\"name\":\"<a>\"}\n{\"name\":\"<b>\"}\n"
    );
    let names = "name: \"a\"\nname: \"bye\"\nname: \"c\"\n";
    assert_eq!(
        session.t("Chat", "--stream --from text", names),
        "name: \"<a>\"\nerror: the server answered ABORTED: bye\n= 74\n"
    );
    let broken = session.t("Gather", "--stream", "{\"name\":\"a\"}\n{\"nam\":\"b\"}\n");
    assert!(
        broken.starts_with("error: t.M has no field \"nam\"\n  in request 2, at line 2, column 2"),
        "{broken}"
    );
    assert!(broken.ends_with("= 1\n"), "{broken}");
}

#[test]
fn answers_are_printed_while_requests_are_read() {
    let session = Session::new(Given::default());
    let (mut child, mut stdin, mut stdout) = session.stream("Chat");
    for name in ["a", "b"] {
        writeln!(stdin, "{{\"name\":\"{name}\"}}").expect("it reads");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it writes");
        assert_eq!(line, format!("<{name}>\n"));
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn what_a_server_answers_wrongly_is_told() {
    let session = Session::new(Given::default());
    let cases = [
        (
            "Garbage",
            "error: field 1 \"name\" needs 5 bytes, only 2 are left\n  at byte 1, in t.M.name\n",
            1,
        ),
        ("NoStatus", "error: the answer of @ ends without a grpc-status\n", 1),
        ("NoMessage", "error: the server answered OK, and without a message\n", 1),
        (
            "Two",
            "error: the server answered with more than one message, and the method has one\n",
            1,
        ),
        (
            "Huge",
            "error: message 1 of the answer has 4294967295 bytes, and 4194304 bytes are accepted\n",
            1,
        ),
        ("Cut", "error: the answer ends in the middle of message 1\n", 1),
        (
            "Bomb",
            "error: message 1 of the answer unpacks to more, and 4194304 bytes are accepted\n",
            1,
        ),
        ("Brotli", "error: the server packs its messages by \"br\", which is not known\n", 1),
        (
            "Html",
            "error: @ answered with the HTTP status 404 Not Found, not in gRPC\n  its content-type is \"text/html\"\n",
            1,
        ),
    ];
    for (method, expected, status) in cases {
        let out = session.t(method, "", "");
        assert!(out.starts_with(expected), "{method}: {out}");
        assert!(out.contains("hint: ") || method == "Cut", "{method}: {out}");
        assert!(out.ends_with(&format!("= {status}\n")), "{method}: {out}");
    }
    assert_eq!(session.t("Gzip", "", ""), "name: \"packed\"\n");
    let many = session.t("Gzip", "--max-message-size 5", "");
    assert!(many.contains("message 1 of the answer has"), "{many}");
}

#[test]
fn headers_and_trailers_are_shown_escaped() {
    let session = Session::new(Given::default());
    let out = session.run("call @ --name a -v -H 'b-bin: AAE=' 2>&1", "");
    for line in [
        "* connected to @\n",
        "> POST /Greeter/SayHello\n",
        "> b-bin: AAE\n",
        "< content-type: application/grpc\n",
        "< x-evil: a\\u009bb\n",
        "< grpc-status: 0\n",
    ] {
        assert!(out.contains(line), "{line:?} is not in\n{out}");
    }
    let out = session.run("call @ --stream -v -H 'b-bin: AAE=' 2>&1", "{}{\"name\":\"fail 5\"}");
    for line in [
        "* connected to @\n",
        "> POST /Greeter/SayHello\n",
        "> b-bin: AAE\n",
        "< [1] x-evil: a\\u009bb\n",
        "< [1] grpc-status: 0\n",
        "< [2] grpc-status: 5\n",
    ] {
        assert!(out.contains(line), "{line:?} is not in\n{out}");
    }
    assert_eq!(out.matches("> POST").count(), 1, "{out}");
}

#[test]
fn what_http2_says_of_a_call_is_told() {
    let session = Session::new(Given::default());
    let out = session.t("Refused", "", "");
    assert_eq!(
        out,
        "error: the server @ refused the call (REFUSED_STREAM)\n\
         hint: the call was not begun: to make it again does no harm\n= 1\n"
    );
    let out = session.t("Reset", "", "");
    assert_eq!(
        out,
        "error: the server @ broke off the call (ENHANCE_YOUR_CALM: detected excessive load \
         generating behavior)\nhint: what became of the call is not known\n= 1\n"
    );
    let out = session.t("Long", "", "");
    assert!(out.starts_with("error: the answer of @ is not taken ("), "{out}");
    assert!(
        out.contains("hint: it breaks the rules of HTTP/2, or has headers of more than 64 KiB\n"),
        "{out}"
    );
    for method in ["Web", "Json"] {
        let out = session.t(method, "", "");
        assert!(
            out.starts_with(
                "error: @ answered, but not in gRPC\n  its content-type is \"application/grpc"
            ),
            "{out}"
        );
    }
}

#[test]
fn a_time_that_runs_out_in_an_answer_is_told_so() {
    let session = Session::new(Given::default());
    assert_eq!(
        session.t("Drip", "--name a --timeout 400ms --field name", ""),
        "a\nerror: DEADLINE_EXCEEDED: the answer has not come to its end within 400 ms\n\
         hint: `--timeout` gives it longer\n= 68\n"
    );
}
