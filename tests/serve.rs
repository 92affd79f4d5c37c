//! `hello serve` as clients see it: what it answers, how it ends, and what it
//! does not let itself be led into.

#![cfg(feature = "grpc")]

mod serving;
#[path = "serve/tls.rs"]
mod tls;

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use prost::Message;
use serving::{Server, begin, call, client, field, finish, framed, raw_call, rest, run};
use tonic_reflection::pb::v1;

const HELLO: &str = "/Greeter/SayHello";

const SHOP: &str = r#"syntax = "proto3";
package shop;
message Query { string name = 1; }
message Item { string name = 1; int32 count = 2; }
service Cart {
  rpc Get(Query) returns (Item);
  rpc List(Query) returns (stream Item);
  rpc Add(stream Item) returns (Item);
  rpc Talk(stream Query) returns (stream Item);
  rpc Drop(Query) returns (Item);
}
"#;

/// A server of the shop, with replies for all of its methods but one.
fn shop() -> (tempfile::TempDir, Server) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    };
    let proto = file("shop.proto", SHOP);
    let items = file("items.jsonl", "{\"name\":\"a\"}\n{\"name\":\"b\",\"count\":2}\n");
    let (list, talk) = (format!("List=@{items}"), format!("shop.Cart.Talk=@{items}"));
    let server = Server::start(&[
        "--proto",
        &proto,
        "--drain",
        "2",
        "--reply",
        "shop.Cart/Get={\"name\":\"x\"}",
        "--reply",
        &list,
        "--reply",
        "Cart/Add={}",
        "--reply",
        &talk,
    ]);
    (directory, server)
}

#[test]
fn the_greeter_greets() {
    let server = Server::start(&["--log"]);
    run(async {
        let mut client = client(&server).await;
        let answer = call(&mut client, HELLO, &[&field(1, b"zzz")]).await;
        assert_eq!(answer.code, 0);
        assert_eq!(answer.replies, [field(1, "我是zzz".as_bytes())]);
        let empty = call(&mut client, HELLO, &[b""]).await;
        assert_eq!(empty.replies, [field(1, "我是".as_bytes())]);
        for (request, said) in [
            (&b"\x0a\x05a"[..], "field 1 \"name\" needs 5 bytes, only 1 is left"),
            (b"\x0a\x02a\xff", "UTF-8"),
            (b"\x0f", "wire type 7"),
        ] {
            let wrong = call(&mut client, HELLO, &[request]).await;
            assert_eq!(wrong.code, 3, "{wrong:?}");
            assert!(wrong.message.contains(said), "{wrong:?}");
        }
        // Fields that are unknown, as the official implementations take them: of another
        // wire type, a varint of more than 64 bits.
        for request in [
            &b"\x08\x01"[..],
            b"\x08\x01\x0a\x01a",
            b"\x0a\x01a\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        ] {
            let answer = call(&mut client, HELLO, &[request]).await;
            let name = if request.contains(&b'a') { "我是a" } else { "我是" };
            assert_eq!((answer.code, answer.replies), (0, vec![field(1, name.as_bytes())]));
        }
        let unknown = call(&mut client, "/Greeter/SayBye", &[b""]).await;
        assert_eq!(
            (unknown.code, &*unknown.message),
            (12, "the service Greeter has no method \"SayBye\", it has SayHello")
        );
        let unknown = call(&mut client, "/x.Nobody/Is", &[b""]).await;
        assert_eq!(unknown.code, 12);
        assert!(unknown.message.starts_with("there is no service \"x.Nobody\""), "{unknown:?}");
    });
    let line = server.line();
    assert!(line.starts_with("Greeter/SayHello OK "), "{line}");
    assert!(line.ends_with(" ms, 10 bytes in, 16 bytes out"), "{line}");
}

