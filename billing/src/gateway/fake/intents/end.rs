//! How payment intents end that were not charged at once: captured or canceled.

use super::unexpected;
use crate::gateway::Parameters;
use crate::gateway::fake::checked;
use crate::gateway::fake::events::{Context, Document, document};
use crate::gateway::fake::ledger;
use crate::gateway::fake::objects::{Charge, IntentStatus, PaymentIntent};
use crate::gateway::fake::refusal::{Handled, Refusal};

const CAPTURE: &[&str] = &[
    "amount_details",
    "amount_to_capture",
    "application_fee_amount",
    "expand",
    "final_capture",
    "hooks",
    "metadata",
    "payment_details",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
];

const CANCELLATION_REASONS: &[&str] = &[
    "abandoned",
    "duplicate",
    "fraudulent",
    "requested_by_customer",
];

/// Captures what was reserved, all or a part; the rest is released.
pub(in crate::gateway::fake) fn capture(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    let checked = checked::only(parameters, CAPTURE).and_then(|()| {
        checked::change_metadata(&mut intent.metadata, parameters)?;
        match parameters.get("amount_to_capture") {
            Some(text) => checked::amount("amount_to_capture", text),
            None => Ok(intent.amount_capturable),
        }
    });
    let amount = match checked {
        Ok(amount) => amount,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if intent.status != IntentStatus::RequiresCapture {
        return unexpected(&intent, "capture");
    }
    if amount > intent.amount_capturable {
        let capturable = intent.amount_capturable;
        let message = format!(
            "The requested capture amount is greater than the amount you can capture for this charge ({capturable})."
        );
        return Ok(Err(
            Refusal::invalid("amount_to_capture", message).code("amount_too_large")
        ));
    }
    let charge = intent.latest_charge.as_deref().unwrap_or_default();
    if let Some(mut charge) = ledger::find::<Charge>(context.ledger, charge)? {
        charge.captured = true;
        charge.amount_captured = amount;
        ledger::update(context.ledger, &charge)?;
        context.happened("charge.captured", &charge)?;
    }
    intent.amount_capturable = 0;
    intent.amount_received = amount;
    intent.status = IntentStatus::Succeeded;
    ledger::keep(context.ledger, &mut intent)?;
    context.happened("payment_intent.succeeded", &intent)?;
    Ok(Ok(document(&intent)?))
}

/// Cancels a payment intent that has not taken money.
pub(in crate::gateway::fake) fn cancel(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    let reason = checked::only(parameters, &["cancellation_reason", "expand"])
        .and_then(|()| checked::word(parameters, "cancellation_reason", CANCELLATION_REASONS));
    let reason = match reason {
        Ok(reason) => reason,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_final = matches!(
        intent.status,
        IntentStatus::Succeeded | IntentStatus::Canceled | IntentStatus::Processing
    );
    if is_final {
        return unexpected(&intent, "cancel");
    }
    intent.status = IntentStatus::Canceled;
    intent.canceled_at = Some(context.now);
    intent.cancellation_reason = reason;
    intent.amount_capturable = 0;
    ledger::keep(context.ledger, &mut intent)?;
    context.happened("payment_intent.canceled", &intent)?;
    Ok(Ok(document(&intent)?))
}
