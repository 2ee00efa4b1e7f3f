//! Two lists of totals, such as two outputs of `ledgerly price`, joined by their invoices.

use std::collections::HashMap;
use std::path::Path;

use super::OnDifference;
use super::difference::Difference;
use super::report::{Absent, Impact, Side};
use super::tally::Tally;
use super::units::Units;
use crate::error::Error;
use crate::read::{TotalRead, Totals};

/// So many invoices of one list may wait for their counterpart in the other.
const WAITING_MAX: usize = 1_000_000;

/// So many invoices that stand on one side only are named.
const NAMED_MAX: usize = 1000;

/// What changes from the totals in `before` to those in `after`; each invoice that differs goes to
/// `on_difference` as well, and to `on_absent` each that one list lacks.
pub fn of_totals(
    [before, after]: [&Path; 2],
    largest_max: usize,
    on_difference: &mut OnDifference<'_>,
    on_absent: &mut OnAbsent<'_>,
) -> Result<Impact, Error> {
    let mut lists = [Totals::open(before)?, Totals::open(after)?];
    let mut join = Join::default();
    let mut tally = Tally::new(largest_max);
    loop {
        let mut is_over = true;
        for (side, list) in lists.iter_mut().enumerate() {
            let Some(total) = list.next() else {
                continue;
            };
            is_over = false;
            let total = total?;
            let paired = join.pair(side, &total);
            let Some(difference) = paired.map_err(|problem| list.refused(&total, problem))? else {
                continue;
            };
            tally.add(&difference)?;
            if difference.is_any() {
                on_difference(&difference)?;
            }
        }
        if is_over {
            break;
        }
    }
    let [missing, added] = join.waiting;
    let absent = [
        named(missing, &mut |id, total| on_absent(id, Some(total), None))?,
        named(added, &mut |id, total| on_absent(id, None, Some(total)))?,
    ];
    Impact::of(tally, [side(before), side(after)], Vec::new(), absent)
}

/// Receives an invoice that one list lacks: its identifier, its total before, and after.
pub type OnAbsent<'a> = dyn FnMut(&str, Option<Units>, Option<Units>) -> Result<(), Error> + 'a;

fn side(path: &Path) -> Side {
    Side {
        name: path.display().to_string(),
        hash: None,
    }
}

/// The totals that have no counterpart yet, by invoice: those before, those after.
#[derive(Default)]
struct Join {
    waiting: [HashMap<String, Waiting>; 2],
    count: u64,
}

struct Waiting {
    total: Units,
    order: u64,
}

impl Join {
    /// The difference, when the other list has had the same invoice; otherwise `total` waits.
    fn pair(&mut self, side: usize, total: &TotalRead) -> Result<Option<Difference>, &'static str> {
        let units = Units::of(total.total)
            .ok_or("the total has more than 9 decimal places (round it to the minor unit)")?;
        if let Some(other) = self.waiting[1 - side].remove(&total.invoice_id) {
            let (before, after) = if side == 0 {
                (units, other.total)
            } else {
                (other.total, units)
            };
            let amount = after.minus(before);
            return Ok(Some(Difference {
                invoice_id: total.invoice_id.clone(),
                tier: None,
                currency: None,
                before,
                after,
                amount: amount.ok_or("the difference is longer than 38 digits")?,
                moves: Vec::new(),
            }));
        }
        self.count += 1;
        let waiting = Waiting {
            total: units,
            order: self.count,
        };
        self.waiting[side].insert(total.invoice_id.clone(), waiting);
        if self.waiting[side].len() > WAITING_MAX {
            return Err(
                "more than 1,000,000 invoices before it have no counterpart so far \
                        (sort both lists by invoice_id)",
            );
        }
        Ok(None)
    }
}

/// The invoices in `waiting` in the order of their list, each told to `tell`.
fn named(
    waiting: HashMap<String, Waiting>,
    tell: &mut dyn FnMut(&str, Units) -> Result<(), Error>,
) -> Result<Absent, Error> {
    let mut all: Vec<(String, Waiting)> = waiting.into_iter().collect();
    all.sort_unstable_by_key(|(_, waiting)| waiting.order);
    for (invoice_id, waiting) in &all {
        tell(invoice_id, waiting.total)?;
    }
    Ok(Absent {
        invoices: all.len() as u64,
        first: all.into_iter().take(NAMED_MAX).map(|(id, _)| id).collect(),
    })
}