#[test]
fn methods_of_a_schema_answer_as_told() {
    let (_directory, server) = shop();
    let (a, b) = (field(1, b"a"), [&field(1, b"b")[..], &[0x10, 2]].concat());
    run(async {
        let mut client = client(&server).await;
        let query = field(1, b"q");
        for (method, requests, replies) in [
            ("Get", 1, vec![field(1, b"x")]),
            ("List", 1, vec![a.clone(), b.clone()]),
            ("Add", 3, vec![Vec::new()]),
            ("Add", 0, vec![Vec::new()]),
            ("Talk", 0, vec![a.clone(), b.clone()]),
            ("Talk", 5, vec![a.clone(), b.clone()]),
        ] {
            let requests = vec![&query[..]; requests];
            let answer = call(&mut client, &format!("/shop.Cart/{method}"), &requests).await;
            assert_eq!((answer.code, answer.replies), (0, replies), "{method}");
        }
        let silent = call(&mut client, "/shop.Cart/Drop", &[&query]).await;
        assert_eq!(silent.code, 12);
        assert!(silent.message.contains("--reply 'shop.Cart/Drop=JSON'"), "{silent:?}");
        let wrong = call(&mut client, "/shop.Cart/Get", &[b"\x0a\x05abc"]).await;
        assert_eq!(wrong.code, 3);
        assert!(wrong.message.contains("needs 5 bytes, only 3 are left"), "{wrong:?}");
        assert!(wrong.message.contains("in shop.Query.name"), "{wrong:?}");
        assert_eq!(call(&mut client, HELLO, &[b""]).await.code, 12);
    });
}

#[test]
fn the_services_of_another_server_are_served() {
    let (_directory, shop) = shop();
    let copy = Server::start(&["--server", &shop.address, "--reply", "Get={\"name\":\"copy\"}"]);
    run(async {
        let mut client = client(&copy).await;
        let answer = call(&mut client, "/shop.Cart/Get", &[&field(1, b"x")]).await;
        assert_eq!((answer.code, answer.replies), (0, vec![field(1, b"copy")]));
        assert_eq!(call(&mut client, HELLO, &[b""]).await.code, 12);
    });
}

#[test]
fn a_conversation_goes_step_by_step() {
    let (_directory, server) = shop();
    run(async {
        let mut client = client(&server).await;
        let (response, mut requests) = begin(&mut client, "/shop.Cart/Talk", &[]);
        requests.send_data(framed(b"").into(), false).expect("it is taken");
        let mut body = response.await.expect("it answers before the end").into_body();
        let first = body.data().await.expect("a reply comes").expect("it is whole");
        assert_eq!(first, framed(&field(1, b"a")));
        requests.send_data(framed(b"").into(), false).expect("it is taken");
        let second = body.data().await.expect("a reply comes").expect("it is whole");
        assert_eq!(second, framed(&[&field(1, b"b")[..], &[0x10, 2]].concat()));
        requests.send_data("".into(), true).expect("it is taken");
        assert!(body.data().await.is_none());
        assert_eq!(body.trailers().await.expect("it ends").expect("it has")["grpc-status"], "0");
    });
}

/// What reflection answers to these questions.
async fn asked(
    server: &Server,
    questions: &[v1::server_reflection_request::MessageRequest],
) -> Vec<v1::server_reflection_response::MessageResponse> {
    let questions: Vec<Vec<u8>> = questions
        .iter()
        .map(|question| {
            let message_request = Some(question.clone());
            v1::ServerReflectionRequest { host: String::new(), message_request }.encode_to_vec()
        })
        .collect();
    let questions: Vec<&[u8]> = questions.iter().map(Vec::as_slice).collect();
    let mut all = Vec::new();
    // The messages of the two versions are the same.
    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        let answer = call(&mut client(server).await, &path, &questions).await;
        assert_eq!(answer.code, 0, "{answer:?}");
        let decoded = answer.replies.iter().map(|reply| {
            let reply = v1::ServerReflectionResponse::decode(&reply[..]).expect("it is one");
            reply.message_response.expect("it answers")
        });
        all.push(decoded.collect::<Vec<_>>());
    }
    let first = all.remove(0);
    assert_eq!(first, all[0]);
    first
}

