//! The mutants before they are judged: what each changes, and which tests are to judge it.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::mutate::matrix::{Mutant, TestId, TestedBy, Verdict};
use crate::mutate::plan::PlannedMutant;
use crate::mutate::program::Known;
use crate::mutate::rewrite::Schema;

impl Facts<'_> {
    pub(super) fn mutants(&self, schema: &Schema<'_>) -> Vec<Mutant> {
        let carriers = carriers(schema);
        let planned = self.plan.mutants.iter();
        planned
            .map(|mutant| self.mutant(schema, &carriers, mutant))
            .collect()
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
}

fn selector(known: &Known, site: usize) -> String {
    let path = known
        .item
        .sites
        .get(site)
        .map(|site| site.key_path().unwrap_or_else(|| site.index_path()));
    format!("{}{}", known.item.name, path.unwrap_or_default())
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
