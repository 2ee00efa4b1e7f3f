//! A gateway's interface as [`PaymentGateway`]: what is asked, and how replies are understood. The
//! same for the fake in this process and for any gateway over HTTP.

mod payments;
mod refunds;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    ApiReply, ApiRequest, ChargeRequest, GatewayError, Parameters, Payment, PaymentGateway,
    PaymentPage, RefundRequest, Refunded, TakenPayment, Transport,
};

use payments::{DATABASE, api_request, charged};
pub(crate) use payments::{ToldPayment, is_of_another, payment_in_event};
pub(crate) use refunds::failure_in_event;

const CHARGES: &str = "/v1/charges";

/// As many as a gateway gives at once.
const PAGE: &str = "100";

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
        let reply = self.send(&api_request(request))?;
        charged(self, request, &reply)
    }

    fn charge_all(&mut self, requests: &[ChargeRequest]) -> Vec<Result<Payment, GatewayError>> {
        let sent: Vec<_> = requests.iter().map(api_request).collect();
        let replies = self.send_all(&sent).into_iter();
        let answers = replies.zip(requests);
        answers
            .map(|(reply, request)| charged(self, request, &reply?))
            .collect()
    }

    fn group(&self) -> usize {
        Transport::group(self)
    }

    fn find(&mut self, request: &ChargeRequest) -> Result<Option<Payment>, GatewayError> {
        payments::find(self, request)
    }

    fn refund(&mut self, request: &RefundRequest) -> Result<Refunded, GatewayError> {
        refunds::create(self, request)
    }

    fn find_refund(&mut self, request: &RefundRequest) -> Result<Option<Refunded>, GatewayError> {
        refunds::find(self, request)
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

fn taken_payment(mut charge: Charge) -> TakenPayment {
    TakenPayment {
        payment_id: charge.payment_intent.unwrap_or(charge.id),
        attempt_id: charge.metadata.remove("attempt_id"),
        database_id: charge.metadata.remove(DATABASE),
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
