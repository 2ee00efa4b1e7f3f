//! TLS on the way to the server, and how far its certificate is checked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::repository::RepositoryError;

/// How a connection is protected.
#[derive(Clone, Debug, Default)]
pub(super) struct Tls {
    pub(super) check: Check,
    /// Who may have issued the server's certificate; whom the system trusts when it is not told.
    pub(super) root: Option<PathBuf>,
    /// By what this client proves who it is.
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// What is checked of the server's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Check {
    /// Who issued it, and that it is that of the host.
    #[default]
    IssuerAndName,
    /// Who issued it.
    Issuer,
    /// Nothing: nobody can read along, but the server may be anybody.
    Nothing,
}

fn failed(problem: impl Into<String>) -> RepositoryError {
    RepositoryError::Tls(problem.into())
}

fn unreadable(path: &Path, error: &impl std::fmt::Display) -> RepositoryError {
    failed(format!("{}: {error}", path.display()))
}

impl Tls {
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, RepositoryError> {
        let provider = Arc::new(ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let chain = certificates(certificate)?;
                let private = PrivateKeyDer::from_pem_file(key);
                let private = private.map_err(|error| unreadable(key, &error))?;
                let config = config.with_client_auth_cert(chain, private);
                config.map_err(|error| unreadable(certificate, &error))?
            }
            _ => config.with_no_client_auth(),
        };
        Ok(MakeRustlsConnect::new(config))
    }

    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Verifier, RepositoryError> {
        let issuer = match self.check {
            Check::Nothing => None,
            Check::Issuer | Check::IssuerAndName => {
                let roots = Arc::new(self.roots()?);
                let provider = Arc::clone(provider);
                let builder = WebPkiServerVerifier::builder_with_provider(roots, provider);
                Some(builder.build().map_err(|error| failed(error.to_string()))?)
            }
        };
        Ok(Verifier {
            issuer,
            checks_name: self.check == Check::IssuerAndName,
            provider: Arc::clone(provider),
        })
    }

    fn roots(&self) -> Result<RootCertStore, RepositoryError> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = &self.root {
            for certificate in certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| unreadable(path, &error))?;
            }
            return Ok(roots);
        }
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(failed(
                "this system trusts nobody (install its certificates, such as the package ca-certificates, or name a file in sslrootcert)",
            ));
        }
        Ok(roots)
    }
}

/// The certificates in a PEM file: at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, RepositoryError> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<_, _>>);
    let found: Vec<_> = found.map_err(|error| unreadable(path, &error))?;
    if found.is_empty() {
        return Err(unreadable(path, &"there is no certificate in it"));
    }
    Ok(found)
}

/// Checks as much of a certificate as was asked for; that the server has its key is always checked.
#[derive(Debug)]
struct Verifier {
    issuer: Option<Arc<WebPkiServerVerifier>>,
    checks_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(issuer) = &self.issuer else {
            return Ok(ServerCertVerified::assertion());
        };
        match issuer.verify_server_cert(certificate, between, name, ocsp, now) {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.checks_name => Ok(ServerCertVerified::assertion()),
            checked => checked,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
