//! Everything that was found, in the words of the result.

mod literals;
mod mutants;

use std::collections::{BTreeMap, BTreeSet};

use super::Baseline;
use crate::mutate::matrix::{Constant, Method, Skipped, Test, TestId, Use};
use crate::mutate::operators;
use crate::mutate::plan::{Plan, Role};
use crate::mutate::program::Program;
use crate::mutate::rewrite::{Choices, Schema};
use crate::mutate::runner::Runner;
use crate::mutate::state::{BuiltCopy, State};

pub(super) struct Facts<'a> {
    pub(super) program: &'a Program,
    pub(super) plan: &'a Plan,
    pub(super) choices: &'a Choices,
    /// Mutants that only a real edit can judge.
    pub(super) suspects: &'a BTreeSet<u32>,
    pub(super) baseline: &'a Baseline,
    pub(super) plain: &'a Runner,
    /// The build of all mutants, where it behaves like the original.
    pub(super) schema: Option<&'a Runner>,
}

impl Facts<'_> {
    pub(super) fn state(&self) -> State {
        let schema = Schema::new(self.program, self.plan, self.choices);
        let tests = find_tests(self.program, self.plain, self.baseline);
        let slots = if self.schema.is_some() {
            schema.usable_slots()
        } else {
            BTreeSet::new()
        };
        State {
            inputs: String::new(),
            constants: self.constants(&schema, &tests),
            literals: self.literals(&slots),
            mutants: self.mutants(&schema),
            tests,
            skipped: self.skipped(),
            schema: self.schema.map(|runner| BuiltCopy {
                manifest: runner.workspace.manifest(),
                built: runner.built.clone(),
                cases: runner.cases.clone(),
                apart: runner.apart.clone(),
            }),
            readers: self.readers(),
        }
    }

    fn why_rebuilt(&self, schema: &Schema<'_>, constant: usize) -> Option<String> {
        let direct = self
            .plan
            .frozen
            .get(&constant)
            .or_else(|| self.choices.frozen.get(&constant));
        if self.schema.is_none() {
            return Some("the build of all mutants does not behave like the original".to_owned());
        }
        direct.cloned().or_else(|| {
            let indirect = schema.left_alone.contains(&constant);
            indirect
                .then(|| "a place that needs its value at compile time depends on it".to_owned())
        })
    }

    fn constants(&self, schema: &Schema<'_>, tests: &[Test]) -> Vec<Constant> {
        let known = self.program.constants.iter().enumerate();
        known
            .map(|(id, known)| {
                let source = &self.program.files[known.file].source;
                let value = known
                    .item
                    .value
                    .clone()
                    .unwrap_or(known.item.item.end..known.item.item.end);
                Constant {
                    id,
                    name: known.item.name.clone(),
                    path: known.path.clone(),
                    package: self.program.file_of(id).layout.package.clone(),
                    kind: known.item.kind,
                    span: source.span(&known.item.item),
                    type_text: source.slice(&known.item.ty).to_owned(),
                    value_text: source.slice(&value).to_owned(),
                    value_span: source.span(&value),
                    low_value: known.low_value,
                    method: match self.why_rebuilt(schema, id) {
                        Some(reason) => Method::Rebuild { reason },
                        None => Method::Schema,
                    },
                    feeds: self.plan.feeds[id].iter().copied().collect(),
                    uses: self.uses(id, tests),
                    read_by: self
                        .readers()
                        .remove(&id)
                        .unwrap_or_default()
                        .into_iter()
                        .collect(),
                }
            })
            .collect()
    }

    fn uses(&self, constant: usize, tests: &[Test]) -> Vec<Use> {
        let uses = self
            .plan
            .uses
            .iter()
            .filter(|one| one.constant == constant && one.role != Role::Import);
        uses.map(|one| {
            let source = &self.program.files[one.file].source;
            let end = source
                .token_at(one.at)
                .map_or(one.at, |token| source.tokens[token].range.end);
            let around = self.program.test_around(one.file, one.at);
            let in_test = around.and_then(|(_, name)| {
                let same =
                    |test: &&Test| test.name == name && test.file.as_ref() == Some(&source.path);
                tests.iter().find(same).map(|test| test.id)
            });
            Use {
                span: source.span(&(one.at..end)),
                in_test,
            }
        })
        .collect()
    }

    /// Reading what is built from a constant is reading the constant.
    fn readers(&self) -> BTreeMap<usize, BTreeSet<TestId>> {
        let mut readers: BTreeMap<usize, BTreeSet<TestId>> = BTreeMap::new();
        for (test, reads) in self.baseline.reads.iter().enumerate() {
            for constant in self.plan.sources_of(reads) {
                readers.entry(constant).or_default().insert(test);
            }
        }
        readers
    }

    fn skipped(&self) -> Vec<Skipped> {
        let skipped = self
            .plan
            .skipped
            .iter()
            .map(|(constant, reason)| (*constant, reason.clone()));
        let thinned = self
            .program
            .constants
            .iter()
            .enumerate()
            .filter(|(number, known)| {
                let mutated = self
                    .plan
                    .mutants
                    .iter()
                    .any(|mutant| mutant.constant == *number);
                mutated && operators::is_thinned(&known.item)
            });
        let thinned = thinned.map(|(constant, known)| {
            (
                constant,
                format!(
                    "a table of {} literals: only some of them are mutated",
                    known.item.sites.len()
                ),
            )
        });
        skipped
            .chain(thinned)
            .map(|(constant, reason)| {
                let known = &self.program.constants[constant];
                Skipped {
                    path: known.path.clone(),
                    span: self.program.files[known.file].source.span(&known.item.item),
                    reason,
                }
            })
            .collect()
    }
}

/// The tests that judge, with their places in the source.
fn find_tests(program: &Program, runner: &Runner, baseline: &Baseline) -> Vec<Test> {
    let cases = runner.cases.iter().enumerate();
    cases
        .map(|(id, case)| {
            let executable = runner.program(id);
            let root = executable
                .source
                .strip_prefix(runner.workspace.root())
                .unwrap_or(&executable.source);
            let place = program.place_of_test(&executable.package_name, root, &case.name);
            Test {
                id,
                package: executable.package_name.clone(),
                target: executable.target.clone(),
                target_kind: executable.kind.to_string(),
                name: case.name.clone(),
                file: place.as_ref().map(|(file, _)| file.clone()),
                end_line: place.as_ref().map(|(_, lines)| *lines.end()),
                line: place.map(|(_, lines)| *lines.start()),
                baseline_ms: u64::try_from(baseline.durations[id].as_millis()).unwrap_or(u64::MAX),
                flaky: baseline.flaky.contains(&id),
                ignored: case.ignored,
            }
        })
        .collect()
}
