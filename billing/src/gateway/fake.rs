//! A gateway that behaves like a real one down to its failures, in this process or behind
//! `ledgerly gateway serve`: it keeps its first reply under each key, also between two runs, declines
//! for each reason, and can lose its answers.

mod checked;
mod control;
mod events;
mod faults;
mod intents;
mod ledger;
mod lists;
mod methods;
mod objects;
mod refunds;
mod refusal;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde_json::Value;

use super::GatewayError;
use super::api::{ApiReply, ApiRequest, Method, Transport};
use events::Context;
use objects::{Charge, Event, PaymentIntent, Refund};
use refusal::{Handled, Refusal};

pub use control::{Answer, Delivery, RequestRecord, TrueLedger, TruePayment};
pub use faults::{Fault, Faults};

/// The longest idempotency key, as with Stripe.
const KEY_CHARS_MAX: usize = 255;

/// How long replies are kept under their keys.
const KEY_SECONDS: i64 = 24 * 60 * 60;

/// The fake gateway.
#[derive(Debug)]
pub struct FakeGateway {
    ledger: Connection,
    faults: Faults,
    /// A clock that stands still until it is moved, for tests; `None` is the system's.
    fixed_now: Option<i64>,
    clock_offset: i64,
    has_webhook: bool,
}

/// How a request ends, as its sender sees it.
#[derive(Debug)]
pub(super) enum Ended {
    /// The reply arrives, maybe late.
    Replied { reply: ApiReply, is_late: bool },
    /// No reply arrives.
    Dropped,
}

impl FakeGateway {
    /// A gateway that forgets when it is dropped, on a clock that only [`Self::advance_clock`] moves.
    pub fn in_memory() -> Result<Self, GatewayError> {
        let mut gateway = Self::with(ledger::open(None)?)?;
        gateway.fixed_now = Some(0);
        Ok(gateway)
    }

    /// A gateway whose ledger is the file at `path`, made when it is missing.
    pub fn open(path: &Path) -> Result<Self, GatewayError> {
        Self::with(ledger::open(Some(path))?)
    }

    /// What to write instead of a payment method that this gateway does not know; `None` when it
    /// knows it.
    #[must_use]
    pub fn method_remedy(name: &str) -> Option<String> {
        methods::find(name).is_none().then(|| methods::remedy(name))
    }

    fn with(ledger: Connection) -> Result<Self, GatewayError> {
        let faults = control::stored_faults(&ledger)?;
        let clock_offset = control::stored_offset(&ledger)?;
        Ok(Self {
            ledger,
            faults,
            fixed_now: None,
            clock_offset,
            has_webhook: false,
        })
    }

    /// The gateway's time, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        let now = self.fixed_now.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
        });
        now.saturating_add(self.clock_offset)
    }

    /// Executes a request, or fails as it is told to.
    pub(super) fn handle(&mut self, request: &ApiRequest) -> Result<Ended, GatewayError> {
        let now = self.now();
        let (faults, has_webhook) = (&self.faults, self.has_webhook);
        let transaction = ledger::begin(&mut self.ledger)?;
        let ordinal = ledger::next_ordinal(&transaction)?;
        let fault = fault_of(&transaction, faults, request, ordinal)?;
        let context = Context {
            ledger: &transaction,
            now,
            idempotency_key: request.idempotency_key.as_deref(),
            fault,
            has_webhook,
        };
        intents::settle(context)?;
        let (reply, answer) = answer(context, request)?;
        control::note(&transaction, ordinal, request, answer, now)?;
        transaction.commit()?;
        Ok(match reply {
            Some(reply) => Ended::Replied {
                reply,
                is_late: fault == Some(Fault::Delay),
            },
            None => Ended::Dropped,
        })
    }
}

impl Transport for FakeGateway {
    fn send(&mut self, request: &ApiRequest) -> Result<ApiReply, GatewayError> {
        match self.handle(request)? {
            Ended::Replied { reply, .. } => Ok(reply),
            Ended::Dropped => Err(GatewayError::TimedOut),
        }
    }
}

