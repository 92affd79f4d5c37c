//! `hello serve` with TLS.

use std::sync::Arc;
use std::time::Duration;

use super::HELLO;
use super::serving::{Server, begin, framed, rest, run};

/// A certificate for `localhost` that is its own root, in `directory`.
fn certificate(directory: &std::path::Path, name: &str) -> [String; 2] {
    let made = rcgen::generate_simple_self_signed([String::from("localhost")]).expect("it is made");
    let files = [(".pem", made.cert.pem()), (".key", made.signing_key.serialize_pem())];
    files.map(|(extension, text)| {
        let path = directory.join(format!("{name}{extension}"));
        std::fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    })
}

/// A call by TLS, from a client that shows `identity`; the status.
async fn by_tls(
    server: &Server,
    root: &str,
    identity: Option<&[String; 2]>,
) -> Result<u32, String> {
    use hello::rpc::tls::{Identity, Trust, client};
    let identity = identity.map(|[certificate, key]| Identity {
        certificate: certificate.as_ref(),
        key: key.as_ref(),
    });
    let config =
        client(Trust::Only(root.as_ref()), identity.as_ref()).expect("the files are right");
    let stream = tokio::net::TcpStream::connect(&server.address).await.expect("it listens");
    let name = "localhost".try_into().expect("it is a name");
    let stream = tokio_rustls::TlsConnector::from(Arc::clone(&config)).connect(name, stream).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let (client, connection) = h2::client::handshake(stream).await.map_err(|it| it.to_string())?;
    tokio::spawn(connection);
    let mut client = client.ready().await.map_err(|error| error.to_string())?;
    let (response, mut requests) = begin(&mut client, HELLO, &[]);
    requests.send_data(framed(b"").into(), true).map_err(|error| error.to_string())?;
    let response = response.await.map_err(|error| error.to_string())?;
    Ok(response.status().as_u16().into())
}

#[test]
fn tls_is_spoken_and_clients_can_be_asked_for_certificates() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let [server, other, friend] =
        ["server", "other", "friend"].map(|name| certificate(directory.path(), name));
    let options = ["--tls-cert", &server[0], "--tls-key", &server[1]];
    let plain = Server::start(&options);
    let mutual = Server::start(&[&options[..], &["--tls-client-ca", &friend[0]]].concat());
    run(async {
        assert_eq!(by_tls(&plain, &server[0], None).await, Ok(200));
        assert!(by_tls(&plain, &other[0], None).await.is_err());
        assert_eq!(by_tls(&mutual, &server[0], Some(&friend)).await, Ok(200));
        assert!(by_tls(&mutual, &server[0], None).await.is_err());
        assert!(by_tls(&mutual, &server[0], Some(&other)).await.is_err());
    });
    // Why a client is refused reaches it each time, though it goes on speaking.
    let address = mutual.address.replace("127.0.0.1", "localhost");
    let mut said = std::collections::BTreeSet::new();
    for round in 0..24 {
        let shown: &[&str] =
            if round % 2 == 0 { &[] } else { &["--cert", &other[0], "--key", &other[1]] };
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_hello"))
            .args(["call", &format!("https://{address}"), "--ca", &server[0]])
            .args(shown)
            .output()
            .expect("hello runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        said.insert(text.lines().next().unwrap_or_default().to_owned());
    }
    let expected = [
        format!("error: {address} ended TLS with the alert DecryptError"),
        format!("error: {address} wants a certificate of the client"),
    ];
    assert_eq!(Vec::from_iter(said), expected);
    // Who begins no handshake is sent away as well.
    let (_, took) = rest(plain.connect());
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[test]
fn tls_is_spoken_at_a_socket_of_the_file_system() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let [server, other] = ["server", "other"].map(|name| certificate(directory.path(), name));
    let place = format!("unix:{}", directory.path().join("t.sock").display());
    let options = ["--tls-cert", &server[0], "--tls-key", &server[1]];
    let _server = Server::start_at(&["--listen", &place], &options);
    let call = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hello"));
        let output = command.arg("call").args(words).args(["--name", "a"]).output();
        let output = output.expect("hello runs");
        String::from_utf8([output.stdout, output.stderr].concat()).expect("it is text")
    };
    let url = format!("https://{place}");
    assert_eq!(call(&[&url, "--ca", &server[0]]), "name: \"我是a\"\n");
    let out = call(&[&url, "SayHello", "--ca", &server[0], "-v"]);
    assert!(out.contains("name: \"我是a\"\n") && out.contains("* TLSv1_3 with "), "{out}");
    let out = call(&[&url, "--ca", &other[0]]);
    assert!(out.starts_with(&format!("error: the certificate of {place} ")), "{out}");
    // Each hint leads there.
    for words in [&[&*place, "--ca", &server[0]][..], &[&*place]] {
        let out = call(words);
        assert!(out.contains(&format!("write `{url}`")), "{out}");
    }
}
