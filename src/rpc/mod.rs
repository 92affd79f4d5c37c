//! gRPC: the server and the client, and the only home of tokio and tonic.
//!
//! - [`address`]: where a server is.
//! - [`tls`]: certificates, and what is trusted.
//! - [`server`]: `hello serve`.

pub mod address;
pub mod server;
pub mod tls;
