//! The sums of one currency.

use std::collections::BTreeMap;

use pricing::Currency;

use super::largest::Largest;
use super::tiers::Tiers;
use crate::impact::difference::Difference;
use crate::impact::histogram::Histogram;
use crate::impact::partial::Sums;
use crate::impact::report::{ByRule, Change, InCurrency, InTier, Part, Percentiles};
use crate::impact::rule::Rule;
use crate::impact::units::Units;

/// The percentiles that are shown, in percent; the lowest is the first rank.
const RANKS: [u64; 7] = [0, 5, 25, 50, 75, 95, 100];

/// One currency.
pub(super) struct Group {
    pub(super) currency: Option<Currency>,
    invoices: u64,
    pub(super) moved_within: u64,
    before: Units,
    after: Units,
    difference: Units,
    raised: Part,
    lowered: Part,
    /// Changes by exactly one minor unit of a currency with so many places.
    by_one_of_places: [u64; 10],
    pub(super) histogram: Histogram,
    tiers: Tiers,
    rules: BTreeMap<Rule, ByRule>,
    largest: Largest,
    ranked: u64,
    percentiles: Vec<i128>,
}

impl Group {
    /// Keeps the `largest_max` largest changes.
    pub(super) fn new(currency: Option<Currency>, largest_max: usize) -> Self {
        Self {
            currency,
            invoices: 0,
            moved_within: 0,
            before: Units::default(),
            after: Units::default(),
            difference: Units::default(),
            raised: Part::default(),
            lowered: Part::default(),
            by_one_of_places: [0; 10],
            histogram: Histogram::default(),
            tiers: Tiers::default(),
            rules: BTreeMap::new(),
            largest: Largest::new(largest_max),
            ranked: 0,
            percentiles: Vec::new(),
        }
    }

    fn changed(&self) -> u64 {
        self.raised.invoices + self.lowered.invoices
    }

    /// `None` when a sum is too long.
    pub(super) fn add(&mut self, difference: &Difference) -> Option<()> {
        self.invoices += 1;
        self.before = self.before.plus(difference.before)?;
        self.after = self.after.plus(difference.after)?;
        self.difference = self.difference.plus(difference.amount)?;
        let is_changed = !difference.amount.is_zero();
        if let Some(tier) = &difference.tier {
            self.tiers.add(InTier {
                tier: tier.clone(),
                invoices: 1,
                changed: u64::from(is_changed),
                difference: difference.amount,
            })?;
        }
        self.add_rules(difference)?;
        if is_changed {
            self.add_change(difference)?;
        } else if difference.is_any() {
            self.moved_within += 1;
        }
        Some(())
    }

    fn add_rules(&mut self, difference: &Difference) -> Option<()> {
        for (index, step) in difference.moves.iter().enumerate() {
            self.add_rule(&ByRule {
                rule: step.rule,
                moved: 1,
                begins: u64::from(index == 0),
                difference: step.amount,
            })?;
        }
        Some(())
    }

    fn add_rule(&mut self, part: &ByRule) -> Option<()> {
        let rule = self.rules.entry(part.rule).or_insert(ByRule {
            rule: part.rule,
            moved: 0,
            begins: 0,
            difference: Units::default(),
        });
        rule.moved += part.moved;
        rule.begins += part.begins;
        rule.difference = rule.difference.plus(part.difference)?;
        Some(())
    }

    /// Adds the sums of a part of the book; `None` when one is too long.
    pub(super) fn add_sums(&mut self, sums: Sums) -> Option<()> {
        self.invoices += sums.invoices;
        self.moved_within += sums.moved_within;
        self.before = self.before.plus(sums.before)?;
        self.after = self.after.plus(sums.after)?;
        self.difference = self.difference.plus(sums.difference)?;
        for (side, part) in [
            (&mut self.raised, sums.raised),
            (&mut self.lowered, sums.lowered),
        ] {
            side.invoices += part.invoices;
            side.amount = side.amount.plus(part.amount)?;
        }
        let by_one = self.by_one_of_places.iter_mut();
        for (count, part) in by_one.zip(sums.by_one_of_places) {
            *count += part;
        }
        for tier in sums.tiers {
            self.tiers.add(tier)?;
        }
        if let Some(others) = sums.other_tiers {
            self.tiers.add_other(&others)?;
        }
        for rule in &sums.rules {
            self.add_rule(rule)?;
        }
        for change in sums.largest {
            let id = change.invoice_id.clone();
            self.largest.keep(&id, change.difference, || change);
        }
        Some(())
    }

