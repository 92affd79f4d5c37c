//! Where the server listens.

use std::fs;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net as unix;
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, TcpSocket, UnixListener};

use super::connection::Socket;
use crate::error::{Error, Result, reason};
use crate::escape::{quote, word};
use crate::rpc::address::Place;

/// Connections that wait to be taken in; Linux has 4096 as its own limit.
const BACKLOG: u32 = 1024;

/// A place where somebody can come.
pub struct Listener {
    kind: Kind,
    /// The address with the real port.
    shown: String,
    /// Goes when the listener does.
    _file: Option<SocketFile>,
}

enum Kind {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// The file of a socket, which goes when the server does.
struct SocketFile {
    path: PathBuf,
    /// Its device and its number, so that the file of another, put there
    /// since, stays.
    id: (u64, u64),
}

impl Listener {
    /// Listens at `place`.
    ///
    /// # Errors
    ///
    /// The place is taken, or cannot be had.
    pub fn bind(place: &Place) -> Result<Self> {
        match place {
            Place::Host { host, port } => tcp(place, host, *port),
            Place::Unix(path) => {
                let (listener, file) = socket(path)?;
                let shown = place.to_string();
                Ok(Listener { kind: Kind::Unix(listener), shown, _file: Some(file) })
            }
        }
    }

    /// Waits for somebody.
    ///
    /// # Errors
    ///
    /// Somebody went again, or there are no descriptors.
    pub async fn accept(&self) -> io::Result<Socket> {
        match &self.kind {
            Kind::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // An answer is to go out whole at once, and not to wait for more.
                stream.set_nodelay(true)?;
                Ok(Socket::Tcp(stream))
            }
            Kind::Unix(listener) => Ok(Socket::Unix(listener.accept().await?.0)),
        }
    }

    /// The address, with the real port.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // What cannot be removed is replaced at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

fn tcp(place: &Place, host: &str, port: u16) -> Result<Listener> {
    let addresses = (host, port).to_socket_addrs().map_err(|_| {
        Error::failure(format!("the name {} is not found", quote(host))).hint(
            "`--listen 127.0.0.1:8001` is for this machine only, `--listen 0.0.0.0:8001` for all",
        )
    })?;
    let mut bound = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        bound = listen(address);
        if bound.is_ok() {
            break;
        }
    }
    match bound {
        Ok((listener, address)) => {
            let shown = address.to_string();
            Ok(Listener { kind: Kind::Tcp(listener), shown, _file: None })
        }
        Err(error) => Err(cannot_bind(place, &error, port)),
    }
}

fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that was just ended leaves connections that hold the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

#[cold]
fn cannot_bind(place: &Place, error: &io::Error, port: u16) -> Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Error::failure(format!("another program listens on {place} already"))
                .hint("say `--listen 127.0.0.1:0` for any port that is free, or name another")
        }
        io::ErrorKind::AddrNotAvailable => {
            Error::failure(format!("{place} is no address of this machine"))
                .hint("`--listen 0.0.0.0:PORT` listens at all of its addresses")
        }
        io::ErrorKind::PermissionDenied if port < 1024 => {
            Error::failure(format!("nobody but root may listen on {place}"))
                .hint("choose a port from 1024")
        }
        _ => cannot(place, error),
    }
}

fn cannot(place: &Place, error: &io::Error) -> Error {
    let reason = reason(error);
    Error::failure(format!("{place} cannot be listened on: {}", word(&reason)))
}

fn socket(path: &Path) -> Result<(UnixListener, SocketFile)> {
    let place = Place::Unix(path.to_owned());
    make_room(path, &place)?;
    let bound = UnixListener::bind(path).and_then(|listener| Ok((listener, id(path)?)));
    match bound {
        Ok((listener, id)) => Ok((listener, SocketFile { path: path.to_owned(), id })),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::NotFound => {
                Error::failure(format!("the directory of {place} is not there"))
            }
            // Of a path of more than 107 bytes.
            io::ErrorKind::InvalidInput => {
                Error::failure(format!("the path of {place} is too long for a socket"))
                    .hint("the system takes about 100 bytes: use a path relative to here")
            }
            _ => cannot(&place, &error),
        }),
    }
}

/// Removes a socket that nobody listens at: a server that was killed leaves it.
fn make_room(path: &Path, place: &Place) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.file_type().is_socket() {
        return Err(Error::failure(format!("{place} is there already, and is no socket"))
            .hint("name a file that is not there"));
    }
    match unix::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| cannot(place, &error))
        }
        Err(error) => Err(cannot(place, &error)),
        Ok(_) => Err(Error::failure(format!("another program listens on {place} already"))
            .hint("name another file")),
    }
}
