//! What is said of a connection that cannot be had, or breaks off: which of its
//! steps it was, and what to do.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use tokio_rustls::rustls::{self, AlertDescription, CertificateError};

use crate::error::{self, Error, names};
use crate::escape::{quote, quote_bytes, visible};
use crate::rpc::address::{Address, Place};
use crate::rpc::tls::{OF_VERSION_1, VERSION_3, is_authority, is_version_1};
use crate::wire::limits::CALL_HEADERS_MAX;

/// Characters of a reason that are shown.
const REASON_MAX: usize = 200;

/// How far a connection has come.
#[derive(Clone, Copy)]
pub enum Phase {
    /// The host's name is looked up.
    Lookup,
    /// The socket is connected.
    Socket,
    /// The other side is to say something.
    Hello,
    /// TLS is agreed on, and HTTP/2 is to begin.
    Secured,
}

/// The first byte of a TLS record: an alert, or a part of the handshake.
const TLS_RECORDS: [u8; 2] = [21, 22];

/// What lies at the bottom of an error, made safe.
pub fn reason(error: &dyn StdError) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    names::cut(visible(&error::lower(&inner.to_string())), REASON_MAX)
}

/// The error of rustls that an error of the system stands for.
pub fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// A duration as it is typed.
pub fn time(time: Duration) -> String {
    if time.subsec_nanos() == 0 {
        return format!("{} s", time.as_secs());
    }
    let seconds = time.as_secs_f64();
    match time.as_nanos() {
        nanos @ 0..1_000 => format!("{nanos} ns"),
        nanos @ 1_000..1_000_000 => format!("{} us", nanos as f64 / 1e3),
        nanos @ 1_000_000..1_000_000_000 => format!("{} ms", nanos as f64 / 1e6),
        _ => format!("{seconds} s"),
    }
}

/// The name cannot be looked up.
pub fn name(host: &str, error: &io::Error) -> Error {
    Error::failure(format!("the name {} is not found: {}", quote(host), reason(error)))
        .hint("is it spelled right, and is there a network?")
}

/// The name stands for nothing.
pub fn no_address(host: &str) -> Error {
    Error::failure(format!("the name {} has no address", quote(host)))
}

/// The socket cannot be connected.
pub fn socket(address: &Address, error: &io::Error) -> Error {
    let is_unix = matches!(address.place, Place::Unix(_));
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Error::failure(format!("nobody listens at {address}: the connection was refused"))
                .hint("is the server running? `hello serve` starts one")
        }
        io::ErrorKind::NotFound if is_unix => {
            Error::failure(format!("there is no socket {address}"))
                .hint("is the server running? `hello serve --listen unix:PATH` starts one")
        }
        _ => Error::failure(format!("{address} cannot be reached: {}", reason(error))),
    }
}

/// It took too long.
pub fn too_late(address: &Address, phase: Phase, within: Duration) -> Error {
    let within = time(within);
    match phase {
        Phase::Lookup => {
            Error::failure(format!("the name of {address} was not found within {within}"))
                .hint("is there a network?")
        }
        Phase::Socket => Error::failure(format!("{address} did not answer within {within}"))
            .hint("is the address right? a firewall may drop what is sent there"),
        Phase::Hello => {
            let error = Error::failure(format!(
                "{address} took the connection, and said nothing within {within}"
            ));
            error.hint(match address.tls {
                true => "is it a server of gRPC? if it speaks no TLS, write `http://` before it",
                false => "is it a server of gRPC? if it expects TLS, write `https://` before it",
            })
        }
        Phase::Secured => {
            Error::failure(format!("{address} speaks TLS, and said nothing in it within {within}"))
                .hint("is it a server of gRPC? is the port right?")
        }
    }
}

/// The other side closed the connection before it said anything.
pub fn closed(address: &Address, tls: Option<&rustls::Error>) -> Error {
    if let Some(error) = tls {
        return of_tls(address, error);
    }
    let error = Error::failure(format!("{address} closed the connection without a word"));
    match address.tls {
        true => error.hint("if it wants a certificate of the client, `--cert FILE --key FILE`"),
        false => error.hint(format!("if it expects TLS, write `https://{address}`")),
    }
}

