//! Attempts begun and decided: the invoice's state goes with them.

use super::{attempts, due, issued, journal, rows};
use crate::charge::dunning;
use crate::error::Error;
use crate::gateway::{MinorUnits, Outcome, PaymentMethod};
use crate::repository::database::{Database, Value};
use crate::repository::{Begun, Decision, DueInvoice, InvoiceState, WantedCharge};

/// Stores an attempt, or finds out why there is nothing new to send.
pub(super) fn begin(
    database: &dyn Database,
    wanted: &WantedCharge,
    now: i64,
) -> Result<Begun, Error> {
    let invoice_id = &wanted.invoice_id;
    let Some(owed) = due::owed(database, invoice_id)? else {
        return Ok(Begun::NoSuchInvoice);
    };
    match (owed.state, attempts::that_counts(database, invoice_id)?) {
        (InvoiceState::Paid, paid) => Ok(Begun::AlreadyPaid(paid)),
        (_, Some(open)) => Ok(Begun::Open(open)),
        (_, None) if owed.amount.is_zero() => {
            set_state(database, invoice_id, InvoiceState::Paid, None)?;
            Ok(Begun::NothingDue)
        }
        (_, None) => {
            let Ok(amount) = MinorUnits::of_amount(owed.amount, owed.currency) else {
                return Ok(Begun::NotChargeable {
                    amount: owed.amount,
                    currency: owed.currency,
                });
            };
            let attempt = attempts::insert(database, wanted, amount, now)?;
            // Unknown from now on: whatever happens to this process, the attempt may be made.
            set_state(database, invoice_id, InvoiceState::Unknown, None)?;
            Ok(Begun::New(attempt))
        }
    }
}

/// Stores attempts for invoices that are due and locked, in few statements.
pub(super) fn begin_due(
    database: &dyn Database,
    due: Vec<DueInvoice>,
    payment_method: &PaymentMethod,
    now: i64,
) -> Result<Vec<(DueInvoice, Begun)>, Error> {
    let ids = due.iter().map(|invoice| &invoice.invoice_id);
    let earlier = attempts::of_invoices(database, ids)?;
    let name = attempts::database_id(database)?;
    let mut new = Vec::with_capacity(due.len());
    let mut begun = Vec::with_capacity(due.len());
    for invoice in due {
        let id = &invoice.invoice_id;
        let earlier = earlier.get(id).copied().unwrap_or_default();
        let amount = MinorUnits::of_amount(invoice.amount, invoice.currency);
        let one = match amount {
            Ok(amount) if !invoice.amount.is_zero() && !earlier.has_one_that_counts => {
                let attempt = attempts::next(id, earlier.count, amount, payment_method, now, &name);
                new.push(attempt.clone());
                Begun::New(attempt)
            }
            _ => {
                let wanted = WantedCharge {
                    invoice_id: id.clone(),
                    payment_method: payment_method.clone(),
                };
                begin(database, &wanted, now)?
            }
        };
        begun.push((invoice, one));
    }
    attempts::insert_all(database, &new)?;
    let ids = new.iter().map(|attempt| &attempt.invoice_id);
    set_states(database, InvoiceState::Unknown, ids)?;
    Ok(begun)
}

/// Records decisions, the payments among them in few statements; returns how many were new.
pub(super) fn decide_all(database: &dyn Database, decisions: &[Decision]) -> Result<usize, Error> {
    let is_paid = |decision: &&Decision| decision.payment.outcome == Outcome::Approved;
    let new = attempts::pay_all(database, decisions.iter().filter(is_paid))?;
    let mut recorded = new.len();
    let mut paid = Vec::with_capacity(new.len());
    let mut told = new;
    for decision in decisions {
        if !is_paid(&decision) {
            recorded += usize::from(decline(database, decision)?);
        } else if told.remove(&decision.attempt.attempt_id) {
            paid.push(&decision.attempt);
        }
    }
    let ids = paid.iter().map(|attempt| &attempt.invoice_id);
    set_states(database, InvoiceState::Paid, ids)?;
    journal::post_all(database, &paid)?;
    Ok(recorded)
}

/// False when the decision was recorded before, maybe by another process.
fn decline(database: &dyn Database, decision: &Decision) -> Result<bool, Error> {
    let (attempt, payment) = (&decision.attempt, &decision.payment);
    let Outcome::Declined(reason) = &payment.outcome else {
        return Ok(false);
    };
    if !attempts::decline(database, attempt, &payment.payment_id, reason.code())? {
        return Ok(false);
    }
    let policy = issued::policy(database, &attempt.invoice_id)?;
    let retry_at = dunning::retry_at(policy.dunning(), decision);
    let state = InvoiceState::Declined;
    set_state(database, &attempt.invoice_id, state, retry_at)?;
    Ok(true)
}

fn set_states<'a>(
    database: &dyn Database,
    state: InvoiceState,
    invoice_ids: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let sql = format!(
        "UPDATE invoices SET state = '{}', retry_at = NULL WHERE invoice_id IN (VALUES {{rows}})",
        state.name()
    );
    let values: Vec<Value<'_>> = invoice_ids.map(Value::from).collect();
    rows::execute(database, &sql, 1, &values)
}

fn set_state(
    database: &dyn Database,
    invoice_id: &str,
    state: InvoiceState,
    retry_at: Option<i64>,
) -> Result<(), Error> {
    let sql = "UPDATE invoices SET state = ?2, retry_at = ?3 WHERE invoice_id = ?1";
    let values = [invoice_id.into(), state.name().into(), retry_at.into()];
    database.execute(sql, &values)?;
    Ok(())
}
