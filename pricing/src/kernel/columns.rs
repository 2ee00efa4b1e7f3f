//! Invoices as columns: priced batch by batch, without making one [`Invoice`](crate::Invoice).

use super::{Customer, Kernel, Subtotal};

/// Decimal numbers of one scale, as they stand in an Arrow or Parquet column: the values of a
/// `Decimal64Array` with its scale, or of an `Int64Array` with scale 0.
#[derive(Clone, Copy, Debug)]
pub struct FixedColumn<'a> {
    /// The numbers without their point.
    pub mantissas: &'a [i64],
    /// The decimal places of each.
    pub scale: u32,
}

/// A batch of invoices, one column a field.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// The kind of each customer, by [`Kernel::customer`].
    pub customers: &'a [Customer],
    /// Whole days since each invoice was due.
    pub days_overdue: &'a [u32],
    /// Where each invoice's line items begin, and where the last one's end: one more than there are
    /// invoices, as in an Arrow list.
    pub offsets: &'a [i32],
    /// The unit price of each line item.
    pub unit_prices: FixedColumn<'a>,
    /// The quantity of each line item.
    pub quantities: FixedColumn<'a>,
}

impl Kernel {
    /// Appends each invoice's total in minor units to `totals`: `None` where the general path must
    /// answer, or where the columns do not hold the invoice.
    ///
    /// ```
    /// use pricing::PricingEngine;
    /// use pricing::kernel::{Columns, FixedColumn};
    ///
    /// let kernel = PricingEngine::standard().kernel().ok_or("the standard policy has a kernel")?;
    /// let mut totals = Vec::new();
    /// kernel.totals(
    ///     Columns {
    ///         customers: &[kernel.customer("gold", true), kernel.customer("none", false)],
    ///         days_overdue: &[45, 0],
    ///         offsets: &[0, 2, 3],
    ///         unit_prices: FixedColumn { mantissas: &[4000, 1500, 100], scale: 2 },
    ///         quantities: FixedColumn { mantissas: &[3, 2, 1], scale: 0 },
    ///     },
    ///     &mut totals,
    /// );
    /// assert_eq!(totals, [Some(141_69), Some(1_08)]);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn totals(&self, columns: Columns<'_>, totals: &mut Vec<Option<i64>>) {
        let ends = columns.offsets.get(1..).unwrap_or_default();
        let ranges = columns.offsets.iter().zip(ends);
        let heads = columns.customers.iter().zip(columns.days_overdue);
        let Some(sums) = columns.running_sums() else {
            totals.extend(heads.zip(ranges).map(|((customer, days), (start, end))| {
                let subtotal = columns.subtotal(*start, *end)?;
                self.total(*customer, *days, subtotal)
            }));
            return;
        };
        let factors = self.factors_at(columns.scale());
        totals.extend(heads.zip(ranges).map(|((customer, days), (start, end))| {
            let sum = difference(&sums, *start, *end)?;
            let factors = factors.get(customer.0)?;
            let is_late = self.is_late(*days, sum);
            factors[usize::from(is_late)]?.of(sum, self.mode)
        }));
    }
}

impl Columns<'_> {
    /// The sum of the first line items, for none, one, two and so on; `None` when a word might not hold
    /// them all, or when a price is below zero. An invoice's is then a difference: its line items need no
    /// loop of their own, the end of which no processor guesses.
    fn running_sums(&self) -> Option<Vec<i64>> {
        let (unit_prices, quantities) = (self.unit_prices.mantissas, self.quantities.mantissas);
        let bits = |numbers: u64| u64::BITS - numbers.leading_zeros();
        let of_prices = unit_prices.iter().fold(0, |any, price| any | price);
        let of_quantities = quantities
            .iter()
            .fold(0, |any, one| any | (one ^ (one >> 63)));
        let of_count = bits(unit_prices.len() as u64);
        let needed =
            bits(of_prices.cast_unsigned()) + bits(of_quantities.cast_unsigned()) + of_count;
        if of_prices < 0 || needed >= u64::BITS || unit_prices.len() != quantities.len() {
            return None;
        }
        let mut sum = 0;
        let amounts = unit_prices.iter().zip(quantities);
        let sums = amounts.map(|(unit_price, quantity)| {
            sum += unit_price * quantity;
            sum
        });
        Some([0].into_iter().chain(sums).collect())
    }

    /// The decimal places of unit price × quantity.
    fn scale(&self) -> u32 {
        let scale = self.unit_prices.scale.checked_add(self.quantities.scale);
        scale.unwrap_or(u32::MAX)
    }

    fn subtotal(&self, start: i32, end: i32) -> Option<Subtotal> {
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        let unit_prices = self.unit_prices.mantissas.get(range.clone())?;
        let quantities = self.quantities.mantissas.get(range)?;
        let subtotal = Subtotal::of_columns(unit_prices, quantities, self.scale());
        Some(subtotal.unwrap_or(Subtotal::UNFIT))
    }
}

/// The sum of the line items from `start` to `end`, if there are such.
#[inline]
fn difference(sums: &[i64], start: i32, end: i32) -> Option<i64> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    let sum = sums.get(end)? - sums.get(start)?;
    (start <= end).then_some(sum)
}