/// What the other side begins with is not HTTP/2.
pub fn not_http2(address: &Address, start: &[u8]) -> Error {
    let is_tls = start.get(1) == Some(&3) && TLS_RECORDS.iter().any(|it| start.first() == Some(it));
    if is_tls && !address.tls {
        return Error::failure(format!("{address} speaks TLS, and was spoken to without"))
            .hint(format!("write `https://{address}`"));
    }
    if start.starts_with(b"HTTP/1") {
        let line = start.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or(start);
        let what = format!("{address} is a server of HTTP/1.1, and gRPC needs HTTP/2");
        return Error::failure(what)
            .line(format!("it answered {}", quote_bytes(line)))
            .hint("is the port right? a proxy may speak HTTP/2 only over TLS, `https://`");
    }
    Error::failure(format!("{address} does not speak HTTP/2, which gRPC needs"))
        .line(format!("it began with {}", quote_bytes(start)))
        .hint("is the port right?")
}

/// TLS cannot be agreed on; `start` is what the other side began with.
pub fn handshake(address: &Address, error: &io::Error, start: &[u8]) -> Error {
    let http = format!("write `http://{address}`");
    if !start.is_empty() && !TLS_RECORDS.contains(&start[0]) {
        let error = Error::failure(format!("{address} speaks no TLS"));
        // The frame that HTTP/2 begins with, 4 by its type, tells nobody more.
        return match start.get(3) {
            Some(4) => error.line("it speaks HTTP/2 without").hint(http),
            _ => error
                .line(format!("it began with {}", quote_bytes(start)))
                .hint(format!("is the port right? if it is, {http}")),
        };
    }
    match tls_error(error) {
        Some(error) => of_tls(address, error),
        None if start.is_empty() => {
            Error::failure(format!("{address} closed the connection when asked for TLS"))
                .hint(format!("if it speaks no TLS, {http}"))
        }
        None => Error::failure(format!("{address} and TLS cannot be agreed on: {}", reason(error))),
    }
}

fn of_tls(address: &Address, error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(address, error),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure,
        ) => Error::failure(format!("{address} wants a certificate of the client"))
            .hint("show one with `--cert FILE --key FILE`"),
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)
        | rustls::Error::NoApplicationProtocol => {
            Error::failure(format!("{address} speaks TLS, but not HTTP/2, which gRPC needs"))
                .hint("is the port right?")
        }
        rustls::Error::AlertReceived(alert) => {
            let alert = visible(&format!("{alert:?}"));
            Error::failure(format!("{address} ended TLS with the alert {alert}"))
                .hint("the reason is known there; a certificate of ours may be what it refuses")
        }
        error => Error::failure(format!("TLS with {address} failed: {}", reason(error))),
    }
}

fn certificate(address: &Address, error: &CertificateError) -> Error {
    let whose = format!("the certificate of {address}");
    let trust = "name the one that signed it with `--ca FILE`";
    match error {
        CertificateError::UnknownIssuer => {
            Error::failure(format!("{whose} is not trusted: who signed it is not known"))
                .hint(trust)
        }
        CertificateError::BadSignature => {
            Error::failure(format!("{whose} is not trusted: its signature is not right"))
                .hint(trust)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let mut found = Error::failure(format!("{whose} is for another name"));
            if let CertificateError::NotValidForNameContext { presented, .. } = error {
                let names: Vec<String> = presented.iter().map(|name| plain_name(name)).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                found = found.line(format!("it has {}", names::list(&names)));
            }
            found.hint(match address.place {
                Place::Host { .. } => "call the server by a name that its certificate has",
                Place::Unix(_) => "at a socket of the file system it has to be for localhost",
            })
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Error::failure(format!("{whose} has expired"))
                .hint("the server needs a new one; or is the clock of this machine wrong?")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Error::failure(format!("{whose} is not valid yet"))
                .hint("is the clock of this machine right?")
        }
        CertificateError::Revoked => Error::failure(format!("{whose} was revoked")),
        authority if is_authority(authority) => {
            Error::failure(format!("{whose} is that of an authority, and is not trusted"))
                .hint("if it is the server's own, name it with `--ca FILE`")
        }
        old if is_version_1(old) => Error::failure(format!("{whose} {OF_VERSION_1}"))
            .hint("the server needs another one")
            .hint(VERSION_3),
        other => {
            let other = visible(&format!("{other:?}"));
            Error::failure(format!("{whose} cannot be used: {other}")).hint(trust)
        }
    }
}