/// A request's own fault happens once, so that sending it again under its key gets through.
fn fault_of(
    ledger: &Connection,
    faults: &Faults,
    request: &ApiRequest,
    ordinal: u64,
) -> Result<Option<Fault>, GatewayError> {
    let method = request
        .parameters
        .get("payment_method")
        .and_then(methods::find);
    let own = faults::of_metadata(request).or(method.and_then(|method| method.fault));
    if let Some(own) = own {
        let is_again = match &request.idempotency_key {
            Some(key) => ledger::had_request(ledger, key)?,
            None => false,
        };
        if !is_again {
            return Ok(Some(own));
        }
    }
    Ok(faults.of_ordinal(ordinal))
}

/// The reply, or none when it is lost, and how the request is noted.
fn answer(
    context: Context<'_>,
    request: &ApiRequest,
) -> Result<(Option<ApiReply>, Answer), GatewayError> {
    let refused = |refusal: Refusal| Ok((Some(refusal.reply()), Answer::Refused));
    if context.fault == Some(Fault::DropBefore) {
        return Ok((None, Answer::LostBefore));
    }
    let key = match request.method {
        Method::Post => context.idempotency_key,
        Method::Get => None,
    };
    if let Some(key) = key {
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            let message = format!("Idempotency keys have 1 to {KEY_CHARS_MAX} characters");
            return refused(Refusal::general(400, "idempotency_error", message));
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
                body: document.to_string(),
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
        Fault::Conflict => Some(
            Refusal::general(
                409,
                "invalid_request_error",
                "There is currently another in-progress request using this idempotency key.",
            )
            .code("idempotency_key_in_use"),
        ),
        Fault::RateLimited => Some(
            Refusal::general(429, "invalid_request_error", "Too many requests.").code("rate_limit"),
        ),
        _ => None,
    }
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

fn execute(context: Context<'_>, request: &ApiRequest) -> Handled<Value> {
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let parameters = &request.parameters;
    let ledger = context.ledger;
    let url = &request.path;
    let handled = match (request.method, path.as_slice()) {
        (Method::Post, ["v1", "payment_intents"]) => intents::create(context, parameters),
        (Method::Post, ["v1", "payment_intents", id, verb]) => match *verb {
            "confirm" => intents::confirm(context, id, parameters),
            "capture" => intents::capture(context, id, parameters),
            "cancel" => intents::cancel(context, id, parameters),
            _ => Ok(Err(unknown_url(request))),
        },
        (Method::Post, ["v1", "refunds"]) => refunds::create(context, parameters),
        (Method::Get, ["v1", "payment_intents", "search"]) => lists::search(ledger, parameters),
        (Method::Get, ["v1", kind]) => match *kind {
            "payment_intents" => lists::list::<PaymentIntent>(ledger, url, parameters),
            "charges" => lists::list::<Charge>(ledger, url, parameters),
            "refunds" => lists::list::<Refund>(ledger, url, parameters),
            "events" => lists::list::<Event>(ledger, url, parameters),
            _ => Ok(Err(unknown_url(request))),
        },
        (Method::Get, ["v1", kind, id]) => match *kind {
            "payment_intents" => lists::retrieve::<PaymentIntent>(ledger, "intent", id),
            "charges" => lists::retrieve::<Charge>(ledger, "id", id),
            "refunds" => lists::retrieve::<Refund>(ledger, "id", id),
            "events" => lists::retrieve::<Event>(ledger, "id", id),
            _ => Ok(Err(unknown_url(request))),
        },
        _ => Ok(Err(unknown_url(request))),
    }?;
    match handled {
        Ok(mut document) => {
            lists::expand(ledger, parameters, &mut document)?;
            Ok(Ok(document))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn unknown_url(request: &ApiRequest) -> Refusal {
    let (method, path) = (request.method.name(), &request.path);
    let message = format!("Unrecognized request URL ({method}: {path}).");
    Refusal::general(404, "invalid_request_error", message)
}
