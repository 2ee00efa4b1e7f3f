//! Doing this machine's share of the tests, and leaving what the others need of it.

use std::path::PathBuf;

use super::merged::{DOCTESTS, MAPS, TESTS};
use super::{CoveragePart, Draft, Identity, Sharding, TestPart, Work, maps_of};
use crate::cargo::TestScope;
use crate::coverage::Profiles;
use crate::error::Error;
use crate::pipeline::Run;
use crate::stage::{Shared, lock};
use crate::verdict::Verdict;

/// Runs a share of the tests and leaves its folder, whatever became of them.
///
/// # Errors
/// Those of the run; [`Error::Setup`] when sources changed while it went on.
pub fn tests(run: &Run, sharding: &Sharding, scope: &TestScope) -> Result<Left, Error> {
    let asked = [
        ("scope", format!("{scope:?}")),
        ("retries", run.options.retries.to_string()),
        ("time limit", format!("{:?}", run.options.limits.test)),
        ("coverage", run.options.measure.to_string()),
        (
            "compile",
            if run.options.fused { "fused" } else { "plain" }.to_owned(),
        ),
    ];
    let asked = asked.map(|(name, value)| (name.to_owned(), value));
    let identity = Identity::of(&run.workspace, &run.settings, asked.clone())?;
    let draft = Draft::begin(&run.workspace, "test", sharding, &identity)?;
    let (verdict, shared) = run.carry_out()?;
    let now = Identity::of(&run.workspace, &run.settings, asked)?;
    if let Some(difference) = now.difference_in_sources(&identity) {
        return Err(Error::Setup(format!(
            "sources changed while the shard ran: it {difference}; run it again"
        )));
    }
    let report = verdict.stages.first().cloned();
    let report = report.ok_or_else(|| Error::Setup("no stage ran".into()))?;
    let share = lock(&shared.share).take();
    let measured = run.options.measure && *scope == TestScope::Workspace;
    let coverage = if report.has_passed() && measured {
        counted(run, &shared, &draft)?
    } else {
        None
    };
    let compiler = lock(&shared.compiler_said).take();
    let programs = std::mem::take(&mut *lock(&shared.programs));
    let (units, by) = share.map_or_else(Default::default, |share| (share.units, share.by));
    let number = sharding.shard.number;
    let mine = units.iter().filter(|unit| unit.shard == number).count();
    let all = units.len();
    let work = Work::Tests(Box::new(TestPart {
        scope: scope.clone(),
        measured,
        division: units,
        report,
        compiler,
        programs,
        coverage,
    }));
    let folder = draft.finish(sharding.shard, identity, &by, work)?;
    Ok(Left {
        verdict,
        folder,
        mine,
        all,
        by,
    })
}

/// What a machine has left.
#[derive(Debug)]
pub struct Left {
    /// The verdict on its share.
    pub verdict: Verdict,
    /// The folder.
    pub folder: PathBuf,
    /// How many tests fell to it.
    pub mine: usize,
    /// How many tests there are.
    pub all: usize,
    /// By what they were divided.
    pub by: String,
}

fn counted(run: &Run, shared: &Shared, draft: &Draft) -> Result<Option<CoveragePart>, Error> {
    let Some(profiles) = lock(&shared.profiles).clone() else {
        return Ok(None);
    };
    if !profiles.pack_tests(&draft.file(TESTS))? {
        return Err(Error::Setup(
            "a profile of the tests is torn; run the shard again".into(),
        ));
    }
    profiles.pack_doctests(&draft.file(DOCTESTS))?;
    let maps = maps_of(profiles.programs())?;
    maps.write(&draft.file(MAPS))?;
    let here = Profiles::here(&run.workspace)?;
    Ok(Some(CoveragePart {
        root: here.root,
        ignored: here.ignored,
        maps: maps.digest,
    }))
}
