//! How a server is reached, or not, and what happens where a connection ends.

use super::calling::{Given, plain, unix};
use super::common::Shell;
use super::{Session, shown};

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
    for calls in [1, 7] {
        let session = Session::new(Given { calls: Some(calls), ..Given::default() });
        assert_eq!(session.run("call @ --stream --field name", &names), expected);
        let verbose =
            session.run("call @ --stream --field name -v 2>&1 | grep -c '^. connected'", &names);
        assert!(verbose.trim().parse::<u32>().expect("a number") > 1, "{verbose}");
    }
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
