//! The way to a server: a socket, TLS, HTTP/2. Each step has faults of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::body::Body;
use super::faults::{self, Phase};
use super::witness::{Seen, Start, Witness};
use crate::error::{Error, Result};
use crate::rpc::address::{Address, Place};
use crate::rpc::tls::{self, Identity, Trust};
use crate::wire::limits::{CALL_HEADERS_MAX, CALL_WINDOW, CALLS_IN_FLIGHT};

/// How long a server has to be reached and to say that it speaks HTTP/2, unless
/// told otherwise: what the official clients wait.
pub const CONNECT_TIME: Duration = Duration::from_secs(20);

/// How a server is reached.
#[derive(Clone)]
pub struct Route {
    /// Where it is, and whether TLS is spoken.
    pub address: Address,
    /// The certificates that are trusted, if not those of the system.
    pub ca: Option<PathBuf>,
    /// What the client shows of itself: a certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether anybody is trusted.
    pub insecure: bool,
    /// How long it may take to be connected.
    pub within: Duration,
}

impl Route {
    /// The way to `address` with nothing said of it.
    pub fn to(address: Address) -> Self {
        Route { address, ca: None, identity: None, insecure: false, within: CONNECT_TIME }
    }
}

/// A connection.
pub struct Link {
    /// What sends requests; its copies share the connection.
    pub sender: SendRequest<Body>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The server's name in requests.
    pub authority: String,
    /// What there is to say of the connection, a line each.
    pub facts: Vec<String>,
    pub(super) ended: Arc<Mutex<Option<String>>>,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

impl Link {
    /// Connects.
    ///
    /// # Errors
    ///
    /// Everything that can be wrong before the first call.
    pub async fn open(route: &Route) -> Result<Link> {
        let phase = Come(Mutex::new(Phase::Lookup));
        match timeout(route.within, attempt(route, &phase)).await {
            Ok(link) => link,
            Err(_) => Err(faults::too_late(&route.address, phase.get(), route.within)),
        }
    }

    /// Why the connection ended, if it did and said so.
    pub fn ended(&self) -> Option<String> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How far a connection has come, for whoever gives up waiting for it.
struct Come(Mutex<Phase>);

impl Come {
    fn set(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    fn get(&self) -> Phase {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn attempt(route: &Route, phase: &Come) -> Result<Link> {
    let mut facts = Vec::new();
    let address = &route.address;
    // What is wrong with files of ours is said before anybody is bothered.
    let config = if address.tls { Some(tls_config(route)?) } else { None };
    let (stream, authority): (Box<dyn Io>, String) = match &address.place {
        Place::Host { host, port } => {
            let stream = tcp(address, host, *port, route.within, phase).await?;
            if let Ok(peer) = stream.peer_addr() {
                facts.push(format!("connected to {peer}"));
            }
            (Box::new(stream), address.to_string())
        }
        Place::Unix(path) => {
            let stream = UnixStream::connect(path).await;
            let stream = stream.map_err(|error| faults::socket(address, &error))?;
            facts.push(format!("connected to {address}"));
            (Box::new(stream), String::from("localhost"))
        }
    };
    phase.set(Phase::Hello);
    let (stream, outside) = Witness::new(stream);
    let stream: Box<dyn Io> = match config {
        Some(config) => {
            let stream = secured(route, config, stream, &outside, &mut facts).await?;
            phase.set(Phase::Secured);
            Box::new(stream)
        }
        None => Box::new(stream),
    };
    let (stream, inside) = Witness::new(stream);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.max_header_list_size(CALL_HEADERS_MAX);
    // Calls that wait for their turn take no room from the first in line.
    builder.initial_stream_window_size(CALL_WINDOW);
    builder.initial_connection_window_size(CALL_WINDOW * (CALLS_IN_FLIGHT as u32 + 1));
    let (sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| faults::broken(address, &faults::reason(&error)))?;
    let ended = Arc::new(Mutex::new(None));
    let (shared, seen) = (Arc::clone(&ended), Arc::clone(&inside));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(faults::reason(&error));
        }
        // It may have failed where it writes, so that nobody reads any more.
        seen.end();
    });
    match inside.first().await {
        Start::Http2 => {}
        Start::Nothing => return Err(faults::closed(address, inside.tls().as_ref())),
        Start::Other(start) => return Err(faults::not_http2(address, &start)),
    }
    let scheme = if address.tls { "https" } else { "http" };
    Ok(Link { sender, scheme, authority, facts, ended })
}

async fn tcp(
    address: &Address,
    host: &str,
    port: u16,
    within: Duration,
    phase: &Come,
) -> Result<TcpStream> {
    let found = lookup_host((host, port)).await.map_err(|error| faults::name(host, &error))?;
    let found: Vec<SocketAddr> = found.collect();
    phase.set(Phase::Socket);
    // One that does not answer leaves time for the others.
    let each = within / found.len().max(1).try_into().unwrap_or(u32::MAX);
    let mut last = None;
    for place in &found {
        match timeout(each, TcpStream::connect(place)).await {
            Ok(Ok(stream)) => {
                // Small messages are not to wait for one another. Where that
                // cannot be set they do.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(faults::socket(address, &error)),
            Err(_) => {}
        }
    }
    Err(match (last, found.is_empty()) {
        (Some(error), _) => error,
        (None, true) => faults::no_address(host),
        (None, false) => faults::too_late(address, Phase::Socket, within),
    })
}

fn tls_config(route: &Route) -> Result<Arc<ClientConfig>> {
    let trust = match (&route.ca, route.insecure) {
        (_, true) => Trust::Anybody,
        (Some(ca), false) => Trust::Only(ca),
        (None, false) => Trust::System,
    };
    let identity = route.identity.as_ref();
    let identity = identity.map(|(certificate, key)| Identity { certificate, key });
    tls::client(trust, identity.as_ref())
}

async fn secured<S: Io>(
    route: &Route,
    config: Arc<ClientConfig>,
    stream: Witness<S>,
    outside: &Seen,
    facts: &mut Vec<String>,
) -> Result<impl Io + use<S>> {
    let address = &route.address;
    let host = match &address.place {
        Place::Host { host, .. } => host.clone(),
        Place::Unix(_) => String::from("localhost"),
    };
    let name = ServerName::try_from(host)
        .map_err(|_| Error::usage(format!("{address} has no name that a certificate can have")))?;
    let stream = TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(|error| faults::handshake(address, &error, &outside.start()))?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|version| version.as_str());
    let suite = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    facts.push(format!("{} with {}", version.unwrap_or("TLS"), suite.unwrap_or("a cipher")));
    if route.insecure {
        facts.push(String::from("whose server it is was not verified (--insecure)"));
    }
    Ok(stream)
}
