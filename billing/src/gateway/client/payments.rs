//! Payments: asked for once, looked up however often.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ErrorObject, ErrorReply, PAGE, listed, parsed, refusal, undecided};
use crate::gateway::{
    ApiReply, ApiRequest, ChargeRequest, DeclineReason, GatewayError, Outcome, Parameters, Payment,
    Transport,
};

const INTENTS: &str = "/v1/payment_intents";

/// The metadata entry that names the database which asks.
pub(super) const DATABASE: &str = "database_id";

/// What is read of a payment intent.
#[derive(Deserialize)]
struct Intent {
    id: String,
    status: String,
    amount_received: i64,
    last_payment_error: Option<ErrorObject>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// Looks an attempt up by its name, however long ago it was made.
pub(super) fn find<T: Transport + ?Sized>(
    gateway: &mut T,
    request: &ChargeRequest,
) -> Result<Option<Payment>, GatewayError> {
    let attempt_id = &request.attempt_id;
    let query = format!("metadata[\"attempt_id\"]:\"{attempt_id}\"");
    let path = format!("{INTENTS}/search");
    let parameters = Parameters::default()
        .with("query", query)
        .with("limit", PAGE);
    let reply = gateway.send(&ApiRequest::get(path, parameters))?;
    let mut decided = None;
    for intent in listed::<Intent>(&reply, attempt_id)?.data {
        let database = intent.metadata.get(DATABASE);
        if is_of_another(database, request.database_id.as_ref()) {
            let key = attempt_id.clone();
            return Err(GatewayError::IdempotencyConflict { key });
        }
        let payment = payment_of(intent, request)?;
        let is_approved = payment.outcome == Outcome::Approved;
        decided = Some(payment);
        if is_approved {
            break;
        }
    }
    Ok(decided)
}

/// The request that charges an attempt.
pub(super) fn api_request(request: &ChargeRequest) -> ApiRequest {
    ApiRequest::post(INTENTS, parameters_of(request), &request.attempt_id)
}

/// What the reply to it tells.
pub(super) fn charged<T: Transport + ?Sized>(
    gateway: &mut T,
    request: &ChargeRequest,
    reply: &ApiReply,
) -> Result<Payment, GatewayError> {
    match reply.status {
        200 => {
            let intent: Intent = parsed(reply)?;
            let intent = match intent.status.as_str() {
                // The reply under this key stays what it was first; the payment moves on.
                "processing" => retrieved(gateway, &intent.id)?,
                _ => intent,
            };
            payment_of(intent, request)
        }
        402 => declined(reply),
        // A reply of 500 is kept under its key, so only looking the attempt up can help.
        500.. => match find(gateway, request)? {
            Some(payment) => Ok(payment),
            None => Err(undecided(reply)),
        },
        _ => Err(refusal(reply, &request.attempt_id)),
    }
}

fn parameters_of(request: &ChargeRequest) -> Parameters {
    let parameters = Parameters::default()
        .with("amount", request.amount.get().to_string())
        .with(
            "currency",
            request.amount.currency().code().to_ascii_lowercase(),
        )
        .with("payment_method", request.payment_method.as_str())
        .with("payment_method_types[0]", "card")
        .with("confirm", "true")
        .with("off_session", "true")
        .with("metadata[invoice_id]", &request.invoice_id)
        .with("metadata[attempt_id]", &request.attempt_id);
    match &request.database_id {
        Some(id) => parameters.with(format!("metadata[{DATABASE}]"), id),
        None => parameters,
    }
}

/// Whether a payment was certainly asked for by somebody else: the first versions did not say who
/// asks.
pub(crate) fn is_of_another(theirs: Option<&String>, ours: Option<&String>) -> bool {
    theirs
        .zip(ours)
        .is_some_and(|(theirs, ours)| theirs != ours)
}

fn retrieved<T: Transport + ?Sized>(gateway: &mut T, id: &str) -> Result<Intent, GatewayError> {
    let path = format!("{INTENTS}/{id}");
    let reply = gateway.send(&ApiRequest::get(path, Parameters::default()))?;
    match reply.status {
        200 => parsed(&reply),
        500.. => Err(undecided(&reply)),
        _ => Err(refusal(&reply, "")),
    }
}

/// What an event tells about an attempt.
pub(crate) struct ToldPayment {
    pub(crate) attempt_id: String,
    pub(crate) database_id: Option<String>,
    /// What was taken, in minor units.
    pub(crate) received: i64,
    pub(crate) payment: Payment,
}

/// What an event's payment intent tells, if it is one of ours and decided.
pub(crate) fn payment_in_event(object: &serde_json::Value) -> Option<ToldPayment> {
    let mut intent: Intent = serde_json::from_value(object.clone()).ok()?;
    Some(ToldPayment {
        attempt_id: intent.metadata.remove("attempt_id")?,
        database_id: intent.metadata.remove(DATABASE),
        received: intent.amount_received,
        payment: decision(intent).ok()?,
    })
}

fn payment_of(intent: Intent, request: &ChargeRequest) -> Result<Payment, GatewayError> {
    let (received, asked) = (intent.amount_received, request.amount.get());
    let payment = decision(intent)?;
    if payment.outcome == Outcome::Approved && received != asked {
        return Err(GatewayError::BadReply(format!(
            "payment {} took {received} minor units, {asked} were asked for",
            payment.payment_id
        )));
    }
    Ok(payment)
}

/// What was decided; an error while nothing is.
fn decision(intent: Intent) -> Result<Payment, GatewayError> {
    let outcome = match (intent.status.as_str(), intent.last_payment_error) {
        ("succeeded", _) => Outcome::Approved,
        ("requires_payment_method", Some(error)) => Outcome::Declined(reason_of(error)),
        ("canceled", _) => Outcome::Declined(DeclineReason::of_code("canceled")),
        (status, _) => {
            let state = format!("payment {} is {status}", intent.id);
            return Err(GatewayError::Undecided(state));
        }
    };
    Ok(Payment {
        payment_id: intent.id,
        outcome,
    })
}

fn declined(reply: &ApiReply) -> Result<Payment, GatewayError> {
    let error = parsed::<ErrorReply>(reply)?.error;
    let payment_id = match &error.payment_intent {
        Some(intent) => intent.id.clone(),
        None => return Err(GatewayError::BadReply(reply.body.clone())),
    };
    Ok(Payment {
        payment_id,
        outcome: Outcome::Declined(reason_of(error)),
    })
}

fn reason_of(error: ErrorObject) -> DeclineReason {
    let code = error.decline_code.or(error.code);
    DeclineReason::of_code(code.unwrap_or(error.kind))
}
