//! `hello call` against servers that answer rightly and wrongly.
#![cfg(feature = "grpc")]

mod calling;
mod common;

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;

use calling::{Given, PROTO, Server, plain, unix};
use common::Shell;
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

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
fn each_way_not_to_be_connected_has_its_own_error() {
    let shell = Shell::new();
    let run = |address: &str, rest: &str| {
        shown(&shell, &format!("hello call {address} --name a {rest}"), "")
    };
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    // A port that nobody has any more.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let free = free.expect("a port is free").to_string();
    assert_eq!(
        run(&free, ""),
        format!(
            "error: nobody listens at {free}: the connection was refused\n\
             hint: is the server running? `hello serve` starts one\n= 1\n"
        )
    );
    assert!(
        run("no-such-host.invalid:1", "")
            .starts_with("error: the name \"no-such-host.invalid\" is not found")
    );
    assert!(
        run("unix:/no/such.sock", "").starts_with("error: there is no socket unix:/no/such.sock\n")
    );
    let silent = plain(b"", true).to_string();
    assert_eq!(
        first(&run(&silent, "--timeout 300ms")),
        format!("error: {silent} took the connection, and said nothing within 300 ms")
    );
    let http1 = plain(b"HTTP/1.1 400 Bad Request\r\n\r\n", true).to_string();
    let out = run(&http1, "");
    assert!(out.starts_with(&format!("error: {http1} is a server of HTTP/1.1, and gRPC needs HTTP/2\n  it answered \"HTTP/1.1 400 Bad Request\"\n")), "{out}");
    let garbage = plain(b"\x1b[2Jhello there", true).to_string();
    let out = run(&garbage, "");
    assert!(out.starts_with(&format!("error: {garbage} does not speak HTTP/2, which gRPC needs\n  it began with \"\\u001b[2Jhello there\"\n")), "{out}");
    let gone = plain(b"", false).to_string();
    assert_eq!(
        first(&run(&gone, "")),
        format!("error: {gone} closed the connection without a word")
    );
    // SETTINGS, and then nothing more.
    let breaks = plain(b"\0\0\0\x04\0\0\0\0\0", false).to_string();
    let out = run(&breaks, "");
    assert!(out.starts_with(&format!("error: the connection to {breaks} broke off: ")), "{out}");
    let alert = plain(b"\x15\x03\x01\x00\x02\x02\x16", false).to_string();
    assert_eq!(
        run(&alert, ""),
        format!(
            "error: {alert} speaks TLS, and was spoken to without\nhint: write `https://{alert}`\n= 1\n"
        )
    );
}

#[test]
fn a_socket_of_the_file_system_is_called() {
    let shell = Shell::new();
    unix(&shell.file("s.sock"));
    assert_eq!(shown(&shell, "hello call unix:s.sock --name a", ""), "name: \"我是a\"\n");
    let line = "hello call unix://$PWD/s.sock Greeter/SayHello --name b -v 2>&1 | grep connected";
    assert!(shown(&shell, line, "").starts_with("* connected to unix:/"));
}

/// The TLS of a server, and its certificate as PEM.
fn certified(names: &[&str]) -> (Arc<ServerConfig>, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("it is made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key);
    let mut config = config.expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec()];
    (Arc::new(config), made.cert.pem())
}

