//! Which database a command works on.

use std::path::PathBuf;

use super::args::DatabaseOption;
use crate::error::Error;
use crate::repository::{PostgresUrl, Repository, RunLock};

/// Where the password of `PostgreSQL` stands when the address has none: other users of a machine can
/// read command lines.
const PASSWORD_VARIABLE: &str = "LEDGERLY_DATABASE_PASSWORD";

/// The fake gateway's ledger when there is no file to put it beside.
const LEDGER: &str = "ledgerly.gateway";

/// The address, if the database is one of `PostgreSQL`.
pub(super) fn url(option: &DatabaseOption) -> Result<Option<PostgresUrl>, Error> {
    let Some(text) = option.database.to_str() else {
        return Ok(None);
    };
    if !PostgresUrl::is_meant_by(text) {
        return Ok(None);
    }
    let url: PostgresUrl = text.parse()?;
    let password = std::env::var(PASSWORD_VARIABLE).ok();
    Ok(Some(url.with_password(password.as_deref())))
}

/// The database, which must be there.
pub(super) fn open(option: &DatabaseOption) -> Result<Repository, Error> {
    match url(option)? {
        Some(url) => Repository::connect(&url, false),
        None => Ok(Repository::open(&option.database)?),
    }
}

/// The database for a command that charges: of a file nobody else does at the same time; in
/// `PostgreSQL` workers share what there is to do.
pub(super) fn open_to_charge(
    option: &DatabaseOption,
    purpose: &str,
) -> Result<(Repository, Option<RunLock>), Error> {
    let repository = open(option)?;
    let lock = match url(option)? {
        Some(_) => None,
        None => Some(RunLock::take(&option.database, purpose)?),
    };
    Ok((repository, lock))
}

/// The fake gateway's ledger stands beside the database, as a file of its own.
pub(super) fn gateway_ledger(option: &DatabaseOption) -> Result<PathBuf, Error> {
    if url(option)?.is_some() {
        return Ok(PathBuf::from(LEDGER));
    }
    let mut path = option.database.as_os_str().to_owned();
    path.push(".gateway");
    Ok(PathBuf::from(path))
}
