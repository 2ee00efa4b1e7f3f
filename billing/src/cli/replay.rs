//! `ledgerly explain --replay`.

use std::path::PathBuf;

use super::exit::ExitStatus;
use crate::error::Error;
use crate::replay::replay;
use crate::write::printable;

/// Replays the explanations of all inputs and says of each whether it holds.
pub(super) fn replay_all(inputs: &[PathBuf]) -> Result<ExitStatus, Error> {
    let mut status = ExitStatus::Done;
    for input in inputs {
        replay(input, &mut |replayed| {
            let id = printable(&replayed.invoice_id).into_owned();
            let text = match replayed.total {
                Ok(total) => format!("{id}: {total}, all {} amounts agree\n", replayed.amounts),
                Err(problem) => {
                    status = ExitStatus::Different;
                    format!("{id}: DOES NOT AGREE: {}\n", printable(&problem))
                }
            };
            super::invoice::print(&text).map(|_| ())
        })?;
    }
    Ok(status)
}