#[test]
fn tls_is_verified_or_said_not_to_be() {
    let (tls, pem) = certified(&["localhost", "127.0.0.1"]);
    let session = Session::new(Given { tls: Some(tls), ..Given::default() });
    std::fs::write(session.shell.file("ca.pem"), &pem).expect("it can be written");
    let run = |words: &str| session.run(words, "");
    assert_eq!(run("call https://@ --name a --ca ca.pem"), "name: \"我是a\"\n");
    assert_eq!(run("call https://@ --name a --insecure"), "name: \"我是a\"\n");
    let verbose = run("call https://@ --name a --insecure -v 2>&1");
    assert!(verbose.contains("was not verified (--insecure)"), "{verbose}");
    let other = certified(&["localhost", "127.0.0.1"]).1;
    std::fs::write(session.shell.file("other.pem"), other).expect("it can be written");
    let out = run("call https://@ --name a --ca other.pem");
    assert!(
        out.starts_with("error: the certificate of @ is not trusted: its signature is not right\n"),
        "{out}"
    );
    assert!(out.contains("--ca FILE"), "{out}");
    let out = run("encode --server https://@ --type M --name a");
    assert!(out.contains("\nhint: `hello describe --server https://@ --ca FILE --to "), "{out}");
    let out = run("call @ --name a");
    assert!(
        out.starts_with("error: @ speaks TLS, and was spoken to without\n")
            || out.starts_with("error: @ closed the connection"),
        "{out}"
    );
    assert!(out.contains("hint: ") && out.contains("https://@"), "{out}");
    let out = run("call @ --name a --ca ca.pem");
    assert_eq!(
        out,
        "error: `--ca` is for TLS, which is not spoken to @\nhint: write `https://@`\n= 2\n"
    );

    let (tls, pem) = certified(&["other.example"]);
    let session = Session::new(Given { tls: Some(tls), ..Given::default() });
    std::fs::write(session.shell.file("ca.pem"), &pem).expect("it can be written");
    let out = session.run("call https://@ --name a --ca ca.pem", "");
    assert!(
        out.starts_with(
            "error: the certificate of @ is for another name\n  it has other.example\n"
        ),
        "{out}"
    );

    let session = Session::new(Given::default());
    let out = session.run("call https://@ --name a --insecure", "");
    assert_eq!(
        out,
        "error: @ speaks no TLS\n  it speaks HTTP/2 without\nhint: write `http://@`\n= 1\n"
    );
}

#[test]
fn who_speaks_tls_and_nothing_in_it_is_not_taken_for_plain() {
    let (tls, _) = certified(&["localhost"]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("somebody comes");
        let mut connection = rustls::ServerConnection::new(tls).expect("a server");
        let mut stream = rustls::Stream::new(&mut connection, &mut socket);
        while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
    });
    let line = format!("hello call https://{address} --name a --insecure --timeout 1");
    assert_eq!(
        shown(&Shell::new(), &line, ""),
        format!(
            "error: {address} speaks TLS, and said nothing in it within 1 s\n\
             hint: is it a server of gRPC? is the port right?\n= 1\n"
        )
    );
}

/// What `openssl x509 -req` makes without extensions.
const VERSION_1: &str = "\
-----BEGIN CERTIFICATE-----
MIIBFzCBvwIUffEKhuZ7AdO3X2+tbe+fnwP0NsQwCgYIKoZIzj0EAwIwDTELMAkG
A1UEAwwCY2EwHhcNMjYxMTI3MjIzMTQ5WhcNMjYxMjI3MjIzMTQ5WjARMQ8wDQYD
VQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASdOE2b/1vVvHlr
ofq7fvcMAjIFVNniQ8b3vElw0M748BVvNswXQqnX/9/qfI2XvP+qR9yBbWxnnQ+u
baxzQgfOMAoGCCqGSM49BAMCA0cAMEQCIHnwq4hrnn9I+W1BOzwCZD02qHOChe18
39vbf7Z13VLUAiBicXRg8axLRg3DW6AMXqFnmGQRr8hH2tjSz9llAwe0Ww==
-----END CERTIFICATE-----
";

