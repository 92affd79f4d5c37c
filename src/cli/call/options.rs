//! How calls are made: options that are read from the words, since a server may
//! have to be asked for the schema before clap can know all of them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::super::schema::option_values;
use super::super::streaming;
use crate::error::{Error, Result};
use crate::escape::word;
use crate::rpc::address::Address;
use crate::rpc::client::connect::{CONNECT_TIME, Route};
use crate::rpc::client::metadata::Metadata;

/// The largest number that the length of a message of gRPC can be.
const LENGTH_MAX: u64 = u32::MAX as u64;

/// The way to a server, by the options of TLS among the words.
///
/// # Errors
///
/// Options that don't go together.
pub fn route(words: &[OsString], address: Address) -> Result<Route> {
    let file = |option: &str| option_values(words, option, None).pop().map(PathBuf::from);
    let (ca, certificate, key) = (file("--ca"), file("--cert"), file("--key"));
    let insecure = words.iter().take_while(|word| *word != "--").any(|word| word == "--insecure");
    let given = [
        ("--ca", ca.is_some()),
        ("--cert", certificate.is_some()),
        ("--key", key.is_some()),
        ("--insecure", insecure),
    ];
    if let (Some((option, _)), false) = (given.iter().find(|(_, given)| *given), address.tls) {
        let what = format!("`{option}` is for TLS, which is not spoken to {address}");
        return Err(Error::usage(what).hint(format!("write `https://{address}`")));
    }
    if ca.is_some() && insecure {
        return Err(Error::usage("`--ca` says whom to trust, `--insecure` to trust anybody")
            .hint("leave out one of them"));
    }
    let identity = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        (Some(_), None) => {
            return Err(Error::usage("`--cert` needs its key").hint("say `--key FILE` too"));
        }
        (None, Some(_)) => {
            return Err(Error::usage("`--key` needs its certificate").hint("say `--cert FILE` too"));
        }
    };
    let within = match option_values(words, "--timeout", None).pop() {
        Some(text) => timeout(&text.to_string_lossy())?.min(CONNECT_TIME),
        None => CONNECT_TIME,
    };
    Ok(Route { address, ca, identity, insecure, within })
}

/// The headers that the words ask for.
///
/// # Errors
///
/// One that cannot be.
pub fn metadata(words: &[OsString]) -> Result<Metadata> {
    let mut metadata = Metadata::default();
    for text in option_values(words, "--header", Some("-H")) {
        metadata.add(&text.to_string_lossy())?;
    }
    Ok(metadata)
}

/// A time as `--timeout` takes it.
///
/// # Errors
///
/// It is none.
pub fn timeout(text: &str) -> Result<Duration> {
    let units = [("ms", 0.001), ("us", 0.000_001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (number, unit) = units
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))
        .unwrap_or((text, 1.0));
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = number.parse::<f64>().ok().filter(|_| plain).map(|number| number * unit);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| !time.is_zero()).ok_or_else(|| {
        Error::usage(format!("`--timeout {}` is no time to wait", word(text)))
            .hint("write seconds, such as `5` or `0.5`, or `500ms`")
    })
}

/// The size that `--max-message-size` allows for, if it is given.
///
/// # Errors
///
/// It is none that a message can have.
pub fn max_message(words: &[OsString]) -> Result<Option<u64>> {
    let given = option_values(words, "--max-message-size", None).pop();
    given.map(|text| size(&text.to_string_lossy())).transpose()
}

/// A size as `--max-message-size` takes it for messages of gRPC.
///
/// # Errors
///
/// It is none, or none that such a message can have.
pub fn size(text: &str) -> Result<u64> {
    let bytes = streaming::size(text)?;
    // 4G is what is said for the largest, and is one more.
    match (1..=LENGTH_MAX + 1).contains(&bytes) {
        true => Ok(bytes.min(LENGTH_MAX)),
        false => {
            let what = format!("`--max-message-size {}` is no size of a message", word(text));
            Err(Error::usage(what).hint("a message of gRPC has from 1 byte to 4G"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_or_is_seconds() {
        let cases = [("5", 5000), ("0.5", 500), ("500ms", 500), ("2s", 2000), ("1m", 60_000)];
        for (text, millis) in cases {
            assert_eq!(timeout(text).ok(), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0", "-1", "x", "1e3", "inf", "5 s", "ms"] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_one_that_a_message_can_have() {
        let cases = [("1", 1), ("2K", 2048), ("4G", LENGTH_MAX), ("4294967295", LENGTH_MAX)];
        for (text, bytes) in cases {
            assert_eq!(size(text).ok(), Some(bytes), "{text}");
        }
        for text in ["0", "5G", "9999999G", "-1", "1.5M", ""] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