/// A name that a certificate has, out of `DnsName("a.example")`.
fn plain_name(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    visible(inner.unwrap_or(name).trim_matches('"'))
}

/// What HTTP/2 says of a failure, if it is its own and not the connection's.
pub fn http2(error: &hyper::Error) -> Option<&h2::Error> {
    let mut inner: &dyn StdError = error;
    loop {
        if let Some(error) = inner.downcast_ref::<h2::Error>() {
            return (!error.is_io()).then_some(error);
        }
        inner = inner.source()?;
    }
}

/// Whether it is that the other side takes no more calls over this connection,
/// and has not begun with this one.
pub fn is_goodbye(error: &h2::Error) -> bool {
    error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR)
}

/// A call ended as HTTP/2 has it.
pub fn of_http2(address: &Address, error: &h2::Error) -> Error {
    let reason = error.reason().unwrap_or(h2::Reason::INTERNAL_ERROR);
    let reason_text = format!("{reason:?}: {}", reason.description());
    let harmless = "the call was not begun: to make it again does no harm";
    let unknown = "what became of the call is not known";
    match (error.is_reset(), error.is_remote()) {
        (true, true) if reason == h2::Reason::REFUSED_STREAM => {
            Error::failure(format!("the server {address} refused the call (REFUSED_STREAM)"))
                .hint(harmless)
        }
        (true, true) => {
            Error::failure(format!("the server {address} broke off the call ({reason_text})"))
                .hint(unknown)
        }
        (false, true) if error.is_go_away() => {
            let what = format!("the server {address} ended the connection ({reason_text})");
            Error::failure(what).hint(match reason {
                h2::Reason::NO_ERROR => harmless,
                _ => "the call was not begun",
            })
        }
        // What this side found wrong. Headers that are too long are among it.
        _ => {
            let what = format!("the answer of {address} is not taken ({reason_text})");
            let long = match reason {
                h2::Reason::PROTOCOL_ERROR | h2::Reason::ENHANCE_YOUR_CALM => {
                    format!(", or has headers of more than {} KiB", CALL_HEADERS_MAX >> 10)
                }
                _ => String::new(),
            };
            Error::failure(what).hint(format!("it breaks the rules of HTTP/2{long}"))
        }
    }
}

/// The connection has ended before the call was sent.
pub fn not_taken(address: &Address, reason: Option<&str>) -> Error {
    let what = match reason {
        Some(reason) => format!("the connection to {address} broke off: {reason}"),
        None => format!("the connection to {address} takes no more calls"),
    };
    Error::failure(what).hint("the call was not sent: to make it again does no harm")
}

/// The connection broke off.
pub fn broken(address: &Address, reason: &str) -> Error {
    Error::failure(format!("the connection to {address} broke off: {reason}"))
        .hint("the server may have ended, or something between; nothing is known of the call")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_unit_that_it_is_typed_in() {
        let cases = [
            (Duration::from_nanos(5), "5 ns"),
            (Duration::from_micros(1), "1 us"),
            (Duration::from_micros(1500), "1.5 ms"),
            (Duration::from_millis(200), "200 ms"),
            (Duration::from_millis(1200), "1.2 s"),
            (Duration::from_secs(60), "60 s"),
        ];
        for (duration, expected) in cases {
            assert_eq!(time(duration), expected);
        }
    }

    #[test]
    fn a_certificate_of_version_1_is_told() {
        let (address, _) = crate::rpc::address::parse("https://a:1").expect("an address");
        let version = std::sync::Arc::new(webpki::Error::UnsupportedCertVersion);
        let error = CertificateError::Other(rustls::OtherError(version));
        let error = certificate(&address, &error).to_string();
        let what =
            "error: the certificate of a:1 is of version 1 of X.509, and TLS takes version 3\n";
        assert!(error.starts_with(what) && error.contains("-addext"), "{error}");
    }

    #[test]
    fn names_of_certificates_are_as_they_are_typed() {
        assert_eq!(plain_name("DnsName(\"a.example\")"), "a.example");
        assert_eq!(plain_name("IpAddress(10.0.0.1)"), "10.0.0.1");
        assert_eq!(plain_name("\u{1b}[m"), "\\u001b[m");
    }
}