#[test]
fn a_certificate_of_the_client_is_shown_or_asked_for() {
    let made = rcgen::generate_simple_self_signed([String::from("127.0.0.1")]).expect("it is made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a certificate");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .expect("a verifier");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![made.cert.der().clone()], key);
    let mut config = config.expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let other = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    let session = Session::new(Given { tls: Some(Arc::new(config)), ..Given::default() });
    std::fs::write(session.shell.file("other.pem"), other).expect("it can be written");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(session.shell.file("locked.pem"), encrypted).expect("it can be written");
    std::fs::write(session.shell.file("c.pem"), made.cert.pem()).expect("it can be written");
    let key = made.signing_key.serialize_pem();
    std::fs::write(session.shell.file("k.pem"), key).expect("it can be written");
    let out = session.run("call https://@ --name a --ca c.pem", "");
    // The server closes the connection behind its alert, which may be lost then.
    let closed = out.starts_with("error: @ closed the connection without a word\n");
    assert!(out.starts_with("error: @ wants a certificate of the client\n") || closed, "{out}");
    assert!(out.contains("--cert FILE --key FILE") && out.ends_with("= 1\n"), "{out}");
    let with = |key: &str| {
        session.run(&format!("call https://@ --name a --ca c.pem --cert c.pem --key {key}"), "")
    };
    assert_eq!(
        with("other.pem"),
        "error: \"other.pem\" is not the key of the certificate \"c.pem\"\n= 1\n"
    );
    assert_eq!(
        with("locked.pem"),
        "error: the private key in \"locked.pem\" is encrypted\n\
         hint: `openssl pkey -in FILE -out KEY.pem` takes the password off\n= 1\n"
    );
    let old = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,D9\n\n\
               V1N1\n-----END EC PRIVATE KEY-----\n";
    std::fs::write(session.shell.file("locked.pem"), old).expect("it can be written");
    let locked = with("locked.pem");
    assert!(
        locked.starts_with("error: the private key in \"locked.pem\" is encrypted\n"),
        "{locked}"
    );
    let out = session.run("call https://@ --name a --ca c.pem --cert c.pem --key k.pem", "");
    assert_eq!(out, "name: \"我是a\"\n");
    // It is looked at before it is shown to anybody.
    std::fs::write(session.shell.file("v1.pem"), VERSION_1).expect("it can be written");
    let out = session.run("call https://@ --name a --ca c.pem --cert v1.pem --key k.pem", "");
    assert_eq!(
        out,
        "error: the certificate in \"v1.pem\" is of version 1 of X.509, and TLS takes version 3\n\
         hint: openssl makes version 3 where there are extensions: `openssl req -x509 … -addext \
         subjectAltName=DNS:HOST`, or `openssl x509 -req … -extfile FILE`\n= 1\n"
    );
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    std::fs::write(session.shell.file("bad.pem"), broken).expect("it can be written");
    for words in ["--ca bad.pem", "--ca c.pem --cert bad.pem --key k.pem"] {
        assert_eq!(
            session.run(&format!("call https://@ --name a {words}"), ""),
            "error: the certificate in \"bad.pem\" is broken\n\
             hint: it has to be a PEM file, as openssl writes it\n= 1\n"
        );
    }
}

#[test]
fn a_certificate_that_has_expired_is_told() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new([String::from("127.0.0.1")]).expect("names");
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let made = params.self_signed(&key).expect("it is made");
    let der = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], der);
    let tls = Some(Arc::new(config.expect("a pair")));
    let session = Session::new(Given { tls, ..Given::default() });
    std::fs::write(session.shell.file("ca.pem"), made.pem()).expect("it can be written");
    let out = session.run("call https://@ --name a --ca ca.pem", "");
    assert!(out.starts_with("error: the certificate of @ has expired\n"), "{out}");
}

/// What `openssl req -x509` makes: a server's certificate that is an authority's too.
#[test]
fn an_authority_is_a_server_where_it_is_named() {
    let certified = |name: &str, until: i32| {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).expect("names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let made = params.self_signed(&key).expect("it is made");
        let der = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.der().clone()], der);
        let mut config = config.expect("a pair");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let session = Session::new(Given { tls: Some(Arc::new(config)), ..Given::default() });
        std::fs::write(session.shell.file("ca.pem"), made.pem()).expect("it can be written");
        session
    };
    let other = certified("127.0.0.1", 4000);
    let session = certified("127.0.0.1", 4000);
    std::fs::copy(other.shell.file("ca.pem"), session.shell.file("other.pem")).expect("a copy");
    let run = |session: &Session, ca: &str| {
        session.run(&format!("call https://@ --name a --ca {ca}"), "")
    };
    assert_eq!(run(&session, "ca.pem"), "name: \"我是a\"\n");
    assert_eq!(
        run(&session, "other.pem"),
        "error: the certificate of @ is that of an authority, and is not trusted\n\
         hint: if it is the server's own, name it with `--ca FILE`\n= 1\n"
    );
    let out = run(&certified("other.example", 4000), "ca.pem");
    assert!(out.starts_with("error: the certificate of @ is for another name\n"), "{out}");
    let out = run(&certified("127.0.0.1", 2021), "ca.pem");
    assert!(out.starts_with("error: the certificate of @ has expired\n"), "{out}");
}

