//! Where a server is: what the words ADDRESS and METHOD say.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::escape;

/// Where the Greeter listens, and is called, unless told otherwise.
pub const DEFAULT: &str = "127.0.0.1:8001";

/// A server to call, or a place to listen at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// How it is reached.
    pub place: Place,
    /// Whether to speak TLS, as the word has it: by `https://` or `http://`, before a
    /// socket as well, or by whether it is this machine.
    pub tls: bool,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By TCP.
    Host {
        /// A name or an IP address, without brackets.
        host: String,
        /// 0 to listen at any.
        port: u16,
    },
    /// By a socket of the file system.
    Unix(PathBuf),
}

/// Whether `word` is an address rather than a method: it has `://`, starts with
/// `unix:`, or ends in `:PORT`.
pub fn is_address(word: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    word.contains("://")
        || word.starts_with("unix:")
        || word.rsplit_once(':').is_some_and(|(_, port)| is_port(port))
}

/// What an address says, and the method behind it: `http://host:port/pkg.Svc/Method`
/// is both.
///
/// # Errors
///
/// A word that is no address.
pub fn parse(word: &str) -> Result<(Address, Option<&str>)> {
    read(word).map_err(|error| match error.has_hint() {
        true => error,
        false => error.hint("write HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:PATH"),
    })
}

/// The same; what is wrong has no hint where it is one that depends on what an
/// address is for.
fn read(word: &str) -> Result<(Address, Option<&str>)> {
    let (tls, rest) = match word.split_once("://") {
        // `unix://PATH` is written as well.
        _ if word.starts_with("unix:") => (None, word),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
        Some((scheme, _)) => {
            let what = format!("`{}://` is neither `http://` nor `https://`", escape::word(scheme));
            return Err(Error::usage(what).hint("write HOST:PORT for a server of gRPC"));
        }
        None => (None, word),
    };
    // A path may have any name in it, so that nothing behind it is a method.
    if let Some(path) = rest.strip_prefix("unix:") {
        if path.is_empty() {
            return Err(bad(word, "it has no path"));
        }
        let path = path.strip_prefix("//").unwrap_or(path);
        let place = Place::Unix(PathBuf::from(path));
        return Ok((Address { place, tls: tls.unwrap_or_default() }, None));
    }
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (rest, None),
    };
    let (host, port) = host_and_port(word, authority)?;
    let port = match (port, tls) {
        (Some(port), _) => port,
        (None, Some(false)) => 80,
        (None, Some(true)) => 443,
        (None, None) => return Err(bad(word, "it has no port")),
    };
    let tls = tls.unwrap_or_else(|| !is_loopback(host));
    let place = Place::Host { host: host.to_owned(), port };
    Ok((Address { place, tls }, path.filter(|path| !path.is_empty())))
}

/// What the address of a server says that is to listen there.
///
/// # Errors
///
/// A word that is no address, or more than a place.
pub fn listen(word: &str) -> Result<Place> {
    let (address, method) = read(word).map_err(|error| {
        let error = match error.has_hint() {
            true => error,
            false => error.hint("write HOST:PORT or unix:PATH"),
        };
        error.hint("`127.0.0.1:8001` is for this machine only, `0.0.0.0:8001` for all")
    })?;
    match method.is_some() || word.contains("://") {
        true => Err(Error::usage(format!("`{}` is more than a place", escape::word(word)))
            .hint("write HOST:PORT or unix:PATH; with `--tls-cert` it speaks TLS")),
        false => Ok(address.place),
    }
}

