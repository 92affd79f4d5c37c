//! Certificates that the user has named, for `--ca`.
//!
//! What `openssl req -x509` makes is the certificate of a server and that of an
//! authority in one, which webpki refuses as a server's. Whoever names that very
//! certificate trusts it all the same, as openssl does.

use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// Trusts what webpki does, and what was named.
#[derive(Debug)]
pub(super) struct Named {
    /// What decides about all others, and about signatures.
    pub webpki: Arc<WebPkiServerVerifier>,
    /// The certificates that were named.
    pub certificates: Vec<CertificateDer<'static>>,
}

/// Whether a certificate was refused as one of an authority that is shown as a
/// server's.
pub fn is_authority(error: &CertificateError) -> bool {
    let CertificateError::Other(other) = error else { return false };
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let refused = match self.webpki.verify_server_cert(certificate, between, name, ocsp, now) {
            Err(Error::InvalidCertificate(refused)) => refused,
            verified => return verified,
        };
        // The dates come before what it may be used for, so they are right.
        if !is_authority(&refused) || !self.certificates.contains(certificate) {
            return Err(Error::InvalidCertificate(refused));
        }
        verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
