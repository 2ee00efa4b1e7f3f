//! Everything that was found, in the words of the result.

use std::collections::{BTreeMap, BTreeSet};

use super::Baseline;
use crate::mutate::matrix::{
    Constant, Method, Mutant, Skipped, Test, TestId, TestedBy, Use, Verdict,
};
use crate::mutate::operators;
use crate::mutate::plan::{Plan, PlannedMutant, Role};
use crate::mutate::program::Program;
use crate::mutate::rewrite::{Choices, Schema};
use crate::mutate::runner::Runner;
use crate::mutate::state::{BuiltCopy, Literal, State};

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
        let carriers = carriers(&schema);
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
            mutants: self
                .plan
                .mutants
                .iter()
                .map(|mutant| self.mutant(&schema, &carriers, mutant))
                .collect(),
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

    fn literals(&self, slots: &BTreeSet<u32>) -> Vec<Literal> {
        let mut literals = Vec::new();
        for (constant, known) in self.program.constants.iter().enumerate() {
            let source = &self.program.files[known.file].source;
            let first = literals.len();
            for (site, found) in known.item.sites.iter().enumerate() {
                let slot = self
                    .plan
                    .slots
                    .iter()
                    .find(|slot| slot.constant == constant && slot.site == site);
                let signed = found.minus.unwrap_or(found.range.start)..found.range.end;
                let paths = std::iter::once(found.index_path()).chain(found.key_path());
                literals.push(Literal {
                    constant,
                    kind: found.kind,
                    selectors: paths
                        .map(|path| format!("{}{path}", known.item.name))
                        .collect(),
                    span: source.span(&found.range),
                    signed: source.span(&signed),
                    text: source.slice(&found.range).to_owned(),
                    slot: slot.map(|slot| slot.id).filter(|slot| slots.contains(slot)),
                    in_macro: found.unit.end > found.range.end,
                });
            }
            distinguish(&mut literals[first..]);
        }
        literals
    }

    fn mutant(
        &self,
        schema: &Schema<'_>,
        carriers: &BTreeMap<u32, BTreeSet<usize>>,
        planned: &PlannedMutant,
    ) -> Mutant {
        let known = &self.program.constants[planned.constant];
        let source = &self.program.files[known.file].source;
        let edit = &planned.mistake.edit;
        let compile_error = self.choices.unviable.get(&planned.id).cloned();
        let alone = self.why_rebuilt(schema, planned.constant).is_some()
            || self.suspects.contains(&planned.id);
        let covered_by = carriers.get(&planned.id).into_iter().flatten();
        let covered_by = covered_by
            .filter_map(|constant| self.direct_readers(*constant))
            .flatten();
        let judged_by_all =
            (0..self.plain.cases.len()).filter(|case| !self.plain.cases[*case].ignored);
        let covered_by: BTreeSet<TestId> = if alone {
            judged_by_all.collect()
        } else {
            covered_by.collect()
        };
        let (tested_by, verdict) = match (&compile_error, alone) {
            (Some(_), _) => (TestedBy::Nothing, Verdict::Unviable),
            (None, true) => (TestedBy::Rebuild, Verdict::NoCoverage),
            (None, false) if covered_by.is_empty() => (TestedBy::Nothing, Verdict::NoCoverage),
            (None, false) => (TestedBy::Schema, Verdict::NoCoverage),
        };
        Mutant {
            id: planned.id,
            constant: planned.constant,
            operator: planned.mistake.operator.to_owned(),
            selector: selector(known, planned.mistake.site),
            span: source.span(&edit.range),
            original: source.slice(&edit.range).to_owned(),
            replacement: edit.replacement.clone(),
            verdict,
            flaky: false,
            tested_by,
            killed_by: Vec::new(),
            timed_out: Vec::new(),
            covered_by: if compile_error.is_some() {
                Vec::new()
            } else {
                covered_by.into_iter().collect()
            },
            compile_error,
            duration_ms: 0,
        }
    }

    fn direct_readers(&self, constant: usize) -> Option<Vec<TestId>> {
        let reads = self.baseline.reads.iter().enumerate();
        let readers: Vec<TestId> = reads
            .filter(|(_, reads)| reads.contains(&constant))
            .map(|(test, _)| test)
            .collect();
        (!readers.is_empty()).then_some(readers)
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

fn selector(known: &crate::mutate::program::Known, site: usize) -> String {
    let path = known
        .item
        .sites
        .get(site)
        .map(|site| site.key_path().unwrap_or_else(|| site.index_path()));
    format!("{}{}", known.item.name, path.unwrap_or_default())
}

/// Two literals of one expression, `60 * 60`, are told apart by their order.
fn distinguish(literals: &mut [Literal]) {
    let all: Vec<String> = literals
        .iter()
        .flat_map(|literal| literal.selectors.clone())
        .collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for literal in literals {
        for selector in &mut literal.selectors {
            if all.iter().filter(|other| *other == selector).count() > 1 {
                let number = seen.entry(selector.clone()).or_default();
                *number += 1;
                *selector = format!("{selector}#{number}");
            }
        }
    }
}

/// For each mutant, the constants whose value it changes.
fn carriers(schema: &Schema<'_>) -> BTreeMap<u32, BTreeSet<usize>> {
    let mut carriers: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (constant, mutants) in &schema.carried {
        for mutant in mutants {
            carriers.entry(*mutant).or_default().insert(*constant);
        }
    }
    carriers
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
