//! The literals inside constants, and by which names `--set` finds them.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::mutate::state::Literal;

impl Facts<'_> {
    pub(super) fn literals(&self, slots: &BTreeSet<u32>) -> Vec<Literal> {
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
