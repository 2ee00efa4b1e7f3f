//! Where a `PostgreSQL` database is, and how the way to it is protected.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};

use super::tls::{Check, Tls};
use crate::repository::RepositoryError;

/// Where a `PostgreSQL` database is. It is never shown: a password may stand in it.
///
/// `sslmode` means what it means to `PostgreSQL`'s own clients, with two exceptions: a database on another
/// machine is reached by TLS alone, and unless the address says otherwise its certificate and its name
/// are checked (`verify-full`).
#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) config: Config,
    tls: Option<Tls>,
}

impl PostgresUrl {
    /// Whether `text` is meant to be the address of such a database.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The same with a password, unless it has one.
    #[must_use]
    pub fn with_password(mut self, password: Option<&str>) -> Self {
        if let (None, Some(password)) = (self.config.get_password(), password) {
            self.config.password(password);
        }
        self
    }

    pub(super) fn connect(&self) -> Result<Client, RepositoryError> {
        match &self.tls {
            None => Ok(self.config.connect(NoTls)?),
            Some(tls) => Ok(self.config.connect(tls.connector()?)?),
        }
    }
}

impl FromStr for PostgresUrl {
    type Err = RepositoryError;

    fn from_str(text: &str) -> Result<Self, RepositoryError> {
        let (address, options) = split(text);
        let mut config: Config = address
            .parse()
            .map_err(|_| refused("is not one of PostgreSQL"))?;
        if config.get_dbname().is_none() {
            return Err(refused("names no database"));
        }
        // An address may stand beside the name of a host, and counts before it.
        let mut addresses = config.get_hostaddrs().iter();
        let is_here = config.get_hosts().iter().all(is_local) && addresses.all(IpAddr::is_loopback);
        let tls = options.tls(is_here)?;
        let mode = match &tls {
            None => SslMode::Disable,
            Some((mode, _)) => *mode,
        };
        config.ssl_mode(if config.get_hosts().iter().all(is_socket) {
            SslMode::Disable
        } else {
            mode
        });
        let tls = tls.map(|(_, tls)| tls);
        Ok(Self { config, tls })
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PostgresUrl(redacted)")
    }
}

fn refused(problem: &str) -> RepositoryError {
    RepositoryError::InvalidUrl {
        problem: problem.to_owned(),
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Nobody listens on a socket of this machine.
fn is_socket(host: &Host) -> bool {
    !matches!(host, Host::Tcp(_))
}

/// What an address says about TLS; the client's own parser knows a part of it.
#[derive(Default)]
struct Options {
    mode: Option<String>,
    tls: Tls,
}

/// The address without what it says about TLS, and that.
fn split(text: &str) -> (String, Options) {
    let mut options = Options::default();
    let Some((place, query)) = text.split_once('?') else {
        return (text.to_owned(), options);
    };
    let is_other = |pair: &&str| {
        // In an address a plus sign is one.
        let escaped = pair.replace('+', "%2B");
        let Some((name, value)) = form_urlencoded::parse(escaped.as_bytes()).next() else {
            return true;
        };
        match &*name {
            "sslmode" => options.mode = Some(value.into_owned()),
            "sslrootcert" if value == "system" => options.tls.root = None,
            "sslrootcert" => options.tls.root = Some(value.into_owned().into()),
            "sslcert" => options.tls.certificate = Some(value.into_owned().into()),
            "sslkey" => options.tls.key = Some(value.into_owned().into()),
            _ => return true,
        }
        false
    };
    let others: Vec<_> = query.split('&').filter(is_other).collect();
    let address = match others.as_slice() {
        [] => place.to_owned(),
        _ => format!("{place}?{}", others.join("&")),
    };
    (address, options)
}

impl Options {
    /// Whether TLS must be, or is only preferred, and what is checked; `None` for none at all.
    fn tls(self, is_here: bool) -> Result<Option<(SslMode, Tls)>, RepositoryError> {
        let (mode, check) = match self.mode.as_deref() {
            None | Some("disable") if is_here => return Ok(None),
            Some("allow" | "prefer") if is_here => (SslMode::Prefer, Check::Nothing),
            Some("disable" | "allow" | "prefer") => {
                return Err(refused(
                    "is on another machine, and without TLS invoices could be read on their way (allowed there: sslmode=verify-full, verify-ca, require)",
                ));
            }
            // As with PostgreSQL's own clients: where there is a root, it counts.
            Some("require") if self.tls.root.is_none() => (SslMode::Require, Check::Nothing),
            Some("require" | "verify-ca") => (SslMode::Require, Check::Issuer),
            None | Some("verify-full") => (SslMode::Require, Check::IssuerAndName),
            Some(_) => {
                return Err(refused(
                    "has an sslmode that there is not (allowed: disable, allow, prefer, require, verify-ca, verify-full)",
                ));
            }
        };
        if self.tls.certificate.is_some() != self.tls.key.is_some() {
            return Err(refused("has one of sslcert and sslkey without the other"));
        }
        Ok(Some((mode, Tls { check, ..self.tls })))
    }
}
