//! `ledgerly db backup|check`.

use super::args::{BackupOptions, CheckOptions};
use super::exit::ExitStatus;
use super::invoice::print;
use crate::error::Error;
use crate::repository::SqliteRepository;
use crate::write::{printable, temporary_beside};

/// Copies the database into a new file, for its owner alone.
pub(super) fn backup(options: &BackupOptions) -> Result<ExitStatus, Error> {
    let repository = SqliteRepository::open(&options.database.database)?;
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
    let problems = SqliteRepository::open(&options.database.database)?.problems()?;
    if problems.is_empty() {
        return print("no problem found\n");
    }
    let lines = problems
        .iter()
        .map(|problem| format!("{}\n", printable(problem)));
    print(&lines.collect::<String>())?;
    Ok(ExitStatus::Different)
}