/// The files of `t.proto` as reflection has them.
fn reflected() -> Given {
    let shell = Shell::new();
    let path = shell.file("t.proto");
    std::fs::write(&path, PROTO).expect("it can be written");
    let set = hello::schema::proto::compile(&[path], &[]).expect("it compiles").set;
    // A set is its files, each behind a tag and a length.
    let mut files = Vec::new();
    let mut rest = &set[..];
    while let Some((_, behind)) = rest.split_first() {
        let mut length = 0;
        let mut at = 0;
        loop {
            length |= usize::from(behind[at] & 0x7f) << (7 * at);
            at += 1;
            if behind[at - 1] < 0x80 {
                break;
            }
        }
        files.push(behind[at..at + length].to_vec());
        rest = &behind[at + length..];
    }
    Given { files, services: vec![String::from("t.T")], ..Given::default() }
}

#[test]
fn the_schema_is_asked_of_the_server() {
    for alpha in [false, true] {
        let session = Session::new(Given { alpha, ..reflected() });
        let run = |words: &str| session.run(words, "");
        assert_eq!(run("call @ t.T/Unary --name a"), "name: \"我是a\"\n");
        assert_eq!(run("call @ Unary --name a"), "name: \"我是a\"\n");
        assert_eq!(run("call @ T.Spread --name ab --field name"), "a\nb\n");
        assert_eq!(
            run("call @ t.T/Unaryy"),
            "error: t.T has no method \"Unaryy\"\nhint: did you mean `Unary`?\n= 2\n"
        );
        assert_eq!(
            run("call @ x.Y/Z"),
            "error: the server @ has no service \"x.Y\"\nhint: its services are `t.T`\n= 2\n"
        );
        let out = run("call @ Nothing");
        let what =
            "error: the server @ has no method \"Nothing\"\nhint: its methods are `t.T/Unary`, ";
        assert!(out.starts_with(what), "{out}");
        let out = run("call @ t.T/Unary --nam a");
        assert!(
            out.starts_with("error: t.M has no field \"nam\"\nhint: did you mean `--name`?"),
            "{out}"
        );
        assert_eq!(run("encode --server @ --type t.M --name a"), "0a0161\n");
        assert_eq!(run("decode --server @ --type M 0a0161"), "name: \"a\"\n");
        assert!(run("describe --server @").starts_with("service t.T {\n  rpc Unary(t.M) returns (t.M);\n  rpc Gather(stream t.M) returns (t.M);\n"));
        assert_eq!(
            run("describe --server @ t.M"),
            "syntax = \"proto3\";\n\npackage t;\n\nmessage M {\n  string name = 1;\n}\n"
        );
    }
    let session = Session::new(Given::default());
    let out = session.run("call @ t.T/Unary", "");
    assert!(
        out.starts_with(
            "error: the server @ has no reflection\nhint: name its schema with `--proto FILE`"
        ),
        "{out}"
    );
}

