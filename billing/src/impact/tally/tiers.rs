//! What each tier contributes.

use std::collections::BTreeMap;

use crate::impact::report::InTier;
use crate::impact::units::Units;

/// So many tiers are told apart; a book with more has free texts in that field.
const TIERS_MAX: usize = 1000;

/// Where the invoices of further tiers are counted.
const OTHER_TIERS: &str = "(other tiers)";

/// The sums by tier.
#[derive(Default)]
pub(super) struct Tiers {
    /// The first by name: so it does not matter in which order they come.
    pub(super) named: BTreeMap<String, InTier>,
    pub(super) others: Option<InTier>,
}

impl Tiers {
    /// `None` when a sum is too long.
    pub(super) fn add(&mut self, part: InTier) -> Option<()> {
        if let Some(tier) = self.named.get_mut(&part.tier) {
            return tier.add(&part);
        }
        self.named.insert(part.tier.clone(), part);
        if self.named.len() <= TIERS_MAX {
            return Some(());
        }
        let (_, last) = self.named.pop_last()?;
        self.add_other(&last)
    }

    pub(super) fn add_other(&mut self, part: &InTier) -> Option<()> {
        let others = self.others.get_or_insert_with(|| InTier {
            tier: OTHER_TIERS.to_owned(),
            invoices: 0,
            changed: 0,
            difference: Units::default(),
        });
        others.add(part)
    }

    /// All tiers by name, the others last.
    pub(super) fn into_rows(self) -> impl Iterator<Item = InTier> {
        self.named.into_values().chain(self.others)
    }
}

impl InTier {
    /// `None` when the sum is too long.
    fn add(&mut self, part: &Self) -> Option<()> {
        self.invoices += part.invoices;
        self.changed += part.changed;
        self.difference = self.difference.plus(part.difference)?;
        Some(())
    }
}