#[test]
fn reflection_tells_what_is_served() {
    use v1::server_reflection_request::MessageRequest as Ask;
    use v1::server_reflection_response::MessageResponse as Answer;
    let (_directory, server) = shop();
    run(async {
        let answers = asked(
            &server,
            &[
                Ask::ListServices(String::new()),
                Ask::FileContainingSymbol("shop.Cart.Get".into()),
                Ask::FileByFilename("google/protobuf/api.proto".into()),
                Ask::FileContainingSymbol("shop.Nothing".into()),
            ],
        )
        .await;
        let [
            Answer::ListServicesResponse(list),
            Answer::FileDescriptorResponse(shop),
            Answer::FileDescriptorResponse(api),
            Answer::ErrorResponse(error),
        ] = &answers[..]
        else {
            panic!("{answers:?}")
        };
        let names: Vec<&str> = list.service.iter().map(|it| &*it.name).collect();
        assert_eq!(
            names,
            [
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
                "shop.Cart",
            ]
        );
        assert_eq!(shop.file_descriptor_proto.len(), 1);
        // With what it imports.
        assert!(api.file_descriptor_proto.len() > 1);
        assert_eq!(
            (error.error_code, &*error.error_message),
            (5, "nothing is named \"shop.Nothing\"")
        );
    });
}

#[test]
fn health_is_told_for_each_service() {
    let (_directory, server) = shop();
    run(async {
        let mut client = client(&server).await;
        for (service, code, replies) in
            [("", 0, vec![vec![8, 1]]), ("shop.Cart", 0, vec![vec![8, 1]]), ("Nobody", 5, vec![])]
        {
            let request = field(1, service.as_bytes());
            let answer = call(&mut client, "/grpc.health.v1.Health/Check", &[&request]).await;
            assert_eq!((answer.code, answer.replies), (code, replies), "{service}");
        }
    });
}

#[test]
fn to_watch_a_service_that_there_is_not_is_no_failure() {
    let (_directory, mut server) = shop();
    run(async {
        let mut client = client(&server).await;
        let mut streams = Vec::new();
        for (service, status) in [("shop.Cart", 1), ("Nobody", 3)] {
            let (response, mut requests) = begin(&mut client, "/grpc.health.v1.Health/Watch", &[]);
            let request = framed(&field(1, service.as_bytes()));
            requests.send_data(request.into(), true).expect("it is taken");
            let mut body = response.await.expect("it answers").into_body();
            let first = body.data().await.expect("a status comes").expect("it is whole");
            assert_eq!(first, framed(&[8, status]), "{service}");
            streams.push(body);
        }
        let mut unknown = streams.pop().expect("there are two");
        let more = tokio::time::timeout(Duration::from_millis(300), unknown.data()).await;
        assert!(more.is_err(), "it stays");
        // The end of the server is that of both.
        server.signal("TERM");
        assert!(unknown.data().await.is_none());
        assert_eq!(unknown.trailers().await.expect("it ends").expect("it has")["grpc-status"], "0");
        drop((client, streams, unknown));
        let (status, took) =
            tokio::task::spawn_blocking(move || server.ended()).await.expect("it ends");
        assert_eq!(status, Some(0));
        assert!(took < Duration::from_millis(1500), "{took:?}");
    });
}

#[test]
fn a_call_in_flight_finishes_after_the_signal() {
    let (_directory, mut server) = shop();
    run(async {
        let mut client = client(&server).await;
        let (response, mut requests) = begin(&mut client, "/shop.Cart/Add", &[]);
        requests.send_data(framed(b"").into(), false).expect("it is taken");
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal("TERM");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(TcpStream::connect(&server.address).is_err(), "it listens still");
        requests.send_data(framed(b"").into(), true).expect("it is taken");
        assert_eq!(finish(response).await.code, 0);
        drop(client);
        // Another task carries the connection on to its end.
        let (status, took) =
            tokio::task::spawn_blocking(move || server.ended()).await.expect("it ends");
        assert_eq!(status, Some(0));
        assert!(took < Duration::from_millis(1500), "{took:?}");
    });
}

