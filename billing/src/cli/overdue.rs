//! `ledgerly invoice overdue`.

use std::path::Path;

use super::args::OverdueOptions;
use super::clock;
use super::database;
use super::exit::ExitStatus;
use crate::error::Error;
use crate::late_fee;
use crate::write::{ListWriter, Target};

const HEADER: &[&str] = &["invoice_id", "days_overdue", "late_fee", "due", "currency"];

/// Raises late fees and lists them.
pub(super) fn raise(options: &OverdueOptions) -> Result<ExitStatus, Error> {
    let (mut repository, _lock) = database::open_to_charge(&options.database, "raising late fees")?;
    let as_of = options.as_of.map_or_else(clock::today, Ok)?;
    let target = Target::create(Path::new("-"))?;
    let mut writer = ListWriter::new(target, options.format, HEADER);
    let failed = |error| Error::io("writing", "the output", error);
    late_fee::raise(&mut repository, as_of, options.dry_run, &mut |overdue| {
        let (days, fee, due) = (
            overdue.days_overdue.to_string(),
            overdue.late_fee.to_string(),
            overdue.due.to_string(),
        );
        let cells = [
            overdue.invoice_id.as_str(),
            &days,
            &fee,
            &due,
            &overdue.currency,
        ];
        writer.row(&cells, overdue).map_err(failed)
    })?;
    writer.finish().map_err(failed)?.publish()?;
    Ok(ExitStatus::Done)
}
