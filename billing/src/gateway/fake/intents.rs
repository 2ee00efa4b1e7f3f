//! Payment intents: made, confirmed, captured, canceled.

mod decision;
mod end;
mod update;

use serde_json::json;

use super::checked;
use super::events::{Context, Document, document, value};
use super::ledger;
use super::methods::{self, TestMethod};
use super::objects::{IntentStatus, PaymentIntent};
use super::refusal::{Handled, Refusal};
use crate::gateway::Parameters;
use decision::decide;

pub(super) use decision::{authenticate, settle};
pub(super) use end::{cancel, capture};
pub(super) use update::update;

const CAPTURE_METHODS: &[&str] = &["automatic", "automatic_async", "manual"];

/// What the interface has; the fake one reads a part of it.
const CREATE: &[&str] = &[
    "amount",
    "amount_details",
    "application_fee_amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
    "currency",
    "customer",
    "description",
    "error_on_requires_action",
    "excluded_payment_method_types",
    "expand",
    "hooks",
    "mandate",
    "mandate_data",
    "metadata",
    "off_session",
    "on_behalf_of",
    "payment_details",
    "payment_method",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "radar_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
    "use_stripe_sdk",
];

const CONFIRM: &[&str] = &[
    "amount_details",
    "amount_to_confirm",
    "capture_method",
    "error_on_requires_action",
    "excluded_payment_method_types",
    "expand",
    "hooks",
    "mandate",
    "mandate_data",
    "off_session",
    "payment_details",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "radar_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "use_stripe_sdk",
];

/// Makes a payment intent, and confirms it when asked.
pub(super) fn create(context: Context<'_>, parameters: &Parameters) -> Handled<Document> {
    let new = new_intent(context, parameters).and_then(|new| {
        let is_asked_for = checked::flag(parameters, "confirm")?;
        Ok((new, is_asked_for))
    });
    let ((mut intent, method), is_confirmed) = match new {
        Ok(new) => new,
        Err(refusal) => return Ok(Err(refusal)),
    };
    intent.id = context.numbers.next_id::<PaymentIntent>();
    intent.client_secret = format!("{}_secret", intent.id);
    context.happened("payment_intent.created", &intent)?;
    match method {
        Some(method) if is_confirmed => decide(context, intent, method, parameters),
        _ => {
            ledger::keep(context.ledger, &mut intent)?;
            Ok(Ok(document(&intent)?))
        }
    }
}

fn new_intent(
    context: Context<'_>,
    parameters: &Parameters,
) -> Result<(PaymentIntent, Option<&'static TestMethod>), Refusal> {
    checked::only(parameters, CREATE)?;
    let text = |name: &str| parameters.get(name).map(str::to_owned);
    let amount = checked::amount("amount", checked::required(parameters, "amount")?)?;
    let name = named_method(parameters)?;
    let method = name.as_deref().map(method_of).transpose()?;
    if method.is_none() && checked::flag(parameters, "confirm")? {
        let message =
            "You cannot confirm this PaymentIntent because it's missing a payment method.";
        return Err(
            Refusal::invalid("payment_method", message).code("payment_intent_unexpected_state")
        );
    }
    let confirmation_method = ["automatic", "manual"];
    let types: Vec<_> = parameters.entries("payment_method_types").collect();
    let automatic = parameters.get("automatic_payment_methods[enabled]");
    let intent = PaymentIntent {
        client_secret: String::new(),
        id: String::new(),
        object: "payment_intent".to_owned(),
        amount,
        amount_capturable: 0,
        amount_received: 0,
        automatic_payment_methods: automatic
            .map(|enabled| json!({"enabled": enabled.eq_ignore_ascii_case("true")})),
        canceled_at: None,
        cancellation_reason: None,
        capture_method: checked::word(parameters, "capture_method", CAPTURE_METHODS)?
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
        payment_method: name,
        payment_method_types: if types.is_empty() {
            vec!["card".to_owned()]
        } else {
            types.into_iter().map(|(_, kind)| kind.to_owned()).collect()
        },
        status: match method {
            Some(_) => IntentStatus::RequiresConfirmation,
            None => IntentStatus::RequiresPaymentMethod,
        },
        is_new: true,
    };
    Ok((intent, method))
}

/// The payment method that a request names, or describes by a test token; never by a card's number.
fn named_method(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    if let Some(name) = parameters.get("payment_method") {
        return Ok(Some(name.to_owned()));
    }
    let number = "payment_method_data[card][number]";
    if parameters.get(number).is_some() {
        let message = "Sending credit card numbers directly to this gateway is refused: name a \
                       test payment method, such as pm_card_visa.";
        return Err(Refusal::invalid(number, message));
    }
    let token = parameters.get("payment_method_data[card][token]");
    Ok(token.map(|token| token.replacen("tok_", "pm_card_", 1)))
}

fn method_of(name: &str) -> Result<&'static TestMethod, Refusal> {
    methods::find(name).ok_or_else(|| {
        let remedy = methods::remedy(name);
        let message = format!("No such PaymentMethod: '{name}' ({remedy})");
        Refusal::invalid("payment_method", message).code("resource_missing")
    })
}

/// Confirms a payment intent.
pub(super) fn confirm(
    context: Context<'_>,
    id: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let Some(mut intent) = ledger::find::<PaymentIntent>(context.ledger, id)? else {
        return Ok(Err(Refusal::missing("payment_intent", "intent", id)));
    };
    let named = checked::only(parameters, CONFIRM).and_then(|()| named_method(parameters));
    let named = match named {
        Ok(named) => named,
        Err(refusal) => return Ok(Err(refusal)),
    };
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
                value(&intent)?,
            )));
        }
    };
    intent.payment_method = name;
    decide(context, intent, method, parameters)
}

fn unexpected(intent: &PaymentIntent, verb: &str) -> Handled<Document> {
    let shown = value(intent)?;
    let status = shown["status"].as_str().unwrap_or_default();
    let message =
        format!("You cannot {verb} this PaymentIntent because it has a status of {status}.");
    Ok(Err(Refusal::unexpected_state(
        "payment_intent_unexpected_state",
        message,
        shown.clone(),
    )))
}