    pub(super) fn into_sums(self) -> Sums {
        Sums {
            ledgerly: Sums::KIND.to_owned(),
            currency: self.currency,
            invoices: self.invoices,
            moved_within: self.moved_within,
            before: self.before,
            after: self.after,
            difference: self.difference,
            raised: self.raised,
            lowered: self.lowered,
            by_one_of_places: self.by_one_of_places,
            tiers: self.tiers.named.into_values().collect(),
            other_tiers: self.tiers.others,
            rules: self.rules.into_values().collect(),
            largest: self.largest.into_sorted(),
        }
    }

    fn add_change(&mut self, difference: &Difference) -> Option<()> {
        let units = difference.amount.count();
        let side = if units > 0 {
            &mut self.raised
        } else {
            &mut self.lowered
        };
        side.invoices += 1;
        side.amount = side.amount.plus(difference.amount)?;
        for (places, count) in (0_u32..).zip(&mut self.by_one_of_places) {
            *count += u64::from(units.abs() == Units::smallest(places));
        }
        self.histogram.add(units, 1);
        let change = || Change::of(difference);
        self.largest
            .keep(&difference.invoice_id, difference.amount, change);
        Some(())
    }

    /// Takes the next `count` changes in order of size, each of `units`.
    pub(super) fn rank(&mut self, units: i128, count: u64) {
        self.ranked += count;
        let all = u128::from(self.changed());
        while let Some(&percent) = RANKS.get(self.percentiles.len()) {
            let rank = (all * u128::from(percent)).div_ceil(100).max(1);
            if u128::from(self.ranked) < rank {
                return;
            }
            self.percentiles.push(units);
        }
    }

    pub(super) fn finish(self) -> InCurrency {
        let places = self.before.places().max(self.after.places());
        let percentiles = <[i128; RANKS.len()]>::try_from(self.percentiles.as_slice()).ok();
        let percentiles =
            percentiles.map(|ranks| ranks.map(|units| Units::from_count(units, places)));
        let by_one = self.by_one_of_places.get(places as usize);
        let tiers = self.tiers.into_rows().map(|tier| InTier {
            difference: tier.difference.shown_with(places),
            ..tier
        });
        let rules = self.rules.into_values().map(|rule| ByRule {
            difference: rule.difference.shown_with(places),
            ..rule
        });
        InCurrency {
            currency: self.currency,
            invoices: self.invoices,
            changed: self.raised.invoices + self.lowered.invoices,
            before: self.before.shown_with(places),
            after: self.after.shown_with(places),
            difference: self.difference.shown_with(places),
            raised: self.raised.shown_with(places),
            lowered: self.lowered.shown_with(places),
            by_one_minor_unit: by_one.copied().unwrap_or(0),
            percentiles: percentiles.map(Percentiles::of),
            histogram: self.histogram.bins(places),
            tiers: tiers.collect(),
            rules: rules.collect(),
            largest: self.largest.into_sorted(),
        }
    }
}

impl Part {
    fn shown_with(self, places: u32) -> Self {
        Self {
            amount: self.amount.shown_with(places),
            ..self
        }
    }
}

impl Percentiles {
    fn of([lowest, p5, p25, p50, p75, p95, highest]: [Units; RANKS.len()]) -> Self {
        Self {
            lowest,
            p5,
            p25,
            p50,
            p75,
            p95,
            highest,
        }
    }
}

impl Change {
    fn of(difference: &Difference) -> Self {
        Self {
            invoice_id: difference.invoice_id.clone(),
            tier: difference.tier.clone(),
            before: difference.before,
            after: difference.after,
            difference: difference.amount,
            rules: difference.moves.iter().map(|step| step.rule).collect(),
        }
    }
}
