//! What is particular to a run of this machine's share of the tests.

use super::again;
use crate::error::Error;
use crate::stage::{Context, Shared, lock};
use crate::suite::{Share, Tested};

/// The division of which this machine has no test that runs, although there are tests.
pub(super) fn none_is_mine(tested: &Tested) -> Option<Share> {
    let counts = tested.transcript.counts();
    let share = tested.share.as_ref()?;
    let none = counts.failed + counts.passed == 0 && share.len() < share.units.len();
    none.then(|| share.clone())
}

/// Where sharing profiles between programs has torn one, the share runs again without sharing:
/// whoever merges cannot do it later.
pub(super) fn mend(context: &Context, shared: &Shared) -> Result<(), Error> {
    let Some(profiles) = lock(&shared.profiles).clone() else {
        return Ok(());
    };
    if !profiles.are_whole()? {
        context
            .console
            .say("coverage: a shared profile is torn; running the tests again, a profile each");
        *lock(&shared.profiles) = Some(again(context, shared, &profiles)?);
    }
    Ok(())
}
