//! Adds differences up while the book is read.

mod group;
mod largest;
mod tiers;

use std::collections::HashMap;

use pricing::Currency;

use group::Group;

use super::difference::Difference;
use super::partial::{Differences, Partial, Sums};
use super::report::InCurrency;
use super::spread::Spread;
use crate::error::Error;

/// The sums of a comparison.
pub(crate) struct Tally {
    groups: Vec<Group>,
    by_currency: HashMap<Option<Currency>, u16>,
    spread: Spread,
    largest_max: usize,
}

impl Tally {
    /// Keeps the `largest_max` largest changes of each currency.
    pub(crate) fn new(largest_max: usize) -> Self {
        Self {
            groups: Vec::new(),
            by_currency: HashMap::new(),
            spread: Spread::default(),
            largest_max,
        }
    }

    /// Counts one invoice that stands on both sides.
    pub(crate) fn add(&mut self, difference: &Difference) -> Result<(), Error> {
        let index = self.index_of(difference.currency);
        let group = &mut self.groups[usize::from(index)];
        group.add(difference).ok_or_else(too_long)?;
        if difference.amount.is_zero() {
            return Ok(());
        }
        self.count(index, difference.amount.count(), 1)
    }

    /// Adds the sums of a part of the book.
    pub(super) fn add_sums(&mut self, sums: Sums) -> Result<(), Error> {
        let index = self.index_of(sums.currency);
        let group = &mut self.groups[usize::from(index)];
        group.add_sums(sums).ok_or_else(too_long)
    }

    /// Adds the differences of a part of the book.
    pub(super) fn add_differences(&mut self, differences: &Differences) -> Result<(), Error> {
        let index = self.index_of(differences.currency);
        for (units, count) in &differences.counts {
            self.groups[usize::from(index)]
                .histogram
                .add(units.0, *count);
            self.count(index, units.0, *count)?;
        }
        Ok(())
    }

    /// Counts equal differences.
    fn count(&mut self, index: u16, units: i128, count: u64) -> Result<(), Error> {
        self.spread
            .add_many((index, units), count)
            .map_err(|error| Error::io("writing", "a temporary file", error))
    }

    /// Hands out what was counted, so that it can be added to other parts.
    pub(crate) fn into_parts(
        self,
        each: &mut dyn FnMut(&Partial) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut currencies = Vec::new();
        for group in self.groups {
            currencies.push(group.currency);
            each(&Partial::Sums(Box::new(group.into_sums())))?;
        }
        let mut waiting: Option<Differences> = None;
        let mut failed = None;
        let counted = self.spread.in_order(|(index, units), count| {
            let currency = currencies[usize::from(index)];
            let full = waiting.take_if(|waiting| waiting.has_no_room_for(currency));
            if let Some(full) = full
                && let Err(error) = each(&Partial::Differences(full))
            {
                failed = Some(error);
                return Err(std::io::Error::other("a part cannot be handed out"));
            }
            let differences = waiting.get_or_insert_with(|| Differences::of(currency));
            differences.add(units, count);
            Ok(())
        });
        if let Some(error) = failed {
            return Err(error);
        }
        counted.map_err(|error| Error::io("reading", "a temporary file", error))?;
        waiting.map_or(Ok(()), |last| each(&Partial::Differences(last)))
    }

    fn index_of(&mut self, currency: Option<Currency>) -> u16 {
        // There are fewer than 200 currencies.
        let next = u16::try_from(self.groups.len()).unwrap_or(u16::MAX);
        let index = *self.by_currency.entry(currency).or_insert(next);
        if index == next {
            self.groups.push(Group::new(currency, self.largest_max));
        }
        index
    }

    /// How many invoices kept their total while its steps moved.
    pub(super) fn moved_within(&self) -> u64 {
        self.groups.iter().map(|group| group.moved_within).sum()
    }

    /// The sums by currency, in the order of their codes; those without one first.
    pub(super) fn finish(self) -> Result<Vec<InCurrency>, Error> {
        let mut groups = self.groups;
        self.spread
            .in_order(|(index, units), count| {
                groups[usize::from(index)].rank(units, count);
                Ok(())
            })
            .map_err(|error| Error::io("reading", "a temporary file", error))?;
        groups.sort_by_key(|group| group.currency.map(Currency::code));
        Ok(groups.into_iter().map(Group::finish).collect())
    }
}

fn too_long() -> Error {
    Error::Usage("a sum is longer than 38 digits (compare the book in parts)".to_owned())
}
