//! gRPC: the server and the client, and the only home of tokio and tonic.
//!
//! - [`address`]: where a server is.
//! - [`client`]: a connection to a server, and calls over it.
//! - [`server`]: `hello serve`.
//! - [`tls`]: certificates, and what is trusted.

pub mod address;
pub mod client;
pub mod server;
pub mod tls;
