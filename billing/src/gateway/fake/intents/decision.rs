//! What a payment method leads to: money taken, a decline, or a question to the customer.

use serde_json::json;

use crate::gateway::fake::events::{Context, Document, document, value};
use crate::gateway::fake::faults::Fault;
use crate::gateway::fake::ledger;
use crate::gateway::fake::methods::{self, Decision, TestMethod};
use crate::gateway::fake::objects::{
    BillingDetails, Charge, IntentStatus, PaymentIntent, PaymentMethodDetails,
};
use crate::gateway::fake::refusal::{Handled, Refusal};
use crate::gateway::{GatewayError, Parameters};

/// How long a payment of [`Fault::SlowSettlement`] is processing.
const SETTLEMENT_SECONDS: i64 = 60;

/// Decides a payment by its method.
pub(super) fn decide(
    context: Context<'_>,
    mut intent: PaymentIntent,
    method: &'static TestMethod,
    parameters: &Parameters,
) -> Handled<Document> {
    intent.next_action = None;
    let is_alone = ["off_session", "error_on_requires_action"]
        .iter()
        .any(|name| is_set(parameters, name));
    match method.decision {
        Decision::Approve | Decision::ApproveRefundFails => approve(context, intent),
        Decision::Decline { code, reason } => decline(context, intent, code, reason),
        Decision::Authenticate if is_alone => decline(
            context,
            intent,
            "authentication_required",
            "authentication_required",
        ),
        Decision::Authenticate => {
            intent.status = IntentStatus::RequiresAction;
            intent.next_action = Some(json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"type": "three_d_secure_redirect"}
            }));
            ledger::keep(context.ledger, &mut intent)?;
            context.happened("payment_intent.requires_action", &intent)?;
            Ok(Ok(document(&intent)?))
        }
    }
}

/// `off_session` may also be a word that says why the customer is away.
fn is_set(parameters: &Parameters, name: &str) -> bool {
    let value = parameters.get(name).unwrap_or_default();
    !value.is_empty() && !value.eq_ignore_ascii_case("false")
}

/// The customer answers the question that a payment waits for; `None` when it waits for none.
pub(in crate::gateway::fake) fn authenticate(
    context: Context<'_>,
    id: &str,
    succeeds: bool,
) -> Result<Option<Document>, GatewayError> {
    let found = ledger::find::<PaymentIntent>(context.ledger, id)?;
    let waiting = found.filter(|intent| intent.status == IntentStatus::RequiresAction);
    let Some(mut intent) = waiting else {
        return Ok(None);
    };
    intent.next_action = None;
    let reason = "payment_intent_authentication_failure";
    let ended = if succeeds {
        approve(context, intent)?
    } else {
        decline(context, intent, reason, reason)?
    };
    Ok(match ended {
        Ok(document) => Some(document),
        Err(refusal) => Some(document(&refusal.document())?),
    })
}

fn approve(context: Context<'_>, mut intent: PaymentIntent) -> Handled<Document> {
    intent.last_payment_error = None;
    if context.fault == Some(Fault::SlowSettlement) {
        intent.status = IntentStatus::Processing;
        ledger::keep(context.ledger, &mut intent)?;
        context.happened("payment_intent.processing", &intent)?;
        return Ok(Ok(document(&intent)?));
    }
    let charge = take(context, &mut intent)?;
    context.happened("charge.succeeded", &charge)?;
    let what = if charge.captured {
        "payment_intent.succeeded"
    } else {
        "payment_intent.amount_capturable_updated"
    };
    context.happened(what, &intent)?;
    Ok(Ok(document(&intent)?))
}

/// Takes the money, or reserves it when capture is manual.
fn take(context: Context<'_>, intent: &mut PaymentIntent) -> Result<Charge, GatewayError> {
    let is_captured = intent.capture_method != "manual";
    let mut charge = charge_of(context, intent);
    charge.captured = is_captured;
    charge.paid = true;
    "succeeded".clone_into(&mut charge.status);
    intent.latest_charge = Some(charge.id.clone());
    if is_captured {
        charge.amount_captured = intent.amount;
        intent.amount_received = intent.amount;
        intent.status = IntentStatus::Succeeded;
    } else {
        intent.amount_capturable = intent.amount;
        intent.status = IntentStatus::RequiresCapture;
    }
    ledger::insert(context.ledger, &charge)?;
    ledger::keep(context.ledger, intent)?;
    Ok(charge)
}

fn charge_of(context: Context<'_>, intent: &PaymentIntent) -> Charge {
    Charge {
        id: context.numbers.next_id::<Charge>(),
        object: "charge".to_owned(),
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        billing_details: BillingDetails::default(),
        captured: false,
        created: context.now,
        currency: intent.currency.clone(),
        customer: intent.customer.clone(),
        description: intent.description.clone(),
        disputed: false,
        failure_code: None,
        failure_message: None,
        livemode: false,
        metadata: intent.metadata.clone(),
        paid: false,
        payment_intent: intent.id.clone(),
        payment_method_details: intent
            .payment_method
            .as_deref()
            .map(PaymentMethodDetails::of),
        payment_method: intent.payment_method.clone(),
        refunded: false,
        status: "failed".to_owned(),
    }
}

fn decline(
    context: Context<'_>,
    mut intent: PaymentIntent,
    code: &'static str,
    reason: &'static str,
) -> Handled<Document> {
    let message = match reason {
        "insufficient_funds" => "Your card has insufficient funds.",
        "expired_card" => "Your card has expired.",
        "incorrect_cvc" => "Your card's security code is incorrect.",
        "processing_error" => {
            "An error occurred while processing your card. Try again in a little bit."
        }
        "authentication_required" => {
            "Your card was declined. This transaction requires authentication."
        }
        "payment_intent_authentication_failure" => {
            "The provided payment method has failed authentication. You can provide another one."
        }
        _ => "Your card was declined.",
    };
    let mut charge = charge_of(context, &intent);
    charge.failure_code = Some(code.to_owned());
    charge.failure_message = Some(message.to_owned());
    let mut refusal = Refusal {
        code: Some(code),
        decline_code: Some(reason),
        details: vec![
            ("charge", charge.id.clone().into()),
            (
                "payment_method",
                methods::shown(intent.payment_method.as_deref(), context.now),
            ),
        ],
        ..Refusal::general(402, "card_error", message)
    };
    intent.latest_charge = Some(charge.id.clone());
    intent.last_payment_error = Some(refusal.document());
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    ledger::insert(context.ledger, &charge)?;
    ledger::keep(context.ledger, &mut intent)?;
    context.happened("charge.failed", &charge)?;
    context.happened("payment_intent.payment_failed", &intent)?;
    refusal.details.push(("payment_intent", value(&intent)?));
    Ok(Err(refusal))
}

/// Lets payments succeed whose settlement is due.
pub(in crate::gateway::fake) fn settle(context: Context<'_>) -> Result<(), GatewayError> {
    let condition = "AND is_processing AND created <= ?1";
    let due = context.now - SETTLEMENT_SECONDS;
    for mut intent in ledger::select::<PaymentIntent>(context.ledger, condition, &[&due])? {
        let charge = take(context, &mut intent)?;
        context.happened("charge.succeeded", &charge)?;
        context.happened("payment_intent.succeeded", &intent)?;
    }
    Ok(())
}
