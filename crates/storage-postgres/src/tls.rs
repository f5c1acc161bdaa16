//! How a connection is kept from being read on its way: TLS to every server that is not this machine, unless the
//! address says `sslmode=disable`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiyin_storage::StoreError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// It does not leave this machine.
    Local,
    /// Sent in plain to another machine, because the address says `sslmode=disable`.
    Plain,
    /// Encrypted; whose certificate it is was not checked.
    Encrypted,
    /// Encrypted, and the certificate is checked against the authority that is named.
    Verified,
}

/// Why the way cannot be protected as it must be.
#[derive(Debug, Error)]
pub(crate) enum Unusable {
    /// A certificate file that cannot be read.
    #[error("the certificate file `{}` cannot be used: {why}", path.display())]
    Certificate { path: PathBuf, why: String },
    /// TLS needs the name the certificate is for.
    #[error("`database` has `hostaddr` and no `host`: add `host=` with the name that the server's certificate is for")]
    Nameless,
    /// The library refuses its own defaults.
    #[error("TLS cannot be set up: {0}")]
    Library(rustls::Error),
}

/// Settles how the connection is protected; a socket never leaves the machine. Otherwise, and makes the connector. With
/// an `authority` (PEM, one certificate or several) TLS is always used. Without one, the way within a machine is plain
/// unless `sslmode=require` is said, and `prefer`, the default of PostgreSQL, counts as `require` to another machine:
/// it would fall back to plain without a word.
pub(crate) fn settle(
    config: &mut Config,
    authority: Option<&Path>,
) -> Result<(Protection, MakeRustlsConnect), Unusable> {
    let said = config.get_ssl_mode();
    let protection = match (said, authority) {
        _ if is_socket(config) => Protection::Local,
        (SslMode::Disable, _) if is_local(config) => Protection::Local,
        (SslMode::Disable, _) => Protection::Plain,
        (_, Some(_)) => Protection::Verified,
        (SslMode::Prefer, None) if is_local(config) => Protection::Local,
        (_, None) => Protection::Encrypted,
    };
    if matches!(protection, Protection::Encrypted | Protection::Verified) && config.get_hosts().is_empty() {
        return Err(Unusable::Nameless);
    }
    config.ssl_mode(match protection {
        Protection::Local | Protection::Plain => SslMode::Disable,
        Protection::Encrypted | Protection::Verified => SslMode::Require,
    });
    let provider = Arc::new(ring::default_provider());
    let client = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let client = client.map_err(Unusable::Library)?;
    let client = match authority {
        Some(path) => client.with_root_certificates(roots(path)?),
        None => client.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
    };
    Ok((protection, MakeRustlsConnect::new(client.with_no_client_auth())))
}

/// Whether every host is a socket: PostgreSQL has no TLS there.
fn is_socket(config: &Config) -> bool {
    #[cfg(unix)]
    return config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
    #[cfg(not(unix))]
    false
}

/// Whether every address of the configuration is on this machine.
fn is_local(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// What the programs of PostgreSQL need to reach the same database in the same way, as a section of its service file:
/// the password stands in no command line, which every account of the machine can read.
///
/// # Errors
/// [`StoreError::Unavailable`] when the address or the certificate file cannot be used.
pub fn service(name: &str, url: &str, authority: Option<&Path>) -> Result<String, StoreError> {
    let mut config: Config = url.parse().map_err(StoreError::unavailable)?;
    let protection = settle(&mut config, authority).map_err(StoreError::unavailable)?.0;
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.to_string_lossy().into_owned(),
        })
        .collect();
    let join = |each: Vec<String>| Some(each.join(",")).filter(|all| !all.is_empty());
    let mode = match protection {
        Protection::Local | Protection::Plain => "disable",
        Protection::Encrypted => "require",
        Protection::Verified => "verify-full",
    };
    let target = match config.get_target_session_attrs() {
        TargetSessionAttrs::ReadWrite => Some("read-write"),
        TargetSessionAttrs::ReadOnly => Some("read-only"),
        _ => None,
    };
    let binding = match config.get_channel_binding() {
        ChannelBinding::Disable => Some("disable"),
        ChannelBinding::Require => Some("require"),
        _ => None,
    };
    let lines = [
        ("host", join(hosts)),
        ("hostaddr", join(config.get_hostaddrs().iter().map(IpAddr::to_string).collect())),
        ("port", join(config.get_ports().iter().map(u16::to_string).collect())),
        ("user", config.get_user().map(str::to_owned)),
        ("password", config.get_password().map(|p| String::from_utf8_lossy(p).into_owned())),
        ("dbname", config.get_dbname().map(str::to_owned)),
        ("options", config.get_options().map(str::to_owned)),
        ("sslmode", Some(mode.to_owned())),
        ("target_session_attrs", target.map(str::to_owned)),
        ("channel_binding", binding.map(str::to_owned)),
        ("sslrootcert", authority.map(|path| path.display().to_string())),
    ];
    let lines = lines.into_iter().filter_map(|(key, value)| Some(format!("{key}={}\n", value?)));
    Ok(format!("[{name}]\n{}", lines.collect::<String>()))
}

fn roots(path: &Path) -> Result<RootCertStore, Unusable> {
    let unusable = |why: String| Unusable::Certificate { path: path.to_owned(), why };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        Err(unusable("there is no certificate (`-----BEGIN CERTIFICATE-----`) in it".into()))
    } else {
        Ok(roots)
    }
}

/// Takes the certificate of any server, as `sslmode=require` of PostgreSQL does: it keeps out who listens, not who
/// stands in between.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn settled(address: &str) -> Protection {
        settle(&mut address.parse().unwrap(), None).unwrap().0
    }

    #[test]
    fn names_never_leave_the_machine_in_plain_unless_that_is_said() {
        for local in [
            "host=127.0.0.1 user=x",
            "host=localhost user=x",
            "host=/run/postgresql user=x",
            "host=db.example hostaddr=127.0.0.1 user=x",
            "user=x host=::1",
        ] {
            assert_eq!(settled(local), Protection::Local, "{local}");
        }
        for socket in ["host=/run/postgresql user=x sslmode=require", "user=x sslmode=require host=/tmp"] {
            assert_eq!(settled(socket), Protection::Local, "{socket}");
        }
        assert!(matches!(settle(&mut "hostaddr=10.0.0.7 user=x".parse().unwrap(), None), Err(Unusable::Nameless)));
        for away in [
            "host=db.example user=x",
            "host=10.0.0.7 user=x sslmode=prefer",
            "host=127.0.0.1,10.0.0.7 user=x",
            "postgresql://x@db.example/huiyin",
            "host=localhost hostaddr=10.0.0.7 user=x",
        ] {
            assert_eq!(settled(away), Protection::Encrypted, "{away}");
        }
        assert_eq!(settled("host=127.0.0.1 user=x sslmode=require"), Protection::Encrypted);
        assert_eq!(settled("host=10.0.0.7 user=x sslmode=disable"), Protection::Plain);
    }
}
