//! Keys: the first reply under each is kept and given again, or lost when it is told to be.

use super::control::Answer;
use super::events::{Context, Document};
use super::faults::{self, Fault};
use super::ledger;
use super::refusal::{Handled, Refusal};
use crate::gateway::{ApiReply, ApiRequest, GatewayError, Method};

/// The longest idempotency key, as with Stripe.
const KEY_CHARS_MAX: usize = 255;

/// How long replies are kept under their keys.
const KEY_SECONDS: i64 = 24 * 60 * 60;

/// The reply, or none when it is lost, and how the request is noted.
pub(super) fn answer(
    context: Context<'_>,
    request: &ApiRequest,
    execute: impl FnOnce(Context<'_>, &ApiRequest) -> Handled<Document>,
) -> Result<(Option<ApiReply>, Answer), GatewayError> {
    let refused = |refusal: Refusal| Ok((Some(refusal.reply()), Answer::Refused));
    if context.fault == Some(Fault::DropBefore) {
        return Ok((None, Answer::LostBefore));
    }
    let key = match request.method {
        Method::Post => context.idempotency_key,
        Method::Get => None,
    };
    if let Some(name) = faults::unknown_in_metadata(request) {
        let message = format!("There is no fault {name}.");
        return refused(Refusal::invalid(faults::METADATA, message));
    }
    if let Some(key) = key {
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            let message = format!("Idempotency keys have 1 to {KEY_CHARS_MAX} characters");
            return refused(Refusal::general(400, "idempotency_error", message));
        }
        if context.keys_in_use.contains(key) {
            return Ok((Some(key_in_use().reply()), Answer::Failed));
        }
        if let Some(known) = replayed(context, request, key)? {
            return Ok(known);
        }
    }
    if let Some(refusal) = refusal_of_fault(context.fault) {
        let reply = refusal.reply();
        keep(context, request, key, &reply, refusal.is_kept())?;
        return Ok((Some(reply), Answer::Failed));
    }
    let (reply, is_kept, answer) = match execute(context, request)? {
        Ok(document) => {
            let reply = ApiReply {
                status: 200,
                body: String::from(Box::<str>::from(document)),
                is_replayed: false,
            };
            (reply, true, Answer::Executed)
        }
        Err(refusal) if refusal.status == 402 => (refusal.reply(), true, Answer::Declined),
        Err(refusal) => (refusal.reply(), false, Answer::Refused),
    };
    let is_executed = answer != Answer::Refused;
    let failed = Refusal::general(500, "api_error", "An unknown error occurred");
    let (reply, answer) = match context.fault {
        Some(Fault::ErrorAfter) if is_executed => (failed.reply(), Answer::Failed),
        _ => (reply, answer),
    };
    keep(context, request, key, &reply, is_kept)?;
    if context.fault == Some(Fault::DropAfter) {
        return Ok((None, Answer::LostAfter));
    }
    Ok((Some(reply), answer))
}

/// The first reply under the key, or the refusal of another request under it.
fn replayed(
    context: Context<'_>,
    request: &ApiRequest,
    key: &str,
) -> Result<Option<(Option<ApiReply>, Answer)>, GatewayError> {
    let first = ledger::reply(context.ledger, key, context.now - KEY_SECONDS)?;
    let Some((asked, reply)) = first else {
        return Ok(None);
    };
    if asked != fingerprint(request) {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were \
             first used with. Try using a key other than '{key}' if you meant to execute a \
             different request."
        );
        let refusal = Refusal::general(400, "idempotency_error", message);
        return Ok(Some((Some(refusal.reply()), Answer::Conflict)));
    }
    if context.fault == Some(Fault::DropAfter) {
        return Ok(Some((None, Answer::LostAfter)));
    }
    Ok(Some((Some(reply), Answer::Replayed)))
}

fn refusal_of_fault(fault: Option<Fault>) -> Option<Refusal> {
    match fault? {
        Fault::ErrorBefore => Some(Refusal::general(
            500,
            "api_error",
            "An unknown error occurred",
        )),
        Fault::Conflict => Some(key_in_use()),
        Fault::RateLimited => Some(
            Refusal::general(429, "invalid_request_error", "Too many requests.").code("rate_limit"),
        ),
        _ => None,
    }
}

fn key_in_use() -> Refusal {
    let message = "There is currently another in-progress request using this idempotency key (that \
                   probably means you submitted twice, and the other request is still going \
                   through): try again later.";
    Refusal::general(409, "invalid_request_error", message).code("idempotency_key_in_use")
}

fn keep(
    context: Context<'_>,
    request: &ApiRequest,
    key: Option<&str>,
    reply: &ApiReply,
    is_kept: bool,
) -> Result<(), GatewayError> {
    if let Some(key) = key
        && is_kept
    {
        ledger::keep_reply(
            context.ledger,
            key,
            &fingerprint(request),
            reply,
            context.now,
        )?;
    }
    Ok(())
}

fn fingerprint(request: &ApiRequest) -> String {
    let (method, parameters) = (request.method.name(), request.parameters.canonical());
    format!("{method} {}?{parameters}", request.path)
}