#[test]
fn a_hung_stream_does_not_keep_it() {
    for signal in ["TERM", "INT"] {
        let (_directory, mut server) = shop();
        run(async {
            let mut client = client(&server).await;
            let (_response, mut requests) = begin(&mut client, "/shop.Cart/Talk", &[]);
            requests.send_data(framed(b"").into(), false).expect("it is taken");
            tokio::time::sleep(Duration::from_millis(300)).await;
            server.signal(signal);
            let (status, took) =
                tokio::task::spawn_blocking(move || server.ended()).await.expect("it ends");
            assert_eq!(status, Some(0));
            let bounds = Duration::from_millis(1500)..Duration::from_millis(4000);
            assert!(bounds.contains(&took), "{took:?}");
        });
    }
}

#[test]
fn who_says_nothing_is_sent_away() {
    let server = Server::start(&[]);
    let silent = server.connect();
    let mut half = server.connect();
    half.write_all(b"PRI * HTTP/2.0\r\n").expect("it is taken");
    let waiting = std::thread::spawn(move || rest(half));
    for (bytes, took) in [rest(silent), waiting.join().expect("it ends")] {
        assert_eq!(bytes, b"");
        assert!(took < Duration::from_secs(6), "{took:?}");
    }
}

#[test]
fn what_is_no_http2_is_refused() {
    let server = Server::start(&[]);
    let mut old = server.connect();
    old.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it is taken");
    let (answer, took) = {
        old.shutdown(std::net::Shutdown::Write).expect("a socket has two sides");
        rest(old)
    };
    let answer = String::from_utf8(answer).expect("it is text");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthis is a gRPC server: it speaks HTTP/2 only\n"), "{answer}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    let mut garbage = server.connect();
    garbage.write_all(&[0x16, 3, 1, 2, 0, 1]).expect("it is taken");
    let (answer, took) = rest(garbage);
    assert_eq!(answer, b"");
    assert!(took < Duration::from_secs(3), "{took:?}");
    // Frames that are none.
    let mut garbage = server.connect();
    garbage.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("it is taken");
    garbage.write_all(&[0xff; 4096]).expect("it is taken");
    assert!(rest(garbage).1 < Duration::from_secs(3));
    run(async {
        let mut client = client(&server).await;
        assert_eq!(call(&mut client, HELLO, &[b""]).await.code, 0);
        for (method, kind, status) in [
            ("GET", "application/grpc", 405),
            ("POST", "application/json", 415),
            ("POST", "application/grpc-web", 415),
        ] {
            let request = http::Request::builder()
                .method(method)
                .uri(format!("http://localhost{HELLO}"))
                .header("content-type", kind);
            let request = request.body(()).expect("it is a request");
            let (response, _) = client.send_request(request, true).expect("it is taken");
            assert_eq!(response.await.expect("it answers").status(), status, "{method} {kind}");
        }
    });
}

