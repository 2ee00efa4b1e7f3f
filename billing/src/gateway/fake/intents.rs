//! Payment intents: made, confirmed, captured, canceled.

use serde_json::{Value, json};

use super::checked;
use super::events::{Context, document};
use super::faults::Fault;
use super::ledger;
use super::methods::{self, Decision, TestMethod};
use super::objects::{Charge, IntentStatus, PaymentIntent};
use super::refusal::{Handled, Refusal};
use crate::gateway::{GatewayError, Parameters};

const CREATE: &[&str] = &[
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
    "currency",
    "customer",
    "description",
    "error_on_requires_action",
    "expand",
    "metadata",
    "off_session",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
];

const CONFIRM: &[&str] = &[
    "capture_method",
    "error_on_requires_action",
    "expand",
    "off_session",
    "payment_method",
    "receipt_email",
    "return_url",
    "setup_future_usage",
];

const CANCELLATION_REASONS: &[&str] = &[
    "abandoned",
    "duplicate",
    "fraudulent",
    "requested_by_customer",
];

/// How long a payment of [`Fault::SlowSettlement`] is processing.
const SETTLEMENT_SECONDS: i64 = 60;

/// Makes a payment intent, and confirms it when asked.
pub(super) fn create(context: Context<'_>, parameters: &Parameters) -> Handled<Value> {
    let id = ledger::next_id::<PaymentIntent>(context.ledger)?;
    let (intent, method) = match new_intent(context, parameters, id) {
        Ok(new) => new,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_confirmed = match checked::flag(parameters, "confirm") {
        Ok(is_confirmed) => is_confirmed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    ledger::insert(context.ledger, &intent)?;
    context.happened("payment_intent.created", &intent)?;
    match method {
        Some(method) if is_confirmed => decide(context, intent, method, parameters),
        None if is_confirmed => Ok(Err(Refusal::invalid(
            "payment_method",
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
        ))),
        _ => Ok(Ok(document(&intent)?)),
    }
}

fn new_intent(
    context: Context<'_>,
    parameters: &Parameters,
    id: String,
) -> Result<(PaymentIntent, Option<&'static TestMethod>), Refusal> {
    checked::only(parameters, CREATE)?;
    let text = |name: &str| parameters.get(name).map(str::to_owned);
    let amount = checked::amount("amount", checked::required(parameters, "amount")?)?;
    let method = parameters
        .get("payment_method")
        .map(method_of)
        .transpose()?;
    if method.is_none() && checked::flag(parameters, "confirm")? {
        let message =
            "You cannot confirm this PaymentIntent because it's missing a payment method.";
        return Err(
            Refusal::invalid("payment_method", message).code("payment_intent_unexpected_state")
        );
    }
    let capture_method = ["automatic", "automatic_async", "manual"];
    let confirmation_method = ["automatic", "manual"];
    let types: Vec<_> = parameters.entries("payment_method_types").collect();
    let automatic = parameters.get("automatic_payment_methods[enabled]");
    let intent = PaymentIntent {
        client_secret: format!("{id}_secret"),
        id,
        object: "payment_intent".to_owned(),
        amount,
        amount_capturable: 0,
        amount_received: 0,
        automatic_payment_methods: automatic.map(|enabled| json!({"enabled": enabled == "true"})),
        canceled_at: None,
        cancellation_reason: None,
        capture_method: checked::word(parameters, "capture_method", &capture_method)?
            .unwrap_or_else(|| "automatic".to_owned()),
        confirmation_method: checked::word(
            parameters,
            "confirmation_method",
            &confirmation_method,
        )?
        .unwrap_or_else(|| "automatic".to_owned()),
        created: context.now,
        currency: checked::currency(parameters)?,
        customer: text("customer"),
        description: text("description"),
        last_payment_error: None,
        latest_charge: None,
        livemode: false,
        metadata: checked::metadata(parameters)?,
        next_action: None,
        payment_method: text("payment_method"),
        payment_method_types: if types.is_empty() {
            vec!["card".to_owned()]
        } else {
            types.into_iter().map(|(_, kind)| kind.to_owned()).collect()
        },
        status: match method {
            Some(_) => IntentStatus::RequiresConfirmation,
            None => IntentStatus::RequiresPaymentMethod,
        },
    };
    Ok((intent, method))
}

fn method_of(name: &str) -> Result<&'static TestMethod, Refusal> {
    methods::find(name).ok_or_else(|| {
        let remedy = methods::remedy(name);
        let message = format!("No such PaymentMethod: '{name}' ({remedy})");
        Refusal::invalid("payment_method", message).code("resource_missing")
    })
}

/// Confirms a payment intent.
pub(super) fn confirm(context: Context<'_>, id: &str, parameters: &Parameters) -> Handled<Value> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    if let Err(refusal) = checked::only(parameters, CONFIRM) {
        return Ok(Err(refusal));
    }
    let can_confirm = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
    );
    if !can_confirm {
        return unexpected(&intent, "confirm");
    }
    // What was declined needs another method, or the same one named again.
    let is_waiting = intent.status != IntentStatus::RequiresPaymentMethod;
    let named = parameters.get("payment_method").map(str::to_owned);
    let name = named.or_else(|| intent.payment_method.clone().filter(|_| is_waiting));
    let method = match name.as_deref().map(method_of) {
        Some(Ok(method)) => method,
        Some(Err(refusal)) => return Ok(Err(refusal)),
        None => {
            return Ok(Err(Refusal::unexpected_state(
                "payment_intent_unexpected_state",
                "You cannot confirm this PaymentIntent because it's missing a payment method. \
                 Supply `payment_method` and try again."
                    .to_owned(),
                document(&intent)?,
            )));
        }
    };
    intent.payment_method = name;
    decide(context, intent, method, parameters)
}

