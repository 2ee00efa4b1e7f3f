//! The work of several machines as the work of one.

use std::collections::BTreeMap;

use super::{CoveragePart, Maps, Part, Set, TestPart, Unit, Work};
use crate::cargo::{TestScope, Workspace};
use crate::coverage::{Elsewhere, Profiles};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate::matrix::Matrix;
use crate::stage::{TestRun, repeat_command};
use crate::suite::{FlakyTest, Tested};
use crate::transcript::{Outcome, Suite, Transcript};

/// The names of the files beside a share of the tests.
pub(crate) const TESTS: &str = "tests.profdata";
pub(crate) const DOCTESTS: &str = "doctests.profdata";
pub(crate) const MAPS: &str = "coverage-maps.tar.zst";

/// What other machines have done of a run.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub(crate) tests: Option<MergedTests>,
    pub(crate) mutants: Option<Matrix>,
}

/// The tests of a run.
#[derive(Debug)]
pub(crate) struct MergedTests {
    /// Which they are.
    pub(crate) scope: TestScope,
    /// Their profiles, where they were measured and passed.
    pub(crate) profiles: Option<Profiles>,
    measured: bool,
    ran: Result<TestRun, Broken>,
}

/// A share that did not get to its tests.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    shard: String,
    class: ExitCode,
    why: String,
}

impl MergedTests {
    /// Puts the shares together.
    ///
    /// # Errors
    /// [`Error::Usage`] when a test was run by none or by two, or when what was counted differs.
    pub(crate) fn of(set: &Set, workspace: &Workspace) -> Result<Self, Error> {
        let shares: Vec<(&Part, &TestPart)> = set
            .parts()
            .filter_map(|part| match &part.manifest.work {
                Work::Tests(share) => Some((part, &**share)),
                Work::Mutants(_) => None,
            })
            .collect();
        let Some((_, first)) = shares.first() else {
            return Err(Error::Usage("these are no shards of tests".into()));
        };
        let scope = first.scope.clone();
        let measured = first.measured;
        let broken = shares.iter().find_map(|(part, share)| broken(part, share));
        if let Some(broken) = broken {
            return Ok(Self {
                scope,
                measured,
                profiles: None,
                ran: Err(broken),
            });
        }
        let tested = tested(&shares)?;
        // They divide the same tests, so the programs of one are those of all.
        let repeat = repeat_command(&first.programs, &tested.transcript);
        Ok(Self {
            profiles: profiles(&shares, workspace)?,
            scope,
            measured,
            ran: Ok(TestRun { tested, repeat }),
        })
    }

    /// Whether the run was measured, so that its coverage is to be held against the gates.
    pub(crate) fn is_measured(&self) -> bool {
        self.measured
    }

    /// The run, as this machine would have seen it.
    ///
    /// # Errors
    /// That with which a shard ended before its tests.
    pub(crate) fn run(&self) -> Result<TestRun, Error> {
        let Broken { shard, class, why } = match &self.ran {
            Ok(run) => return Ok(run.clone()),
            Err(broken) => broken,
        };
        Err(match class {
            ExitCode::DoesNotBuild => Error::DoesNotBuild(why.clone()),
            ExitCode::TimedOut => Error::TimedOut(format!("{shard}: {why}")),
            ExitCode::Usage => Error::Usage(format!("{shard}: {why}")),
            _ => Error::Setup(format!("{shard}: {why}")),
        })
    }
}

/// A stage that ended with an error has no transcript.
fn broken(part: &Part, share: &TestPart) -> Option<Broken> {
    let report = &share.report;
    if report.findings.tests.is_some() {
        return None;
    }
    let why = share.compiler.clone();
    Some(Broken {
        shard: part.to_string(),
        class: report.class,
        why: why.unwrap_or_else(|| report.summary.clone()),
    })
}

/// A test by its suite and its name.
type Name<'a> = (&'a str, &'a str);

