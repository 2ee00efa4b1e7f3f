//! A gateway's interface as [`PaymentGateway`]: what is asked, and how replies are understood. The
//! same for the fake in this process and for any gateway over HTTP.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    ApiReply, ApiRequest, ChargeRequest, DeclineReason, GatewayError, Outcome, Parameters, Payment,
    PaymentGateway, PaymentPage, RefundRequest, Refunded, TakenPayment, Transport,
};

const INTENTS: &str = "/v1/payment_intents";
const REFUNDS: &str = "/v1/refunds";
const CHARGES: &str = "/v1/charges";

/// As many as a gateway gives at once.
const PAGE: &str = "100";

/// What is read of a payment intent.
#[derive(Deserialize)]
struct Intent {
    id: String,
    status: String,
    amount_received: i64,
    last_payment_error: Option<ErrorObject>,
}

#[derive(Deserialize)]
struct ErrorObject {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    #[serde(default)]
    message: String,
    payment_intent: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct ErrorReply {
    error: ErrorObject,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
    #[serde(default)]
    has_more: bool,
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    status: String,
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    captured: bool,
    paid: bool,
    amount_captured: i64,
    amount_refunded: i64,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

impl<T: Transport + ?Sized> PaymentGateway for T {
    fn charge(&mut self, request: &ChargeRequest) -> Result<Payment, GatewayError> {
        let key = &request.attempt_id;
        let reply = self.send(&ApiRequest::post(INTENTS, parameters_of(request), key))?;
        match reply.status {
            200 => {
                let intent: Intent = parsed(&reply)?;
                let intent = match intent.status.as_str() {
                    // The reply under this key stays what it was first; the payment moves on.
                    "processing" => retrieved(self, &intent.id)?,
                    _ => intent,
                };
                payment_of(intent, request)
            }
            402 => declined(&reply),
            // A reply of 500 is kept under its key, so only looking the attempt up can help.
            500.. => match self.find(key)? {
                Some(payment) => Ok(payment),
                None => Err(undecided(&reply)),
            },
            _ => Err(refusal(&reply, key)),
        }
    }

    fn find(&mut self, attempt_id: &str) -> Result<Option<Payment>, GatewayError> {
        let query = format!("metadata[\"attempt_id\"]:\"{attempt_id}\"");
        let path = format!("{INTENTS}/search");
        let parameters = Parameters::default()
            .with("query", query)
            .with("limit", PAGE);
        let reply = self.send(&ApiRequest::get(path, parameters))?;
        let mut decided = None;
        for intent in listed::<Intent>(&reply, attempt_id)?.data {
            let payment = decision(intent)?;
            let is_approved = payment.outcome == Outcome::Approved;
            decided = Some(payment);
            if is_approved {
                break;
            }
        }
        Ok(decided)
    }

    fn refund(&mut self, request: &RefundRequest) -> Result<Refunded, GatewayError> {
        let key = &request.refund_id;
        let parameters = Parameters::default()
            .with("payment_intent", &request.payment_id)
            .with("amount", request.amount.get().to_string())
            .with("metadata[refund_id]", key);
        let reply = self.send(&ApiRequest::post(REFUNDS, parameters, key))?;
        match reply.status {
            200 => refunded(parsed(&reply)?),
            500.. => {
                let parameters = Parameters::default()
                    .with("payment_intent", &request.payment_id)
                    .with("limit", PAGE);
                let found = self.send(&ApiRequest::get(REFUNDS, parameters))?;
                let mut refunds = listed::<Refund>(&found, key)?.data.into_iter();
                let ours = refunds.find(|refund| refund.metadata.get("refund_id") == Some(key));
                ours.map_or_else(|| Err(undecided(&reply)), refunded)
            }
            _ => match refusal(&reply, key) {
                GatewayError::Refused { message, .. } => Ok(Refunded::Refused(message)),
                error => Err(error),
            },
        }
    }

    fn payments(&mut self, after: Option<&str>) -> Result<PaymentPage, GatewayError> {
        let mut parameters = Parameters::default().with("limit", PAGE);
        if let Some(after) = after {
            parameters = parameters.with("starting_after", after);
        }
        let reply = self.send(&ApiRequest::get(CHARGES, parameters))?;
        let list = listed::<Charge>(&reply, "")?;
        let oldest = list.data.last().map(|charge| charge.id.clone());
        let taken = list
            .data
            .into_iter()
            .filter(|charge| charge.paid && charge.captured);
        Ok(PaymentPage {
            payments: taken.map(taken_payment).collect(),
            next: oldest.filter(|_| list.has_more),
        })
    }
}

fn parameters_of(request: &ChargeRequest) -> Parameters {
    Parameters::default()
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
        .with("metadata[attempt_id]", &request.attempt_id)
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

/// What an event's payment intent tells: the attempt, if it is one of ours, what was taken, and the
/// decision, if there is one.
pub(crate) fn payment_in_event(object: &serde_json::Value) -> Option<(String, i64, Payment)> {
    let attempt_id = object["metadata"]["attempt_id"].as_str()?.to_owned();
    let intent: Intent = serde_json::from_value(object.clone()).ok()?;
    let received = intent.amount_received;
    Some((attempt_id, received, decision(intent).ok()?))
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

fn refunded(refund: Refund) -> Result<Refunded, GatewayError> {
    match refund.status.as_str() {
        "succeeded" => Ok(Refunded::Done(refund.id)),
        "failed" | "canceled" => {
            let reason = refund.failure_reason.unwrap_or(refund.status);
            Ok(Refunded::Refused(reason))
        }
        status => {
            let state = format!("refund {} is {status}", refund.id);
            Err(GatewayError::Undecided(state))
        }
    }
}

fn taken_payment(charge: Charge) -> TakenPayment {
    TakenPayment {
        payment_id: charge.payment_intent.unwrap_or(charge.id),
        attempt_id: charge.metadata.get("attempt_id").cloned(),
        captured: charge.amount_captured,
        refunded: charge.amount_refunded,
    }
}

fn listed<T: for<'a> Deserialize<'a>>(
    reply: &ApiReply,
    key: &str,
) -> Result<List<T>, GatewayError> {
    match reply.status {
        200 => parsed(reply),
        500.. => Err(undecided(reply)),
        _ => Err(refusal(reply, key)),
    }
}

fn undecided(reply: &ApiReply) -> GatewayError {
    GatewayError::Undecided(format!("it answered with status {}", reply.status))
}

/// Why a request was not executed.
fn refusal(reply: &ApiReply, key: &str) -> GatewayError {
    let error = match parsed::<ErrorReply>(reply) {
        Ok(reply) => reply.error,
        Err(error) => return error,
    };
    match (reply.status, error.kind.as_str()) {
        (401 | 403, _) => GatewayError::Unauthorized(error.message),
        (409 | 429, _) => GatewayError::Undecided(error.message),
        (_, "idempotency_error") => GatewayError::IdempotencyConflict {
            key: key.to_owned(),
        },
        _ => GatewayError::Refused {
            code: error.code.unwrap_or(error.kind),
            message: error.message,
        },
    }
}

fn parsed<T: for<'a> Deserialize<'a>>(reply: &ApiReply) -> Result<T, GatewayError> {
    serde_json::from_str(&reply.body)
        .map_err(|error| GatewayError::BadReply(format!("status {}: {error}", reply.status)))
}
