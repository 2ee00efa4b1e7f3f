//! Invoices as they were issued, and the rules they were issued under.

use pricing::{Invoice, Policy, PricingEngine, Quote};

use super::{corrupt, journal};
use crate::error::{BadInput, Error};
use crate::gateway::counted;
use crate::repository::database::{Database, first};
use crate::repository::{InvoiceState, NewInvoice, RepositoryError};

/// Keeps the rules that invoices are issued under.
pub(super) fn keep_policy(database: &dyn Database, policy: &Policy) -> Result<(), Error> {
    let hash = &policy.id().hash;
    let document = serde_json::to_string(policy)
        .map_err(|error| Error::io("writing", format!("policy {hash}"), error.into()))?;
    let sql = "INSERT INTO policies (hash, document) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    database.execute(sql, &[hash.into(), (&document).into()])?;
    Ok(())
}

/// False when the same invoice is there already.
pub(super) fn insert(database: &dyn Database, new: &NewInvoice) -> Result<bool, Error> {
    let invoice_id = new.invoice.invoice_id();
    let document = serde_json::to_string(&new.invoice)
        .map_err(|error| Error::io("writing", format!("invoice {invoice_id:?}"), error.into()))?;
    match document_of(database, invoice_id)? {
        Some(stored) if stored == document => same_price(database, new).map(|()| false),
        Some(_) => Err(Error::BadInput(BadInput {
            file: new.file.clone(),
            line: Some(new.line),
            field: Some("invoice_id".to_owned()),
            problem: format!(
                "{invoice_id:?} is in the database with other content (an issued invoice is not changed; give the new one its own identifier)"
            ),
        })),
        None => {
            insert_new(database, new, &document)?;
            Ok(true)
        }
    }
}

/// An invoice that is there already must have been issued at the same price: nobody may take the old
/// one for that of new rules.
fn same_price(database: &dyn Database, new: &NewInvoice) -> Result<(), Error> {
    let invoice_id = new.invoice.invoice_id();
    let issued_under = policy(database, invoice_id)?;
    if issued_under.id().hash == new.policy.id().hash {
        return Ok(());
    }
    let under = issued_under.id().to_string();
    let issued = PricingEngine::new(issued_under).quote(&new.invoice);
    let priced_again = PricingEngine::new(new.policy.as_ref().clone()).quote(&new.invoice);
    let price = |quote: &Quote| (quote.total.amount, quote.due, quote.currency);
    match (&issued, &priced_again) {
        (Ok(issued), Ok(again)) if price(issued) != price(again) => {
            let (total, now) = (issued.total.amount, again.total.amount);
            let problem = format!(
                "{invoice_id:?} comes to {now} under {}, but was issued at {total} under {under} (an issued invoice is not changed; import it under the policy that it was issued under)",
                new.policy.id(),
            );
            Err(Error::BadInput(BadInput {
                file: new.file.clone(),
                line: Some(new.line),
                field: None,
                problem,
            }))
        }
        _ => Ok(()),
    }
}

fn insert_new(database: &dyn Database, new: &NewInvoice, document: &str) -> Result<(), Error> {
    let invoice_id = new.invoice.invoice_id();
    let Some(units) = counted(new.due, new.currency) else {
        return Err(Error::BadInput(BadInput {
            file: new.file.clone(),
            line: Some(new.line),
            field: None,
            problem: format!(
                "{invoice_id:?} comes to {} {}, which the journal cannot count (allowed: at most {} minor units)",
                new.due,
                new.currency,
                i64::MAX
            ),
        }));
    };
    let sql = "INSERT INTO invoices \
               (invoice_id, document, total, due, currency, due_on, state, policy_hash) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (total, due) = (new.total.to_string(), new.due.to_string());
    let due_on = new.due_on.map(|date| date.to_string());
    let values = [
        invoice_id.into(),
        document.into(),
        (&total).into(),
        (&due).into(),
        new.currency.code().into(),
        due_on.as_ref().into(),
        InvoiceState::Issued.name().into(),
        (&new.policy.id().hash).into(),
    ];
    database.execute(sql, &values)?;
    let entry = format!("issued {invoice_id}");
    let postings = [("receivable", units), ("revenue", -units)];
    journal::post(database, &entry, invoice_id, new.currency, postings)
}

fn document_of(database: &dyn Database, id: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT document FROM invoices WHERE invoice_id = ?1";
    first(database, sql, &[id.into()], |row| row.text(0))
}

/// The invoice as it was issued; `None` when there is no such invoice.
pub(super) fn invoice(database: &dyn Database, id: &str) -> Result<Option<Invoice>, Error> {
    let document = document_of(database, id)?;
    Ok(document.map(invoice_of).transpose()?)
}

pub(super) fn invoice_of(document: String) -> Result<Invoice, RepositoryError> {
    serde_json::from_str(&document).map_err(|_| corrupt("document", document))
}

/// The rules that an invoice was issued under.
pub(super) fn policy(database: &dyn Database, id: &str) -> Result<Policy, Error> {
    let sql = "SELECT policies.document FROM invoices \
               JOIN policies ON policies.hash = invoices.policy_hash WHERE invoice_id = ?1";
    let document = first(database, sql, &[id.into()], |row| row.text(0))?;
    Ok(policy_of(document)?)
}

/// The first versions priced under the standard policy and did not say so.
pub(super) fn policy_of(document: Option<String>) -> Result<Policy, RepositoryError> {
    match document {
        None => Ok(Policy::standard()),
        Some(document) => serde_json::from_str(&document).map_err(|_| corrupt("policy", document)),
    }
}