fn decide(
    context: Context<'_>,
    mut intent: PaymentIntent,
    method: &'static TestMethod,
    parameters: &Parameters,
) -> Handled<Value> {
    intent.next_action = None;
    match method.decision {
        Decision::Approve | Decision::ApproveRefundFails => approve(context, intent),
        Decision::Decline { code, reason } => decline(context, intent, code, reason),
        Decision::Authenticate if parameters.get("off_session") == Some("true") => decline(
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
            ledger::update(context.ledger, &intent)?;
            context.happened("payment_intent.requires_action", &intent)?;
            Ok(Ok(document(&intent)?))
        }
    }
}

fn approve(context: Context<'_>, mut intent: PaymentIntent) -> Handled<Value> {
    intent.last_payment_error = None;
    if context.fault == Some(Fault::SlowSettlement) {
        intent.status = IntentStatus::Processing;
        ledger::update(context.ledger, &intent)?;
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
    let mut charge = charge_of(context, intent)?;
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
    ledger::update(context.ledger, intent)?;
    Ok(charge)
}

fn charge_of(context: Context<'_>, intent: &PaymentIntent) -> Result<Charge, GatewayError> {
    Ok(Charge {
        id: ledger::next_id::<Charge>(context.ledger)?,
        object: "charge".to_owned(),
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        captured: false,
        created: context.now,
        currency: intent.currency.clone(),
        description: intent.description.clone(),
        failure_code: None,
        failure_message: None,
        livemode: false,
        metadata: intent.metadata.clone(),
        paid: false,
        payment_intent: intent.id.clone(),
        payment_method: intent.payment_method.clone(),
        refunded: false,
        status: "failed".to_owned(),
    })
}

fn decline(
    context: Context<'_>,
    mut intent: PaymentIntent,
    code: &'static str,
    reason: &'static str,
) -> Handled<Value> {
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
        _ => "Your card was declined.",
    };
    let mut charge = charge_of(context, &intent)?;
    charge.failure_code = Some(code.to_owned());
    charge.failure_message = Some(message.to_owned());
    let mut refusal = Refusal {
        code: Some(code),
        decline_code: Some(reason),
        details: vec![
            ("charge", Value::String(charge.id.clone())),
            (
                "payment_method",
                json!({"id": intent.payment_method, "object": "payment_method", "type": "card"}),
            ),
        ],
        ..Refusal::general(402, "card_error", message)
    };
    intent.latest_charge = Some(charge.id.clone());
    intent.last_payment_error = Some(refusal.document());
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    ledger::insert(context.ledger, &charge)?;
    ledger::update(context.ledger, &intent)?;
    context.happened("charge.failed", &charge)?;
    context.happened("payment_intent.payment_failed", &intent)?;
    refusal.details.push(("payment_intent", document(&intent)?));
    Ok(Err(refusal))
}

/// Captures what was reserved, all or a part; the rest is released.
pub(super) fn capture(context: Context<'_>, id: &str, parameters: &Parameters) -> Handled<Value> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    let checked =
        checked::only(parameters, &["amount_to_capture", "expand", "metadata"]).and_then(|()| {
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
    ledger::update(context.ledger, &intent)?;
    context.happened("payment_intent.succeeded", &intent)?;
    Ok(Ok(document(&intent)?))
}

/// Cancels a payment intent that has not taken money.
pub(super) fn cancel(context: Context<'_>, id: &str, parameters: &Parameters) -> Handled<Value> {
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
    ledger::update(context.ledger, &intent)?;
    context.happened("payment_intent.canceled", &intent)?;
    Ok(Ok(document(&intent)?))
}

/// Lets payments succeed whose settlement is due.
pub(super) fn settle(context: Context<'_>) -> Result<(), GatewayError> {
    let condition = "AND json_extract(document, '$.status') = 'processing' AND created <= ?1";
    let due = context.now - SETTLEMENT_SECONDS;
    for mut intent in ledger::select::<PaymentIntent>(context.ledger, condition, &[&due])? {
        let charge = take(context, &mut intent)?;
        context.happened("charge.succeeded", &charge)?;
        context.happened("payment_intent.succeeded", &intent)?;
    }
    Ok(())
}

fn unexpected(intent: &PaymentIntent, verb: &str) -> Handled<Value> {
    let shown = document(intent)?;
    let status = shown["status"].as_str().unwrap_or_default();
    let message =
        format!("You cannot {verb} this PaymentIntent because it has a status of {status}.");
    Ok(Err(Refusal::unexpected_state(
        "payment_intent_unexpected_state",
        message,
        shown.clone(),
    )))
}
