//! Changes of what is said about charges and refunds; the money in them stays.

use super::checked;
use super::events::{Context, Document, document};
use super::ledger;
use super::objects::{Charge, Refund};
use super::refusal::{Handled, Refusal};
use crate::gateway::Parameters;

const CHARGE: &[&str] = &[
    "customer",
    "description",
    "expand",
    "fraud_details",
    "metadata",
    "receipt_email",
    "shipping",
    "transfer_group",
];

/// Changes the metadata and the description of a charge.
pub(super) fn of_charge(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut charge) = ledger::find::<Charge>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("charge", "id", id)));
    };
    let changed = checked::only(parameters, CHARGE)
        .and_then(|()| checked::change_metadata(&mut charge.metadata, parameters));
    if let Err(refusal) = changed {
        return Ok(Err(refusal));
    }
    if let Some(description) = parameters.get("description") {
        charge.description = Some(description.to_owned());
    }
    ledger::update(context.ledger, &charge)?;
    context.happened("charge.updated", &charge)?;
    Ok(Ok(document(&charge)?))
}

/// Changes the metadata of a refund.
pub(super) fn of_refund(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut refund) = ledger::find::<Refund>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("refund", "id", id)));
    };
    let changed = checked::only(parameters, &["expand", "metadata"])
        .and_then(|()| checked::change_metadata(&mut refund.metadata, parameters));
    if let Err(refusal) = changed {
        return Ok(Err(refusal));
    }
    ledger::update(context.ledger, &refund)?;
    context.happened("refund.updated", &refund)?;
    Ok(Ok(document(&refund)?))
}
