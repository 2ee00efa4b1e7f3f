//! What the first rows of invoices tell of their customers.

use arrow_buffer::BooleanBuffer;
use pricing::kernel::{Customer, Kernel};

use super::cells::Texts;
use super::chunk::Chunk;

/// What is known of the customers of a batch.
pub(super) struct Heads<'c> {
    chunk: &'c Chunk,
    of_tiers: OfTiers<'c>,
    /// The days overdue and the memberships, where each is there.
    days_overdue: Option<&'c [i64]>,
    members: Option<&'c BooleanBuffer>,
}

impl<'c> Heads<'c> {
    pub(super) fn new(chunk: &'c Chunk, kernel: &'c Kernel) -> Self {
        Self {
            chunk,
            of_tiers: OfTiers::new(chunk, kernel),
            days_overdue: chunk.days.whole(),
            members: chunk.members.bits(),
        }
    }

    /// The kind of customer and the days overdue, if they are such.
    #[inline]
    pub(super) fn at(&self, row: usize) -> Option<(Customer, u32)> {
        let days = if let Some(days) = self.days_overdue {
            days[row]
        } else {
            let days = self.chunk.days.fixed(row);
            days.filter(|days| days.scale() == 0)?.mantissa()
        };
        let is_member = match self.members {
            Some(members) => members.value(row),
            None => self.chunk.members.get(row).ok().flatten()?,
        };
        let customer = self.of_tiers.customer(row, is_member)?;
        Some((customer, u32::try_from(days).ok()?))
    }
}

/// The kinds of customers by their tiers.
struct OfTiers<'c> {
    tiers: &'c Texts,
    kernel: &'c Kernel,
    /// Of each text of a dictionary, the kinds without and with membership; each is looked up once.
    listed: Vec<Option<[Customer; 2]>>,
}

impl<'c> OfTiers<'c> {
    fn new(chunk: &'c Chunk, kernel: &'c Kernel) -> Self {
        let tiers = &chunk.tiers;
        let both = |tier: &str| [false, true].map(|is_member| kernel.customer(tier, is_member));
        let listed = tiers.listed().map(|tier| tier.map(both)).collect();
        Self {
            tiers,
            kernel,
            listed,
        }
    }

    #[inline]
    fn customer(&self, row: usize, is_member: bool) -> Option<Customer> {
        let key = self.tiers.key(row);
        match key.and_then(|key| self.listed.get(key)) {
            Some(both) => both.map(|both| both[usize::from(is_member)]),
            None => Some(self.kernel.customer(self.tiers.get(row)?, is_member)),
        }
    }
}