#[test]
fn a_long_schema_is_taken_where_it_is_asked_for() {
    let mut given = reflected();
    // A field that descriptors do not have, of 5 MiB.
    let file = given.files.last_mut().expect("a file");
    file.extend_from_slice(b"\xc2\x3e\x80\x80\xc0\x02");
    file.resize(file.len() + (5 << 20), b'x');
    let session = Session::new(given);
    let run = |words: &str| session.run(words, "");
    let refused = |out: &str, hint: &str| {
        assert!(out.starts_with("error: message 1 of the server's reflection has 52"), "{out}");
        let end = format!(" bytes, and 4194304 bytes are accepted\nhint: {hint}\n= 1\n");
        assert!(out.ends_with(&end), "{out}");
    };
    let named = "name its schema with `--proto FILE` or `--descriptor-set FILE`";
    refused(&run("call @ t.T/Unary --name a"), "`--max-message-size` accepts more");
    assert_eq!(run("call @ t.T/Unary --name a --max-message-size 6M"), "name: \"我是a\"\n");
    // A smaller one is for the answers.
    refused(&run("call @ Unary --max-message-size 9"), "`--max-message-size` accepts more");
    // These have no such option.
    refused(&run("describe --server @"), named);
    refused(&run("encode --server @ --type t.M --name a"), named);
    refused(&run("serve --server @ --reply 'Unary={}'"), named);
}

#[test]
fn a_schema_that_is_not_told_is_no_status_of_a_call() {
    for (refuses, said, hint) in [
        (
            16,
            "UNAUTHENTICATED: who are you\\n?",
            "hint: it may want a header: `-H 'authorization: …'`\n",
        ),
        (
            7,
            "PERMISSION_DENIED: who are you\\n?",
            "hint: it may want a header: `-H 'authorization: …'`\n",
        ),
        (14, "UNAVAILABLE: who are you\\n?", ""),
    ] {
        let session = Session::new(Given { refuses: Some(refuses), ..reflected() });
        let run = |words: &str| session.run(words, "");
        let expected = |hint: &str| {
            format!(
                "error: the server @ does not tell its schema: {said}\n{hint}\
                 hint: name its schema with `--proto FILE` or `--descriptor-set FILE`\n= 1\n"
            )
        };
        assert_eq!(run("call @ Unary --name a"), expected(hint));
        // `encode` and `decode` send no headers.
        assert_eq!(run("encode --server @ --type t.M --name a"), expected(""));
        assert_eq!(run("decode --server @ --type t.M 0a0161"), expected(""));
        assert_eq!(run("describe --server @"), expected(hint));
    }
    // One that never answers.
    let session = Session::new(Given { refuses: Some(0), ..reflected() });
    assert_eq!(
        session.run("call @ Unary --timeout 300ms", ""),
        "error: the server @ did not tell its schema within 300 ms\n\
         hint: name its schema with `--proto FILE` or `--descriptor-set FILE`\n= 1\n"
    );
}

#[test]
fn the_default_address_is_said_to_be_it() {
    // Where somebody else has it there is nothing to be seen.
    let Ok(listener) = std::net::TcpListener::bind("127.0.0.1:8001") else { return };
    drop(listener);
    assert_eq!(
        shown(&Shell::new(), "hello call localhost --name x", ""),
        "error: nobody listens at 127.0.0.1:8001: the connection was refused\n\
         hint: is the server running? `hello serve` starts one\n\
         hint: no ADDRESS is given, so it is the default; one ends in :PORT\n= 1\n"
    );
    // Nor by what other commands take it from.
    let hint = |line: &str| {
        let out = shown(&Shell::new(), line, "");
        out.lines().find(|line| line.contains("no ADDRESS")).map(str::to_owned)
    };
    assert_eq!(
        hint("HELLO_SERVER=127.0.0.1:1 hello call shop.Cart/Get").as_deref(),
        Some(
            "hint: no ADDRESS is given, so it is the default; HELLO_SERVER is for schemas: write \
             `hello call \"$HELLO_SERVER\" …`"
        )
    );
    assert_eq!(
        hint("hello call shop.Cart/Get --server 127.0.0.1:1").as_deref(),
        Some(
            "hint: no ADDRESS is given, so it is the default; the address is the first word: \
             `hello call 127.0.0.1:1 …`"
        )
    );
}

