//! Takes connections in, each as far as its preface.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_rustls::rustls::ServerConfig;

use super::connection::{Connection, arrive};
use super::listen::Listener;
use super::slots::Slots;

/// How long is waited when the system has no descriptors left: asking again at
/// once would take a processor and change nothing.
const NO_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Hands on connections that speak HTTP/2, until `stop` changes; then the
/// listener is closed at once.
pub async fn accept(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    ready: mpsc::Sender<io::Result<Connection>>,
    mut stop: watch::Receiver<()>,
) {
    tokio::select! {
        _ = stop.changed() => {}
        () = forever(&listener, tls, ready) => {}
    }
}

async fn forever(
    listener: &Listener,
    tls: Option<Arc<ServerConfig>>,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let slots = Slots::of_system();
    loop {
        let socket = match listener.accept().await {
            Ok(socket) => socket,
            Err(error) if is_of_connection(&error) => continue,
            Err(_) => {
                tokio::time::sleep(NO_DESCRIPTORS).await;
                continue;
            }
        };
        let place = slots.take().await;
        let (tls, ready) = (tls.clone(), ready.clone());
        tokio::spawn(async move {
            if let Some(connection) = arrive(socket, place, tls).await {
                // If the server ends, so does the connection.
                let _ = ready.send(Ok(connection)).await;
            }
        });
    }
}

/// Whether only this connection failed: it was gone before it was taken in.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Interrupted
    )
}
