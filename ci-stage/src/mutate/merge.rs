//! The shares of a sweep put together: the matrix that one machine would have made.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::mark_flaky;
use super::matrix::{Constant, Counts, Matrix, Mutant, Slack, Test, Verification};
use super::report::{self, Sources};
use super::show;
use crate::cargo::Workspace;
use crate::console::Format;
use crate::error::Error;
use crate::shard::{MATRIX, MutantPart, Part, Set, Work};

/// A share and its matrix.
struct Judged<'a> {
    part: &'a Part,
    division: &'a MutantPart,
    matrix: Matrix,
}

/// Puts the shares together.
///
/// # Errors
/// [`Error::Usage`] when a mutant was judged by none or by two, or when the shares do not see the
/// same constants and tests.
pub(crate) fn merged(set: &Set, workspace: &Workspace) -> Result<Matrix, Error> {
    let mut shares = Vec::new();
    for part in set.parts() {
        if let Work::Mutants(division) = &part.manifest.work {
            let matrix = Matrix::read(&part.file(MATRIX))?;
            shares.push(Judged {
                part,
                division,
                matrix,
            });
        }
    }
    let Some(first) = shares.first() else {
        return Err(Error::Usage("these are no shards of mutants".into()));
    };
    for share in &shares {
        agrees(first, share)?;
    }
    let mut mutants: Vec<Mutant> = shares
        .iter()
        .flat_map(|share| share.matrix.mutants.clone())
        .collect();
    mutants.sort_by_key(|mutant| mutant.id);
    let tests = tests(&shares);
    mark_flaky(&mut mutants, &tests);
    let whole = Matrix {
        root: workspace.root().display().to_string(),
        started: earliest(&shares),
        duration_ms: longest(&shares),
        constants: constants(&shares),
        counts: Counts::of(&mutants),
        slack: slack(&shares),
        verification: verification(&shares),
        mutants,
        tests,
        ..first.matrix.clone()
    };
    Ok(whole)
}

/// Writes the reports of a merged sweep and shows it, as a sweep does.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or written.
pub(crate) fn conclude(
    matrix: &Matrix,
    workspace: &Workspace,
    format: Format,
) -> Result<String, Error> {
    let sources = Sources::read(matrix, workspace.root())?;
    let results = workspace.target_directory().join("ci/mutate");
    report::write_all(matrix, &sources, &results)?;
    report::tell_github(matrix, format)?;
    Ok(show::matrix(matrix))
}

fn agrees(first: &Judged<'_>, share: &Judged<'_>) -> Result<(), Error> {
    let refused = |why: String| {
        let (part, other) = (share.part, first.part);
        Err(Error::Usage(format!(
            "{part} does not belong to {other}: {why}"
        )))
    };
    if share.division != first.division {
        return refused("they divide the mutants differently".into());
    }
    let number = share.part.manifest.shard.number;
    let division = share.division.division.iter();
    let expected: BTreeSet<u32> = division
        .filter(|(_, shard)| **shard == number)
        .map(|(mutant, _)| *mutant)
        .collect();
    let judged = share.matrix.mutants.iter();
    let judged: BTreeSet<u32> = judged.map(|mutant| mutant.id).collect();
    if judged.len() != share.matrix.mutants.len() || judged != expected {
        let mutant = judged.symmetric_difference(&expected).next();
        let mutant = mutant.map_or_else(|| "one twice".to_owned(), |id| format!("mutant {id}"));
        return refused(format!(
            "it did not judge exactly what falls to it: {mutant}"
        ));
    }
    let identity = |test: &Test| (test.package.clone(), test.target.clone(), test.name.clone());
    let names = |matrix: &Matrix| matrix.tests.iter().map(identity).collect::<Vec<_>>();
    if names(&share.matrix) != names(&first.matrix) {
        return refused("they list other tests".into());
    }
    let definition = |one: &Constant| (one.path.clone(), one.span.clone(), one.value_text.clone());
    let places = |matrix: &Matrix| matrix.constants.iter().map(definition).collect::<Vec<_>>();
    if places(&share.matrix) != places(&first.matrix) {
        return refused("they list other constants".into());
    }
    Ok(())
}

/// A test that wavered on one machine is flaky.
fn tests(shares: &[Judged<'_>]) -> Vec<Test> {
    let mut tests = shares[0].matrix.tests.clone();
    for test in &mut tests {
        test.flaky = shares.iter().any(|share| share.matrix.tests[test.id].flaky);
    }
    tests
}

/// Each constant as it was seen where its first mutant was judged.
fn constants(shares: &[Judged<'_>]) -> Vec<Constant> {
    let mut judge: BTreeMap<usize, (u32, usize)> = BTreeMap::new();
    for (place, share) in shares.iter().enumerate() {
        for mutant in &share.matrix.mutants {
            let first = judge.entry(mutant.constant).or_insert((mutant.id, place));
            *first = (*first).min((mutant.id, place));
        }
    }
    let constants = 0..shares[0].matrix.constants.len();
    constants
        .map(|constant| {
            let place = judge.get(&constant).map_or(0, |(_, place)| *place);
            shares[place].matrix.constants[constant].clone()
        })
        .collect()
}

/// The slack intervals in the order of the literals.
fn slack(shares: &[Judged<'_>]) -> Vec<Slack> {
    let literals = &shares[0].division.literals;
    let places: BTreeMap<(usize, &str), usize> = literals
        .iter()
        .enumerate()
        .map(|(place, (constant, name))| ((*constant, name.as_str()), place))
        .collect();
    let found = shares.iter().flat_map(|share| share.matrix.slack.clone());
    let mut slack: Vec<Slack> = found.collect();
    slack.sort_by_key(|one| places.get(&(one.constant, one.selector.as_str())).copied());
    slack
}

fn verification(shares: &[Judged<'_>]) -> Option<Verification> {
    let mut all: Option<Verification> = None;
    for one in shares
        .iter()
        .filter_map(|share| share.matrix.verification.as_ref())
    {
        let all = all.get_or_insert(Verification {
            compared: 0,
            differences: Vec::new(),
        });
        all.compared += one.compared;
        all.differences.extend(one.differences.clone());
    }
    if let Some(all) = &mut all {
        all.differences.sort_by_key(|difference| difference.mutant);
    }
    all
}

fn earliest(shares: &[Judged<'_>]) -> String {
    let starts = shares.iter().map(|share| share.matrix.started.clone());
    starts.min().unwrap_or_default()
}

fn longest(shares: &[Judged<'_>]) -> u64 {
    let times = shares.iter().map(|share| share.matrix.duration_ms);
    times.max().unwrap_or_default()
}
