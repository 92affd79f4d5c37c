//! Certificates, keys, and whom to trust. TLS is rustls with ring.

mod verifier;

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore, ServerConfig};

use crate::error::{Error, Result};
use crate::escape::{quote, word};

use verifier::{Accepted, Verifier};

pub use verifier::{is_authority, is_version_1};

/// What is wrong with a certificate without extensions.
pub const OF_VERSION_1: &str = "is of version 1 of X.509, and TLS takes version 3";

/// How to make one that is right.
pub const VERSION_3: &str = "openssl makes version 3 where there are extensions: \
     `openssl req -x509 … -addext subjectAltName=DNS:HOST`, or `openssl x509 -req … -extfile FILE`";

/// HTTP/2, as both sides name it.
const ALPN: &[u8] = b"h2";

/// A certificate chain, and the key that belongs to it: PEM files.
pub struct Identity<'p> {
    /// The certificate, and those between it and the root.
    pub certificate: &'p Path,
    /// The private key, not encrypted.
    pub key: &'p Path,
}

/// The TLS of a server. With `client_ca` only clients with a certificate that
/// one of those has signed are let in.
///
/// # Errors
///
/// A file that cannot be read or has none of what it is to have; a key that
/// is not the certificate's.
pub fn server(identity: &Identity<'_>, client_ca: Option<&Path>) -> Result<Arc<ServerConfig>> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider());
            let verifier = verifier.build().map_err(|error| failed(&error))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let (chain, key) = read(identity)?;
    let mut config =
        builder.with_single_cert(chain, key).map_err(|error| not_a_pair(identity, &error))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

/// Whom a client trusts to have signed the certificate of a server.
#[derive(Clone, Copy)]
pub enum Trust<'p> {
    /// Whom the system trusts.
    System,
    /// Those of a PEM file, and nobody else.
    Only(&'p Path),
    /// Whoever answers: nothing of the certificate is looked at.
    Anybody,
}

/// The TLS of a client; `identity` is what it shows of itself.
///
/// # Errors
///
/// As [`server`]; no certificates of the system.
pub fn client(trust: Trust<'_>, identity: Option<&Identity<'_>>) -> Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let verified = |accepted| Arc::new(Verifier { provider: provider(), accepted });
    let builder = match trust {
        Trust::System => builder.with_root_certificates(system_roots()?),
        Trust::Only(ca) => {
            builder.dangerous().with_custom_certificate_verifier(verified(named(ca)?))
        }
        Trust::Anybody => {
            builder.dangerous().with_custom_certificate_verifier(verified(Accepted::Anybody))
        }
    };
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = read(identity)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| not_a_pair(identity, &error))?
        }
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(identity: &Identity<'_>) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let key = PrivateKeyDer::from_pem_file(identity.key).map_err(|error| {
        match is_encrypted(identity.key) {
            true => {
                Error::failure(format!("the private key in {} is encrypted", shown(identity.key)))
                    .hint("`openssl pkey -in FILE -out KEY.pem` takes the password off")
            }
            false => unreadable(identity.key, "private key", &error),
        }
    })?;
    Ok((certificates(identity.certificate)?, key))
}

/// Whether a PEM file has a key that a password protects, as PKCS #8 has it or as
/// older files have it.
fn is_encrypted(path: &Path) -> bool {
    let marks = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "\nProc-Type: 4,ENCRYPTED"];
    let has_mark = |text: String| marks.iter().any(|mark| text.contains(mark));
    std::fs::read_to_string(path).is_ok_and(has_mark)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable = |error: pem::Error| unreadable(path, "certificate", &error);
    let all: std::result::Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect();
    let all = all.map_err(unreadable)?;
    if all.is_empty() {
        return Err(unreadable(pem::Error::NoItemsFound));
    }
    Ok(all)
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(path, &error))?;
    }
    Ok(roots)
}

/// Whom the certificates of a file have signed, and themselves.
fn named(ca: &Path) -> Result<Accepted> {
    let webpki =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ca)?), provider()).build();
    let webpki = webpki.map_err(|error| failed(&error))?;
    Ok(Accepted::Named { webpki, certificates: certificates(ca)? })
}

/// What is wrong with a certificate of a file.
fn unusable(path: &Path, error: &rustls::Error) -> Error {
    let name = shown(path);
    match error {
        rustls::Error::InvalidCertificate(CertificateError::BadEncoding) => {
            broken(path, "certificate")
        }
        rustls::Error::InvalidCertificate(error) if is_version_1(error) => {
            Error::failure(format!("the certificate in {name} {OF_VERSION_1}")).hint(VERSION_3)
        }
        error => Error::failure(format!("a certificate of {name} cannot be used: {error}")),
    }
}

fn system_roots() -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    // One that is broken takes nothing from the others.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(Error::failure("the system has no certificates that it trusts")
            .hint("name the server's own with `--ca FILE`"));
    }
    Ok(roots)
}

fn shown(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

fn unreadable(path: &Path, what: &str, error: &pem::Error) -> Error {
    let name = shown(path);
    match error {
        pem::Error::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            Error::failure(format!("there is no file {name}"))
        }
        pem::Error::Io(error) => {
            Error::failure(format!("the file {name} cannot be read: {}", word(&error.to_string())))
        }
        pem::Error::NoItemsFound => Error::failure(format!("there is no {what} in {name}")).hint(
            format!("it has to be a PEM file, with a line `-----BEGIN {}-----`", begin(what)),
        ),
        _ => broken(path, what),
    }
}

fn broken(path: &Path, what: &str) -> Error {
    Error::failure(format!("the {what} in {} is broken", shown(path)))
        .hint("it has to be a PEM file, as openssl writes it")
}

fn begin(what: &str) -> &'static str {
    if what == "certificate" { "CERTIFICATE" } else { "PRIVATE KEY" }
}

fn not_a_pair(identity: &Identity<'_>, error: &rustls::Error) -> Error {
    let (certificate, key) = (shown(identity.certificate), shown(identity.key));
    match error {
        rustls::Error::InconsistentKeys(_) => {
            Error::failure(format!("{key} is not the key of the certificate {certificate}"))
        }
        rustls::Error::InvalidCertificate(_) => unusable(identity.certificate, error),
        error => {
            Error::failure(format!("{certificate} and {key} cannot be used together: {error}"))
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Error {
    Error::failure(format!("TLS cannot be set up: {error}"))
}