#[test]
fn messages_have_a_limit() {
    let server = Server::start(&["--max-message-size", "1K"]);
    run(async {
        let mut client = client(&server).await;
        let name = |len: usize| {
            [&[0x0a, 0x80 | (len & 127) as u8, (len >> 7) as u8], &vec![b'a'; len][..]].concat()
        };
        assert_eq!(call(&mut client, HELLO, &[&name(1021)]).await.code, 0);
        let large = call(&mut client, HELLO, &[&name(1022)]).await;
        assert_eq!(large.code, 8);
        let said = "the message is too large: this server takes 1024 bytes, and more if it is \
                    started with a larger --max-message-size";
        assert_eq!(large.message, said);
        // It claims 2^32 - 1 bytes, and one comes.
        let claim = vec![0, 0xff, 0xff, 0xff, 0xff, 0];
        assert_eq!(raw_call(&mut client, HELLO, &[], claim).await.code, 8);
        // A million zeros that come as a thousand bytes.
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&vec![0; 600_000]).expect("it is memory");
        let mut bomb = framed(&gzip.finish().expect("it is memory"));
        assert!(bomb.len() < 1024);
        bomb[0] = 1;
        let headers = [("grpc-encoding", "gzip")];
        let bomb = raw_call(&mut client, HELLO, &headers, bomb).await;
        assert_eq!((bomb.code, &*bomb.message), (8, said));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&field(1, b"zzz")).expect("it is memory");
        let mut fine = framed(&gzip.finish().expect("it is memory"));
        fine[0] = 1;
        let answer = raw_call(&mut client, HELLO, &headers, fine).await;
        assert_eq!(answer.replies, [field(1, "我是zzz".as_bytes())]);
        assert_eq!(client.current_max_send_streams(), 100);
    });
}

#[test]
fn a_message_that_is_too_large_is_told_the_same_in_each_kind_of_method() {
    let (_directory, server) = shop();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hello"))
        .args(["call", &server.address, "Talk", "-d", "@-"])
        .stdin(large())
        .output()
        .expect("hello runs");
    let error = String::from_utf8_lossy(&output.stderr);
    let expected = "error: the server answered RESOURCE_EXHAUSTED: the message is too large: this \
                    server takes 4194304 bytes, and more if it is started with a larger \
                    --max-message-size\nhint: the limit is the server's own: \
                    `--max-message-size` of `hello call` is for answers\n";
    assert_eq!((&*error, output.status.code()), (expected, Some(72)));
    run(async {
        let mut client = client(&server).await;
        for method in ["Get", "List", "Add", "Talk"] {
            let claim = vec![0, 0xff, 0xff, 0xff, 0xff, 0];
            let path = format!("/shop.Cart/{method}");
            let answer = raw_call(&mut client, &path, &[], claim).await;
            assert_eq!(answer.code, 8, "{method}");
            assert!(answer.message.starts_with("the message is too large: "), "{answer:?}");
        }
    });
}

/// JSON with a name of 5 MiB.
fn large() -> std::process::Stdio {
    use std::io::Seek;
    let mut file = tempfile::tempfile().expect("a file can be made");
    write!(file, "{{\"name\":\"{}\"}}", "a".repeat(5 << 20)).expect("it can be written");
    file.rewind().expect("it is a file");
    file.into()
}

#[test]
fn a_port_that_is_taken_is_refused_with_the_mend() {
    let server = Server::start(&[]);
    let other = std::process::Command::new(env!("CARGO_BIN_EXE_hello"))
        .args(["serve", "--listen", &server.address])
        .output()
        .expect("hello runs");
    assert_eq!(other.status.code(), Some(1));
    let error = String::from_utf8_lossy(&other.stderr);
    let what = format!("error: another program listens on {} already\n", server.address);
    assert!(error.starts_with(&what), "{error}");
    assert!(error.contains("`--listen 127.0.0.1:0`"), "{error}");
}

#[test]
fn a_socket_of_the_file_system_comes_and_goes() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let path = directory.path().join("hello.sock");
    // What a server leaves behind that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("it can be made"));
    let place = format!("unix:{}", path.display());
    let mut server = Server::start_at(&["--listen", &place], &[]);
    run(async {
        let mut client = serving::unix_client(&path).await;
        assert_eq!(call(&mut client, HELLO, &[b""]).await.code, 0);
    });
    let other = std::process::Command::new(env!("CARGO_BIN_EXE_hello"))
        .args(["serve", "--listen", &place])
        .output()
        .expect("hello runs");
    assert_eq!(other.status.code(), Some(1));
    let error = String::from_utf8_lossy(&other.stderr);
    assert!(error.contains("another program listens on unix:"), "{error}");
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    assert!(!path.exists());
}
