//! A book, priced under two policies.

use pricing::{DocumentKind, Invoice, PricingEngine, Quote};

use super::OnDifference;
use super::difference::Difference;
use super::report::{Impact, Side};
use super::rule::moves;
use super::tally::Tally;
use super::units::Units;
use crate::error::Error;
use crate::policy::{self, Rules};
use crate::read::{Book, ReadError, ReadInvoice};

/// The rules before and after.
#[derive(Debug)]
pub struct Sides {
    /// The rules that hold.
    pub before: Rules,
    /// The rules that are planned.
    pub after: Rules,
}

/// What pricing `book` under the rules after instead of those before changes; each invoice that
/// differs goes to `on_difference` as well.
pub fn of_policies(
    mut book: Book,
    sides: &Sides,
    largest_max: usize,
    on_difference: &mut OnDifference<'_>,
) -> Result<Impact, Error> {
    let mut tally = Tally::new(largest_max);
    while let Some(read) = book.next() {
        let read = read.map_err(|error| match error {
            ReadError::Rejected(bad) => bad.into(),
            ReadError::Fatal(error) => error,
        })?;
        let difference = sides
            .difference(&read.invoice)
            .map_err(|problem| refused(&book, &read, &problem))?;
        tally.add(&difference)?;
        if difference.is_any() {
            on_difference(&difference)?;
        }
    }
    Impact::of(
        tally,
        sides.sides(),
        sides.differing_rules(),
        Default::default(),
    )
}

fn refused(book: &Book, read: &ReadInvoice, problem: &str) -> Error {
    let id = read.invoice.invoice_id();
    let problem = format!("invoice {id:?} cannot be compared: {problem}");
    book.bad_input(read.line, None, problem).into()
}

impl Sides {
    /// The hashes of the rules before, then of those after.
    #[must_use]
    pub fn hashes(&self) -> Vec<String> {
        [self.before.hashes(), self.after.hashes()].concat()
    }

    pub(crate) fn difference(&self, invoice: &Invoice) -> Result<Difference, String> {
        let before = quote(&self.before, invoice, "before")?;
        let after = quote(&self.after, invoice, "after")?;
        if before.currency != after.currency {
            let name = |quote: &Quote| quote.currency.map_or("none", pricing::Currency::code);
            let (before, after) = (name(&before), name(&after));
            return Err(format!(
                "its currency is {before} before and {after} after (compare policies of one currency)"
            ));
        }
        compared(invoice, &before, &after)
            .ok_or_else(|| "its difference is longer than 38 digits".to_owned())
    }

    pub(super) fn sides(&self) -> [Side; 2] {
        [&self.before, &self.after].map(|rules| Side {
            name: rules.timeline().name().to_owned(),
            hash: resolved(rules).map(|engine| engine.policy().id().hash.clone()),
        })
    }

    pub(super) fn differing_rules(&self) -> Vec<policy::Difference> {
        match (resolved(&self.before), resolved(&self.after)) {
            (Some(before), Some(after)) => policy::differences(before.policy(), after.policy()),
            _ => Vec::new(),
        }
    }
}

/// The one engine of these rules; `None` where it depends on the invoice.
fn resolved(rules: &Rules) -> Option<&PricingEngine> {
    rules.engine_on(None).ok()
}

fn quote(rules: &Rules, invoice: &Invoice, when: &str) -> Result<Quote, String> {
    let engine = rules.engine_for(invoice);
    let engine = engine.map_err(|error| format!("under the policy {when}: {error}"))?;
    let quote = engine.quote(invoice);
    quote.map_err(|error| format!("under the policy {when}: {error}"))
}

fn compared(invoice: &Invoice, before: &Quote, after: &Quote) -> Option<Difference> {
    let (old, new) = (
        Units::of(before.total.amount)?,
        Units::of(after.total.amount)?,
    );
    let mut moves = moves(before, after, new.minus(old)?)?;
    let is_credit = invoice.kind() == DocumentKind::CreditNote;
    let paid = |amount: Units| if is_credit { amount.negated() } else { amount };
    for step in &mut moves {
        step.amount = paid(step.amount);
    }
    Some(Difference {
        invoice_id: invoice.invoice_id().to_owned(),
        tier: Some(invoice.tier().to_owned()),
        currency: after.currency,
        before: paid(old),
        after: paid(new),
        amount: paid(new.minus(old)?),
        moves,
    })
}
