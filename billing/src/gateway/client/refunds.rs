//! Refunds: asked for once, looked up however often.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{PAGE, listed, parsed, refusal, undecided};
use crate::gateway::{ApiRequest, GatewayError, Parameters, RefundRequest, Refunded, Transport};

const REFUNDS: &str = "/v1/refunds";

/// The metadata entry that names the refund as its database does.
const REFUND_ID: &str = "refund_id";

#[derive(Deserialize)]
struct Refund {
    id: String,
    status: String,
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// Gives money back, once for each key.
pub(super) fn create<T: Transport + ?Sized>(
    gateway: &mut T,
    request: &RefundRequest,
) -> Result<Refunded, GatewayError> {
    let key = &request.refund_id;
    let parameters = Parameters::default()
        .with("payment_intent", &request.payment_id)
        .with("amount", request.amount.get().to_string())
        .with(format!("metadata[{REFUND_ID}]"), key);
    let reply = gateway.send(&ApiRequest::post(REFUNDS, parameters, key))?;
    match reply.status {
        200 => {
            let refund: Refund = parsed(&reply)?;
            // The reply under this key stays what it was first; the refund moves on.
            let has_moved = reply.is_replayed || refund.status == "pending";
            decision(if has_moved {
                retrieved(gateway, &refund.id)?
            } else {
                refund
            })
        }
        500.. => find(gateway, request)?.ok_or_else(|| undecided(&reply)),
        _ => match refusal(&reply, key) {
            GatewayError::Refused { message, .. } => Ok(Refunded::Refused(message)),
            error => Err(error),
        },
    }
}

/// Looks through all refunds of the payment for the one with our name.
pub(super) fn find<T: Transport + ?Sized>(
    gateway: &mut T,
    request: &RefundRequest,
) -> Result<Option<Refunded>, GatewayError> {
    let key = &request.refund_id;
    let mut after = None;
    loop {
        let mut parameters = Parameters::default()
            .with("payment_intent", &request.payment_id)
            .with("limit", PAGE);
        if let Some(after) = after {
            parameters = parameters.with("starting_after", after);
        }
        let reply = gateway.send(&ApiRequest::get(REFUNDS, parameters))?;
        let page = listed::<Refund>(&reply, key)?;
        after = page.data.last().map(|refund| refund.id.clone());
        let mut refunds = page.data.into_iter();
        if let Some(ours) = refunds.find(|refund| refund.metadata.get(REFUND_ID) == Some(key)) {
            return decision(ours).map(Some);
        }
        if !page.has_more {
            return Ok(None);
        }
    }
}

fn retrieved<T: Transport + ?Sized>(gateway: &mut T, id: &str) -> Result<Refund, GatewayError> {
    let path = format!("{REFUNDS}/{id}");
    let reply = gateway.send(&ApiRequest::get(path, Parameters::default()))?;
    match reply.status {
        200 => parsed(&reply),
        500.. => Err(undecided(&reply)),
        _ => Err(refusal(&reply, "")),
    }
}

fn decision(refund: Refund) -> Result<Refunded, GatewayError> {
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

/// Which of our refunds an event tells to have failed, and why.
pub(crate) fn failure_in_event(object: &serde_json::Value) -> Option<(String, String)> {
    let mut refund: Refund = serde_json::from_value(object.clone()).ok()?;
    let refund_id = refund.metadata.remove(REFUND_ID)?;
    match decision(refund) {
        Ok(Refunded::Refused(reason)) => Some((refund_id, reason)),
        _ => None,
    }
}