fn host_and_port<'w>(word: &str, authority: &'w str) -> Result<(&'w str, Option<u16>)> {
    if authority.contains('@') {
        return Err(bad(word, "a user name has no place in it"));
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => {
            if !matches!(host.parse(), Ok(IpAddr::V6(_))) {
                return Err(bad(word, "what is in the brackets is no IPv6 address"));
            }
            match rest.strip_prefix(':') {
                None if !rest.is_empty() => return Err(bad(word, "there is more behind `]`")),
                port => (host, port),
            }
        }
        None => match authority.rsplit_once(':') {
            Some((host, _)) if host.contains(':') => {
                return Err(bad(
                    word,
                    "an IPv6 address has to stand in brackets, as in [::1]:8001",
                ));
            }
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err(bad(word, "it has no host"));
    }
    let port = port.map(|port| port.parse().map_err(|_| bad(word, "its port is not 0 to 65535")));
    Ok((host, port.transpose()?))
}

fn bad(word: &str, why: &str) -> Error {
    Error::usage(format!("`{}` is no address: {why}", escape::word(word)))
}

/// Whether it is this machine. To connect to no address in particular is to
/// connect to it, and IPv4 may be written as IPv6.
fn is_loopback(host: &str) -> bool {
    let is_ours = |ip: IpAddr| {
        let ip = ip.to_canonical();
        ip.is_loopback() || ip.is_unspecified()
    };
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_ours)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Host { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Place::Host { host, port } => write!(f, "{}:{port}", escape::word(host)),
            Place::Unix(path) => write!(f, "unix:{}", escape::word(&path.to_string_lossy())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(word: &str) -> String {
        match parse(word) {
            Ok((address, method)) => {
                format!("{address} tls {} {}", address.tls, method.unwrap_or("-"))
            }
            Err(error) => error.what().to_owned(),
        }
    }

    #[test]
    fn a_word_is_an_address_or_a_method() {
        for word in ["http://a", "unix:/tmp/x", "localhost:80", "[::1]:80", "a:99999"] {
            assert!(is_address(word), "{word}");
        }
        for word in ["Greeter/SayHello", "SayHello", "a:", "a:b", "pkg.Svc.Method"] {
            assert!(!is_address(word), "{word}");
        }
    }

    #[test]
    fn an_address_says_where_and_how() {
        let cases = [
            ("127.0.0.1:8001", "127.0.0.1:8001 tls false -"),
            ("localhost:1", "localhost:1 tls false -"),
            ("[::1]:8001", "[::1]:8001 tls false -"),
            ("example.com:443", "example.com:443 tls true -"),
            ("http://example.com", "example.com:80 tls false -"),
            ("https://example.com/", "example.com:443 tls true -"),
            ("HTTP://example.com:1/A/B", "example.com:1 tls false A/B"),
            ("Https://example.com", "example.com:443 tls true -"),
            ("LOCALHOST:1", "LOCALHOST:1 tls false -"),
            ("https://[::1]/a.B/C", "[::1]:443 tls true a.B/C"),
            ("http://127.0.0.1:8001/Greeter/SayHello", "127.0.0.1:8001 tls false Greeter/SayHello"),
            ("unix:/run/x.sock", "unix:/run/x.sock tls false -"),
            ("unix:///run/x.sock", "unix:/run/x.sock tls false -"),
            ("unix:x.sock", "unix:x.sock tls false -"),
            ("https://unix:/run/x.sock", "unix:/run/x.sock tls true -"),
            ("https://unix:///run/x.sock", "unix:/run/x.sock tls true -"),
            ("HTTPS://unix:a.B/C", "unix:a.B/C tls true -"),
            ("http://unix:x.sock", "unix:x.sock tls false -"),
            ("unix:http://x", "unix:http://x tls false -"),
            ("0.0.0.0:1", "0.0.0.0:1 tls false -"),
            ("[::]:1", "[::]:1 tls false -"),
            ("[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1 tls false -"),
            ("[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.1]:1 tls true -"),
            ("https://0.0.0.0:1", "0.0.0.0:1 tls true -"),
        ];
        for (word, expected) in cases {
            assert_eq!(parsed(word), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        let cases = [
            ("unix:", "`unix:` is no address: it has no path"),
            ("https://unix:", "`https://unix:` is no address: it has no path"),
            ("ftp://a:1", "`ftp://` is neither `http://` nor `https://`"),
            (":80", "`:80` is no address: it has no host"),
            ("a:99999", "`a:99999` is no address: its port is not 0 to 65535"),
            ("http://a:", "`http://a:` is no address: its port is not 0 to 65535"),
            ("http://u:p@a:1", "`http://u:p@a:1` is no address: a user name has no place in it"),
            (
                "::1:80",
                "`::1:80` is no address: an IPv6 address has to stand in brackets, as in [::1]:8001",
            ),
            ("[::1]x", "`[::1]x` is no address: there is more behind `]`"),
            ("[a]:1", "`[a]:1` is no address: what is in the brackets is no IPv6 address"),
        ];
        for (word, expected) in cases {
            assert_eq!(parsed(word), expected);
        }
    }
}
