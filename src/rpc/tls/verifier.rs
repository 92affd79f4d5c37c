//! What decides about the certificate of a server where it is not webpki alone:
//! for `--ca`, and for `--insecure`.

use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// Looks at a certificate as it is told to, and at signatures always: they
/// belong to TLS itself.
#[derive(Debug)]
pub(super) struct Verifier {
    /// What knows the algorithms of signatures.
    pub provider: Arc<CryptoProvider>,
    /// Whose certificates are good.
    pub accepted: Accepted,
}

/// Whose certificates are good.
#[derive(Debug)]
pub(super) enum Accepted {
    /// Anybody's. What is said over the connection is encrypted all the same; who
    /// hears it is not known.
    Anybody,
    /// What webpki takes, and what was named.
    ///
    /// What `openssl req -x509` makes is the certificate of a server and that of an
    /// authority in one, which webpki refuses as a server's. Whoever names that
    /// very certificate trusts it all the same, as openssl does.
    Named {
        /// What decides about all others.
        webpki: Arc<WebPkiServerVerifier>,
        /// The certificates that were named.
        certificates: Vec<CertificateDer<'static>>,
    },
}

/// Whether a certificate was refused as one of an authority that is shown as a
/// server's.
pub fn is_authority(error: &CertificateError) -> bool {
    of_webpki(error) == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// Whether it was refused for its version: openssl makes version 1 where it is
/// told of no extensions.
pub fn is_version_1(error: &CertificateError) -> bool {
    of_webpki(error) == Some(&webpki::Error::UnsupportedCertVersion)
}

fn of_webpki(error: &CertificateError) -> Option<&webpki::Error> {
    let CertificateError::Other(other) = error else { return None };
    other.0.downcast_ref()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Accepted::Named { webpki, certificates } = &self.accepted else {
            return Ok(ServerCertVerified::assertion());
        };
        let refused = match webpki.verify_server_cert(certificate, between, name, ocsp, now) {
            Err(Error::InvalidCertificate(refused)) => refused,
            verified => return verified,
        };
        // The dates come before what it may be used for, so they are right.
        if !is_authority(&refused) || !certificates.contains(certificate) {
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
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
