//! gRPC: the server and the client, and the only home of tokio and tonic.
//!
//! - [`address`]: where a server is.
//! - [`client`]: a connection to a server, and calls over it.
//! - [`code`]: the codes that a call ends with.
//! - [`server`]: `hello serve`.
//! - [`tls`]: certificates, and what is trusted.

pub mod address;
pub mod client;
pub mod code;
pub mod server;
pub mod tls;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// Whether the content is messages as they are read here: gRPC has other
/// encodings, and gRPC-Web another framing.
fn is_grpc(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let rest = value.strip_prefix(b"application/grpc");
    let rest = rest.map(|rest| rest.strip_prefix(b"+proto").unwrap_or(rest));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b';' | b' ')))
}
