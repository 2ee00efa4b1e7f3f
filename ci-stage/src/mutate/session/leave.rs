//! Judging this machine's share of the mutants, and leaving what the others need of it.

use super::slack::numbers;
use super::{Session, Sweep, json};
use crate::console::{Format, complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate::runner::Runner;
use crate::mutate::share::Share;
use crate::mutate::show;
use crate::mutate::state::State;
use crate::settings::Settings;
use crate::shard::{Draft, Identity, MATRIX, Sharding, Work};

impl Session<'_> {
    /// Judges a share of the chosen mutants; the gates are held where all shares are merged.
    pub(super) fn share(
        &self,
        state: &State,
        runner: Option<&Runner>,
        sharding: &Sharding,
    ) -> Result<ExitCode, Error> {
        let settings = Settings::read(self.workspace)?;
        let asked = [
            ("selection", format!("{:?}", self.arguments.selected())),
            ("judges", format!("{:?}", self.lab.judges)),
            ("operators", self.arguments.operators_asked()),
        ];
        let asked = asked.map(|(name, value)| (name.to_owned(), value));
        let identity = Identity::of(self.workspace, &settings, asked)?;
        let shard = sharding.shard;
        let draft = Draft::begin(self.workspace, "mutate", sharding, &identity)?;
        let chosen = self.chosen(state)?;
        let division = Share::of(state, &chosen, sharding);
        let by = division.by.clone();
        let numbers = numbers(state, &chosen).into_iter().map(|literal| {
            let name = literal.selectors.last().cloned().unwrap_or_default();
            (literal.constant, name)
        });
        let work = Work::Mutants(division.part(numbers.collect()));
        let sweep = Sweep {
            share: Some(division),
            chosen,
        };
        let matrix = self.matrix(state, runner, &sweep, self.question())?;
        match self.format {
            Format::Text => print(show::matrix(&matrix).trim_end()),
            Format::Json => print(json(&matrix)?),
        }
        let file = draft.file(MATRIX);
        std::fs::write(&file, json(&matrix)? + "\n").map_err(Error::io("write", &file))?;
        let folder = draft.finish(shard, identity, &by, work)?;
        complain(format_args!(
            "shard {shard}: {} of {} mutants, divided by {by}, in {}",
            matrix.mutants.len(),
            sweep.chosen.len(),
            folder.display()
        ));
        Ok(ExitCode::Passed)
    }
}
