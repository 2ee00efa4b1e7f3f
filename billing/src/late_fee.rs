//! Late fees of invoices that were not paid in time: raised once, as the policy says that they were
//! issued under.

use std::collections::HashMap;

use jiff::civil::Date;
use pricing::{Invoice, PricingEngine, PricingError, RawDocument};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::Error;
use crate::repository::{InvoiceRepository, LateFee, OverdueInvoice};

/// So many fees are raised in one commit.
const BATCH: usize = 200;

/// A late fee that was raised, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// The invoice.
    pub invoice_id: String,
    /// How many days it is overdue.
    pub days_overdue: u32,
    /// The fee.
    #[serde(with = "pricing::amount")]
    pub late_fee: Decimal,
    /// What is to be paid with it.
    #[serde(with = "pricing::amount")]
    pub due: Decimal,
    /// In which currency.
    pub currency: String,
}

/// Raises the late fees that are due on the day `as_of` and shows each; only shows them when
/// `is_dry`. A second time there is nothing to raise.
///
/// The fee is what the invoice costs more when it is priced as overdue, so that its price is the one
/// that `ledgerly price` tells. An invoice that bore a fee when it was issued bears no other.
pub fn raise<R: InvoiceRepository + ?Sized>(
    repository: &mut R,
    as_of: Date,
    is_dry: bool,
    each: &mut dyn FnMut(&Overdue) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut engines = HashMap::new();
    let mut after = 0;
    loop {
        let overdue = repository.overdue(as_of, after, BATCH)?;
        let Some(last) = overdue.last() else {
            return Ok(());
        };
        after = last.sequence;
        let mut fees = Vec::new();
        for invoice in &overdue {
            fees.extend(fee_of(invoice, as_of, &mut engines)?);
        }
        let is_new = if is_dry {
            vec![true; fees.len()]
        } else {
            let raised: Vec<_> = fees.iter().map(|(fee, _)| fee.clone()).collect();
            repository.raise_late_fees(&raised)?
        };
        for ((_, shown), _) in fees.iter().zip(is_new).filter(|(_, is_new)| *is_new) {
            each(shown)?;
        }
    }
}

fn fee_of(
    overdue: &OverdueInvoice,
    as_of: Date,
    engines: &mut HashMap<String, PricingEngine>,
) -> Result<Option<(LateFee, Overdue)>, Error> {
    let days = as_of.since(overdue.due_on).map(|span| span.get_days());
    let days_overdue = days
        .ok()
        .and_then(|days| u32::try_from(days).ok())
        .unwrap_or(0);
    let engine = engines
        .entry(overdue.policy.id().hash.clone())
        .or_insert_with(|| PricingEngine::new(overdue.policy.clone()));
    let invoice_id = overdue.invoice.invoice_id().to_owned();
    let amount = added_by(engine, &overdue.invoice, days_overdue).map_err(|error| {
        Error::Usage(format!(
            "the late fee of invoice {invoice_id:?} cannot be priced: {error}"
        ))
    })?;
    let Some(amount) = amount else {
        return Ok(None);
    };
    let (total, due) = (overdue.total + amount, overdue.due + amount);
    let fee = LateFee {
        invoice_id: invoice_id.clone(),
        amount,
        total,
        due,
        currency: overdue.currency,
        raised_on: as_of,
    };
    let shown = Overdue {
        invoice_id,
        days_overdue,
        late_fee: amount,
        due,
        currency: overdue.currency.code().to_owned(),
    };
    Ok(Some((fee, shown)))
}

/// What the invoice costs more when it is so many days overdue; `None` when that is nothing, or it bore
/// a late fee from the start, or nothing was to be paid.
fn added_by(
    engine: &PricingEngine,
    invoice: &Invoice,
    days_overdue: u32,
) -> Result<Option<Decimal>, PricingError> {
    let issued = engine.quote(invoice)?;
    if issued.due <= Decimal::ZERO || !issued.late_fee.amount.is_zero() {
        return Ok(None);
    }
    let mut raw = RawDocument::from(invoice.clone());
    raw.days_overdue = days_overdue.into();
    // Only the days differ from an invoice that was accepted before.
    let Ok(late) = Invoice::try_from(raw) else {
        return Ok(None);
    };
    let added = engine.quote(&late)?.due - issued.due;
    Ok((added > Decimal::ZERO).then_some(added))
}