#[test]
fn requests_go_on_over_another_connection() {
    let names: String = (0..40).map(|number| format!("{{\"name\":\"{number}\"}}")).collect();
    let expected: String = (0..40).map(|number| format!("我是{number}\n")).collect();
    // It says goodbye after some calls, as one does that closes by age.
    let session = Session::new(Given { calls: Some(7), ..Given::default() });
    assert_eq!(session.run("call @ --stream --field name", &names), expected);
    let verbose =
        session.run("call @ --stream --field name -v 2>&1 | grep -c '^. connected'", &names);
    assert!(verbose.trim().parse::<u32>().expect("a number") > 1, "{verbose}");
    // It breaks off: what was in flight has failed, and what was not sent goes on.
    let session = Session::new(Given::default());
    let line = "for name in a break d; do printf '{\"name\":\"%s\"}' $name; sleep 0.5; done";
    let out =
        session.run_line(&format!("({line}) | hello call @ --stream --keep-going --field name"));
    // How it is seen to break is a matter of time.
    let reason = out.split_once("broke off: ").and_then(|(_, rest)| rest.split_once('\n'));
    let reason = reason.expect("a reason").0;
    assert!(!reason.is_empty(), "{out}");
    assert_eq!(
        out.replacen(reason, "…", 1),
        "我是a\n我是d\nerror: the connection to @ broke off: …\n  \
         in request 2\nhint: the server may have ended, or something between; nothing is known of \
         the call\nerror: calls failed: 1\n= 1\n"
    );
}

#[test]
fn a_server_that_does_not_come_back_ends_the_stream() {
    let session = Session::new(Given { goes: true, ..Given::default() });
    let line = "(printf '{\"name\":\"break\"}'; sleep 1; yes '{\"name\":\"b\"}' | head -100)";
    let out = session.run_line(&format!("{line} | hello call @ --stream --keep-going --timeout 5"));
    assert!(
        out.contains("error: nobody listens at @: the connection was refused\n  in request 2\n"),
        "{out}"
    );
    assert_eq!(out.matches("error: ").count(), 2, "{out}");
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

#[test]
fn a_type_that_the_server_does_not_tell_is_its_fault() {
    // The file "a" of the package "a" has a service `A` with a method `M` of types
    // that no file has.
    let file = b"\x0a\x01a\x12\x01a\x32\x14\x0a\x01A\x12\x0f\x0a\x01M\x12\x04.b.B\x1a\x04.b.B";
    let file = file.to_vec();
    let services = vec![String::from("a.A")];
    let session = Session::new(Given { files: vec![file], services, ..Given::default() });
    let out = session.run("call @ a.A/M", "");
    assert!(out.ends_with("= 1\n"), "{out}");
}

#[test]
fn a_greeter_of_another_package_is_named() {
    let services = ["helloworld.Greeter", "grpc.health.v1.Health"].map(String::from).to_vec();
    let session = Session::new(Given { services, unimplemented: true, ..Given::default() });
    assert_eq!(
        session.run("call @ --name a", ""),
        "error: the server answered UNIMPLEMENTED: no such method\n\
         hint: did you mean `helloworld.Greeter/SayHello`?\n= 76\n"
    );
}

#[test]
fn a_hostile_reflection_is_refused() {
    let cases: [(&[u8], &str); 3] = [
        // A file "a" with a service that has an escape in its name.
        (b"\x0a\x01a\x32\x05\x0a\x03\x1b[m", "control characters"),
        (b"\xff", "the server's reflection has told it"),
        // A file that imports itself.
        (b"\x0a\x01a\x1a\x01a", "imports itself"),
    ];
    for (file, expected) in cases {
        let services = vec![String::from("t.T"), String::from("e\u{1b}[31m")];
        let session =
            Session::new(Given { files: vec![file.to_vec()], services, ..Given::default() });
        let out = session.run("call @ t.T/Unary", "");
        assert!(out.contains(expected), "{out:?}");
        assert!(!out.contains('\u{1b}'), "{out:?}");
        // Who tells it is said, and once.
        let whose = ["server @", "the server's reflection"].map(|it| out.matches(it).count());
        assert_eq!(whose.iter().sum::<usize>(), 1, "{out:?}");
        let out = session.run("call @ q.Q/Unary", "");
        assert!(out.contains("e\\u001b[31m") && !out.contains('\u{1b}'), "{out:?}");
    }
}