fn tested(shares: &[(&Part, &TestPart)]) -> Result<Tested, Error> {
    let division = &shares[0].1.division;
    let place: BTreeMap<Name<'_>, usize> = division
        .iter()
        .enumerate()
        .map(|(place, unit)| ((&*unit.suite, &*unit.test), place))
        .collect();
    let mut outcomes: Vec<Option<&Outcome>> = vec![None; division.len()];
    for (part, share) in shares {
        is_same_division(shares[0].0, division, part, &share.division)?;
        for (suite, test) in transcripts(share).flat_map(Transcript::tests) {
            let place = place.get(&(suite, &*test.name)).copied();
            let mine = place.filter(|place| division[*place].shard == part.manifest.shard.number);
            let Some(place) = mine.filter(|place| outcomes[*place].is_none()) else {
                return Err(Error::Usage(format!(
                    "{part} ran {suite}::{}, which does not fall to it",
                    test.name
                )));
            };
            outcomes[place] = Some(test);
        }
    }
    let durations = shares.iter().flat_map(|(_, share)| transcripts(share));
    let durations = durations.map(|transcript| transcript.duration);
    let findings = shares.iter().map(|(_, share)| &share.report.findings);
    let mut flaky: Vec<FlakyTest> = findings
        .clone()
        .flat_map(|found| found.flaky.clone())
        .collect();
    flaky.sort_by_key(|test| place.get(&(&*test.suite, &*test.test)).copied());
    Ok(Tested {
        transcript: Transcript {
            duration: durations.max().unwrap_or_default(),
            suites: suites(division, outcomes)?,
        },
        flaky,
        left_behind: findings
            .flat_map(|found| found.left_behind.clone())
            .collect(),
        share: None,
    })
}

fn transcripts(share: &TestPart) -> impl Iterator<Item = &Transcript> {
    share.report.findings.tests.iter()
}

fn is_same_division(
    first: &Part,
    expected: &[Unit],
    part: &Part,
    division: &[Unit],
) -> Result<(), Error> {
    if division == expected {
        return Ok(());
    }
    let mut pairs = expected.iter().zip(division);
    let differs = pairs.find(|(one, other)| one != other);
    let shorter = expected.len().min(division.len());
    let longer = || expected.get(shorter).or(division.get(shorter));
    let unit = differs.map(|(one, _)| one).or_else(longer);
    Err(Error::Usage(format!(
        "{part} does not belong to {first}: they divide the tests differently, from {} on",
        unit.map(Unit::name).unwrap_or_default()
    )))
}

/// The tests in the order of one run.
fn suites(division: &[Unit], outcomes: Vec<Option<&Outcome>>) -> Result<Vec<Suite>, Error> {
    let mut suites: Vec<Suite> = Vec::new();
    for (unit, outcome) in division.iter().zip(outcomes) {
        let Some(outcome) = outcome else {
            // rustdoc may have found no example.
            if unit.is_examples() {
                continue;
            }
            return Err(Error::Usage(format!(
                "no shard has run {}, which falls to shard {}",
                unit.name(),
                unit.shard
            )));
        };
        let outcome = outcome.clone();
        match suites.last_mut() {
            Some(suite) if suite.name == unit.suite => suite.tests.push(outcome),
            _ => suites.push(Suite {
                name: unit.suite.clone(),
                tests: vec![outcome],
            }),
        }
    }
    Ok(suites)
}

/// What all shards have counted together; nothing where one has not measured.
fn profiles(
    shares: &[(&Part, &TestPart)],
    workspace: &Workspace,
) -> Result<Option<Profiles>, Error> {
    let counted = shares
        .iter()
        .map(|(part, share)| Some((*part, share.coverage.as_ref()?)));
    let Some(counted) = counted.collect::<Option<Vec<(&Part, &CoveragePart)>>>() else {
        return Ok(None);
    };
    let (first, map) = counted[0];
    if let Some((part, _)) = counted.iter().find(|(_, other)| other.maps != map.maps) {
        return Err(Error::Usage(format!(
            "{part} does not belong to {first}: their programs are not compiled from the same \
             code, so their coverage cannot be counted together"
        )));
    }
    let folder = workspace.target_directory().join("ci/merged");
    let maps = Maps::unpack(&first.file(MAPS), &folder.join("maps"))?;
    let files = |name: &str| {
        let files = counted.iter().map(|(part, _)| part.file(name));
        files.filter(|file| file.is_file()).collect::<Vec<_>>()
    };
    let elsewhere = Elsewhere {
        root: map.root.clone(),
        ignored: map.ignored.clone(),
    };
    Profiles::of_shards(&folder, &files(TESTS), &files(DOCTESTS), maps, elsewhere).map(Some)
}
