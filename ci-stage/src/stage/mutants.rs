//! The mutants that other machines have judged, put together and held against the gates.

use super::report::Outcome;
use super::{Context, Shared};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate;
use crate::settings::Percent;

pub use crate::mutate::Gates as MutantGates;

pub(super) fn run(
    context: &Context,
    shared: &Shared,
    gates: MutantGates,
) -> Result<Outcome, Error> {
    let merged = shared.merged.as_ref();
    let Some(matrix) = merged.and_then(|merged| merged.mutants.as_ref()) else {
        return Ok(Outcome::not_run("there is no sweep"));
    };
    let format = context.console.format();
    context
        .console
        .say(mutate::conclude(matrix, &context.workspace, format)?.trim_end());
    let class = mutate::verdict(matrix, gates);
    let (noticed, all) = (matrix.counts.detected(), matrix.counts.valid());
    let score = Percent::of(noticed as u64, all as u64);
    let mut summary = format!("{noticed} of {all} mutants noticed ({score:#} %)");
    if class != ExitCode::Passed {
        let asked = [
            gates.fail_under.map(|least| format!("at least {least} %")),
            gates
                .max_survivors
                .map(|most| format!("at most {most} unnoticed")),
        ];
        let asked: Vec<String> = asked.into_iter().flatten().collect();
        summary = format!("{summary}, asked for: {}", asked.join(", "));
    }
    Ok(Outcome::new(class, summary))
}
