//! Whole objects where `expand` asks for them, up to four levels deep.

use rusqlite::Connection;
use serde_json::Value;

use super::events::{Document, document, value};
use super::objects::{Charge, PaymentIntent, Refund, Stored};
use super::refusal::{Handled, Refusal};
use super::{ledger, methods};
use crate::gateway::{GatewayError, Parameters};

/// As with Stripe.
const LEVELS_MAX: usize = 4;

/// What refers to other objects; those that this gateway does not have stay as they are.
const EXPANDABLE: &[&str] = &[
    "application",
    "balance_transaction",
    "charge",
    "customer",
    "failure_balance_transaction",
    "invoice",
    "latest_charge",
    "on_behalf_of",
    "payment_intent",
    "payment_method",
    "refunds",
    "review",
    "source_transfer_reversal",
    "transfer",
];

/// The document with what `expand` asks for.
pub(super) fn expand(
    ledger: &Connection,
    parameters: &Parameters,
    shown: Document,
) -> Handled<Document> {
    let mut paths = parameters
        .entries("expand")
        .map(|(_, path)| path)
        .peekable();
    if paths.peek().is_none() {
        return Ok(Ok(shown));
    }
    let mut whole: Value = value(&shown)?;
    for path in paths {
        let names: Vec<_> = path.split('.').collect();
        let unknown = match names.len() {
            1..=LEVELS_MAX => expand_at(ledger, &mut whole, &names)?,
            _ => Some(path.to_owned()),
        };
        if let Some(name) = unknown {
            let message = format!("This property cannot be expanded ({name}).");
            return Ok(Err(Refusal::invalid("expand", message)));
        }
    }
    Ok(Ok(document(&whole)?))
}

/// The name that cannot be expanded, if there is one.
fn expand_at(
    ledger: &Connection,
    whole: &mut Value,
    names: &[&str],
) -> Result<Option<String>, GatewayError> {
    let [name, rest @ ..] = names else {
        return Ok(None);
    };
    if *name == "data"
        && let Some(Value::Array(items)) = whole.get_mut("data")
    {
        for item in items {
            if let Some(unknown) = expand_at(ledger, item, rest)? {
                return Ok(Some(unknown));
            }
        }
        return Ok(None);
    }
    if !EXPANDABLE.contains(name) {
        return Ok(Some((*name).to_owned()));
    }
    let Some(inner) = whole.get_mut(*name) else {
        return Ok(None);
    };
    if let Some(id) = inner.as_str().map(str::to_owned)
        && let Some(found) = object(ledger, &id)?
    {
        *inner = found;
    }
    if inner.is_object() {
        return expand_at(ledger, inner, rest);
    }
    Ok(None)
}

fn object(ledger: &Connection, id: &str) -> Result<Option<Value>, GatewayError> {
    match id.split('_').next() {
        Some("pi") => found::<PaymentIntent>(ledger, id),
        Some("ch") => found::<Charge>(ledger, id),
        Some("re") => found::<Refund>(ledger, id),
        Some("pm") => Ok(Some(methods::shown(Some(id), 0))),
        _ => Ok(None),
    }
}

fn found<T: Stored>(ledger: &Connection, id: &str) -> Result<Option<Value>, GatewayError> {
    ledger::find::<T>(ledger, id)?
        .map(|object| value(&object))
        .transpose()
}
