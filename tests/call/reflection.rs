//! The schema that `hello call` asks of the server.

use super::Session;
use super::calling::{Given, PROTO};
use super::common::Shell;

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
