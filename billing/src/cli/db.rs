//! `ledgerly db backup|check|adopt|migrate|role`.

use super::args::{AdoptOptions, BackupOptions, CheckOptions, MigrateOptions, RoleOptions};
use super::database;
use super::exit::ExitStatus;
use super::invoice::print;
use crate::error::Error;
use crate::repository::{InvoiceRepository, Repository, role_sql};
use crate::write::{printable, temporary_beside};

/// Copies the database into a new file, for its owner alone.
pub(super) fn backup(options: &BackupOptions) -> Result<ExitStatus, Error> {
    let repository = database::open(&options.database)?;
    let failed = |error| Error::io("creating", options.file.display(), error);
    let aside = temporary_beside(&options.file).map_err(failed)?;
    repository.copy_into(aside.path())?;
    aside.as_file().sync_all().map_err(failed)?;
    aside
        .persist_noclobber(&options.file)
        .map_err(|error| failed(error.error))?;
    Ok(ExitStatus::Done)
}

/// Checks the database.
pub(super) fn check(options: &CheckOptions) -> Result<ExitStatus, Error> {
    let problems = database::open(&options.database)?.problems()?;
    if problems.is_empty() {
        return print("no problem found\n");
    }
    let lines = problems
        .iter()
        .map(|problem| format!("{}\n", printable(problem)));
    print(&lines.collect::<String>())?;
    Ok(ExitStatus::Different)
}

/// Takes the name of a lost database.
pub(super) fn adopt(options: &AdoptOptions) -> Result<ExitStatus, Error> {
    let (mut repository, _lock) =
        database::open_to_charge(&options.database, "taking another name")?;
    repository.adopt(&options.database_id)?;
    Ok(ExitStatus::Done)
}

/// Makes the tables, or brings them up to date.
pub(super) fn migrate(options: &MigrateOptions) -> Result<ExitStatus, Error> {
    match database::url(&options.database)? {
        Some(url) => drop(Repository::connect(&url, true)?),
        // A file is brought up to date whenever it is opened.
        None => drop(database::open(&options.database)?),
    }
    print("the database is up to date\n")
}

/// Prints the SQL that gives a role the rights it needs.
pub(super) fn role(options: &RoleOptions) -> Result<ExitStatus, Error> {
    print(&role_sql(&options.role))
}
