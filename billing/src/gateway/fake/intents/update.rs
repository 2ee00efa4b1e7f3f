//! Changes of a payment intent before it is confirmed, and of what is said about it at any time.

use super::{method_of, named_method, unexpected};
use crate::gateway::Parameters;
use crate::gateway::fake::checked;
use crate::gateway::fake::events::{Context, Document, document};
use crate::gateway::fake::ledger;
use crate::gateway::fake::objects::{IntentStatus, PaymentIntent};
use crate::gateway::fake::refusal::{Handled, Refusal};

const UPDATE: &[&str] = &[
    "amount",
    "amount_details",
    "application_fee_amount",
    "capture_method",
    "currency",
    "customer",
    "description",
    "excluded_payment_method_types",
    "expand",
    "hooks",
    "metadata",
    "payment_details",
    "payment_method",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
];

/// What changes the payment itself, so only before it is made.
const EARLY: &[&str] = &[
    "amount",
    "capture_method",
    "currency",
    "payment_method",
    "payment_method_data",
];

/// Changes a payment intent.
pub(in crate::gateway::fake) fn update(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    if let Err(refusal) = checked::only(parameters, UPDATE) {
        return Ok(Err(refusal));
    }
    let is_early = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
    );
    let base = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
    let changes_payment = parameters
        .iter()
        .any(|(name, _)| EARLY.contains(&base(name).as_str()));
    if changes_payment && !is_early {
        return unexpected(&intent, "update");
    }
    if let Err(refusal) = apply(&mut intent, parameters) {
        return Ok(Err(refusal));
    }
    ledger::keep(context.ledger, &mut intent)?;
    Ok(Ok(document(&intent)?))
}

fn apply(intent: &mut PaymentIntent, parameters: &Parameters) -> Result<(), Refusal> {
    if let Some(text) = parameters.get("amount") {
        intent.amount = checked::amount("amount", text)?;
    }
    if parameters.get("currency").is_some() {
        intent.currency = checked::currency(parameters)?;
    }
    if let Some(method) = checked::word(parameters, "capture_method", super::CAPTURE_METHODS)? {
        intent.capture_method = method;
    }
    if let Some(name) = named_method(parameters)? {
        method_of(&name)?;
        intent.payment_method = Some(name);
        intent.next_action = None;
        intent.status = IntentStatus::RequiresConfirmation;
    }
    let text = |name: &str| parameters.get(name).map(str::to_owned);
    intent.customer = text("customer").or(intent.customer.take());
    intent.description = text("description").or(intent.description.take());
    checked::change_metadata(&mut intent.metadata, parameters)
}
