//! A gateway that behaves like a real one down to its failures, in this process or behind
//! `ledgerly gateway serve`: it keeps its first reply under each key, also between two runs, declines
//! for each reason, and can lose its answers.

mod checked;
mod control;
mod events;
mod expand;
mod faults;
mod idempotency;
mod intents;
mod ledger;
mod lists;
mod metadata;
mod methods;
mod objects;
mod refunds;
mod refusal;
mod search;

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use super::GatewayError;
use super::api::{ApiReply, ApiRequest, Method, Transport};
use events::{Context, Document};
use ledger::Numbers;
use objects::{Charge, Event, PaymentIntent, Refund};
use refusal::{Handled, Refusal};

pub(super) use events::request_id;

pub use control::{Answer, Delivery, RequestRecord, TrueLedger, TruePayment};
pub use faults::{Fault, Faults};

/// So many requests of this process share a commit: each alone writes some fifteen pages.
const GROUP: usize = 500;

/// The fake gateway.
#[derive(Debug)]
pub struct FakeGateway {
    ledger: Connection,
    faults: Faults,
    /// A clock that stands still until it is moved, for tests; `None` is the system's.
    fixed_now: Option<i64>,
    clock_offset: i64,
    /// Where webhooks go.
    endpoints: Vec<String>,
    /// Keys of requests whose replies are still on their way.
    keys_in_use: HashSet<String>,
}

/// How a request ends, as its sender sees it.
#[derive(Debug)]
pub(super) enum Ended {
    /// The reply arrives, maybe late; the request has an ordinal.
    Replied {
        reply: ApiReply,
        late_by: Option<Duration>,
        ordinal: u64,
    },
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

    /// A copy in memory, on the same clock: neither sees what becomes of the other. It sends no
    /// webhooks.
    pub fn forked(&self) -> Result<Self, GatewayError> {
        let mut copy = Self::with(crate::repository::forked(&self.ledger)?)?;
        copy.fixed_now = self.fixed_now;
        Ok(copy)
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
            endpoints: Vec::new(),
            keys_in_use: HashSet::new(),
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
        let mut ended = self.handle_all(std::slice::from_ref(request))?;
        Ok(ended.pop().unwrap_or(Ended::Dropped))
    }

    /// Executes requests in one commit: all of them, or after a failure none.
    fn handle_all(&mut self, requests: &[ApiRequest]) -> Result<Vec<Ended>, GatewayError> {
        let now = self.now();
        let transaction = ledger::begin(&mut self.ledger)?;
        let numbers = Numbers::of(&transaction)?;
        let (endpoints, keys) = (&self.endpoints, &self.keys_in_use);
        let context = Context::between_requests(&transaction, &numbers, now, endpoints, keys);
        intents::settle(context)?;
        let ended = requests
            .iter()
            .map(|request| executed(context, &self.faults, request));
        let ended = ended.collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(ended)
    }

    /// From now on until it is released, other requests under this key are refused.
    pub(super) fn hold_key(&mut self, key: &str) {
        self.keys_in_use.insert(key.to_owned());
    }

    pub(super) fn release_key(&mut self, key: &str) {
        self.keys_in_use.remove(key);
    }
}

fn executed(
    context: Context<'_>,
    faults: &Faults,
    request: &ApiRequest,
) -> Result<Ended, GatewayError> {
    let (ledger, ordinal) = (context.ledger, context.numbers.next_ordinal());
    let fault = fault_of(ledger, faults, request, ordinal)?;
    let context = Context {
        ordinal,
        idempotency_key: request.idempotency_key.as_deref(),
        fault,
        ..context
    };
    let (reply, answer) = idempotency::answer(context, request, execute)?;
    control::note(ledger, ordinal, request, answer, context.now)?;
    Ok(match reply {
        Some(reply) => Ended::Replied {
            reply,
            late_by: (fault == Some(Fault::Delay)).then(|| faults.delay()),
            ordinal,
        },
        None => Ended::Dropped,
    })
}

impl Transport for FakeGateway {
    fn send(&mut self, request: &ApiRequest) -> Result<ApiReply, GatewayError> {
        received(self.handle(request)?)
    }

    fn send_all(&mut self, requests: &[ApiRequest]) -> Vec<Result<ApiReply, GatewayError>> {
        match self.handle_all(requests) {
            Ok(ended) => ended.into_iter().map(received).collect(),
            // Nothing was executed, and it is the ledger that failed.
            Err(error) => vec![Err(error)],
        }
    }

    fn group(&self) -> usize {
        GROUP
    }
}

fn received(ended: Ended) -> Result<ApiReply, GatewayError> {
    match ended {
        Ended::Replied { reply, .. } => Ok(reply),
        Ended::Dropped => Err(GatewayError::TimedOut),
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

fn execute(context: Context<'_>, request: &ApiRequest) -> Handled<Document> {
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let parameters = &request.parameters;
    let ledger = context.ledger;
    let url = &request.path;
    let handled = match (request.method, path.as_slice()) {
        (Method::Post, ["v1", "payment_intents"]) => intents::create(context, parameters),
        (Method::Post, ["v1", "payment_intents", id]) => intents::update(context, id, parameters),
        (Method::Post, ["v1", "charges", id]) => metadata::of_charge(context, id, parameters),
        (Method::Post, ["v1", "refunds", id]) => metadata::of_refund(context, id, parameters),
        (Method::Post, ["v1", "payment_intents", id, verb]) => match *verb {
            "confirm" => intents::confirm(context, id, parameters),
            "capture" => intents::capture(context, id, parameters),
            "cancel" => intents::cancel(context, id, parameters),
            _ => Ok(Err(unknown_url(request))),
        },
        (Method::Post, ["v1", "refunds"]) => refunds::create(context, parameters),
        (Method::Get, ["v1", "payment_intents", "search"]) => {
            lists::of_attempt::<PaymentIntent>(ledger, url, parameters)
        }
        (Method::Get, ["v1", "charges", "search"]) => {
            lists::search::<Charge>(ledger, url, parameters)
        }
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
        Ok(document) => expand::expand(ledger, parameters, document),
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn unknown_url(request: &ApiRequest) -> Refusal {
    let (method, path) = (request.method.name(), &request.path);
    let message = format!("Unrecognized request URL ({method}: {path}).");
    Refusal::general(404, "invalid_request_error", message)
}
