//! Refunds: all or a part of what was taken, never more.

use super::checked;
use super::events::{Context, Document, document};
use super::ledger;
use super::methods::{self, Decision};
use super::objects::{Charge, IntentStatus, PaymentIntent, Refund};
use super::refusal::{Handled, Refusal};
use crate::gateway::{GatewayError, Parameters};

const CREATE: &[&str] = &[
    "amount",
    "charge",
    "currency",
    "customer",
    "expand",
    "instructions_email",
    "metadata",
    "origin",
    "payment_intent",
    "reason",
    "refund_application_fee",
    "reverse_transfer",
];

const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer"];

/// Gives money back.
pub(super) fn create(context: Context<'_>, parameters: &Parameters) -> Handled<Document> {
    if let Err(refusal) = checked::only(parameters, CREATE) {
        return Ok(Err(refusal));
    }
    let charge = match refundable(context, parameters)? {
        Ok(charge) => charge,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let remaining = charge.amount_captured - charge.amount_refunded;
    let amount = match parameters.get("amount") {
        Some(text) => checked::amount("amount", text),
        None => Ok(remaining),
    };
    let refund = match amount.and_then(|amount| new_refund(parameters, &charge, amount)) {
        Ok(refund) => refund,
        Err(refusal) => return Ok(Err(refusal)),
    };
    keep(context, charge, refund)
}

/// The charge that took the money; a refusal when none did.
fn refundable(
    context: Context<'_>,
    parameters: &Parameters,
) -> Result<Result<Charge, Refusal>, GatewayError> {
    let charge_id = match (parameters.get("payment_intent"), parameters.get("charge")) {
        (Some(id), _) => {
            let Some(intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
                return Ok(Err(Refusal::missing(
                    "payment_intent",
                    "payment_intent",
                    id,
                )));
            };
            if intent.status != IntentStatus::Succeeded {
                let message = format!(
                    "This PaymentIntent ({id}) does not have a successful charge to refund."
                );
                return Ok(Err(Refusal::invalid("payment_intent", message)));
            }
            intent.latest_charge.unwrap_or_default()
        }
        (None, Some(id)) => id.to_owned(),
        (None, None) => {
            let message = "One of the following params should be provided for this request: \
                           payment_intent or charge.";
            return Ok(Err(
                Refusal::invalid("payment_intent", message).code("parameter_missing")
            ));
        }
    };
    let Some(charge) = ledger::find::<Charge>(context.ledger, &charge_id)? else {
        return Ok(Err(Refusal::missing("charge", "charge", &charge_id)));
    };
    if !charge.paid || !charge.captured {
        let message = format!("Charge {charge_id} took no money, so none can be given back.");
        return Ok(Err(Refusal::invalid("charge", message)));
    }
    if charge.refunded {
        let message = format!("Charge {charge_id} has already been refunded.");
        return Ok(Err(
            Refusal::invalid("charge", message).code("charge_already_refunded")
        ));
    }
    Ok(Ok(charge))
}

fn new_refund(parameters: &Parameters, charge: &Charge, amount: i64) -> Result<Refund, Refusal> {
    let remaining = charge.amount_captured - charge.amount_refunded;
    if amount > remaining {
        let message = format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({remaining})"
        );
        return Err(Refusal::invalid("amount", message));
    }
    Ok(Refund {
        id: String::new(),
        object: "refund".to_owned(),
        amount,
        charge: charge.id.clone(),
        created: 0,
        currency: charge.currency.clone(),
        failure_reason: None,
        metadata: checked::metadata(parameters)?,
        payment_intent: charge.payment_intent.clone(),
        reason: checked::word(parameters, "reason", REASONS)?,
        status: "succeeded".to_owned(),
    })
}

fn keep(context: Context<'_>, mut charge: Charge, mut refund: Refund) -> Handled<Document> {
    refund.id = context.numbers.next_id::<Refund>();
    refund.created = context.now;
    ledger::insert(context.ledger, &refund)?;
    context.happened("refund.created", &refund)?;
    let shown = document(&refund)?;
    let method = charge.payment_method.as_deref().and_then(methods::find);
    if method.is_some_and(|method| method.decision == Decision::ApproveRefundFails) {
        // As with the real gateway: it succeeds first, and fails some time later.
        "failed".clone_into(&mut refund.status);
        refund.failure_reason = Some("expired_or_canceled_card".to_owned());
        ledger::update(context.ledger, &refund)?;
        context.happened("refund.failed", &refund)?;
        return Ok(Ok(shown));
    }
    charge.amount_refunded += refund.amount;
    charge.refunded = charge.amount_refunded == charge.amount_captured;
    ledger::update(context.ledger, &charge)?;
    context.happened("charge.refunded", &charge)?;
    Ok(Ok(shown))
}
