//! Whom `hello call` trusts, what it shows of itself, and what it says where TLS
//! cannot be had.

use std::io::Read;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

use super::calling::Given;
use super::common::Shell;
use super::{Session, shown};

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

/// What serves by a certificate and its key.
fn serving(made: &rcgen::Certificate, key: &rcgen::KeyPair) -> ServerConfig {
    let der = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], der)
        .expect("a pair")
}

#[test]
fn a_certificate_that_has_expired_is_told() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new([String::from("127.0.0.1")]).expect("names");
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let made = params.self_signed(&key).expect("it is made");
    let tls = Some(Arc::new(serving(&made, &key)));
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
        let mut config = serving(&made, &key);
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
