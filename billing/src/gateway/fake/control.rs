//! What tests and people may do to the fake gateway that a real one would not allow: see all that it
//! did, move its clock, tell it to fail.

use rusqlite::{Connection, params};
use serde::Serialize;

use super::events::Context;
use super::faults::Faults;
use super::ledger::Numbers;
use super::objects::{Charge, Event, Refund};
use super::{FakeGateway, intents, ledger};
use crate::gateway::{ApiRequest, GatewayError};

const FAULTS: &str = "faults";
const CLOCK_OFFSET: &str = "clock_offset";

/// A failed delivery is tried again after so many seconds, each time twice as many.
const RETRY_SECONDS: i64 = 1;
const TRIES_MAX: u32 = 8;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Carried out now.
    Executed,
    /// Declined now.
    Declined,
    /// The first reply under the same key was given again.
    Replayed,
    /// The key belongs to another request.
    Conflict,
    /// The request is wrong, or there is no such object; nothing was done.
    Refused,
    /// The gateway failed as it was told to: 409, 429 or 500.
    Failed,
    /// The request was lost before anything was done.
    LostBefore,
    /// The request was carried out, or its reply given again, and that was lost.
    LostAfter,
}

const ANSWERS: &[(Answer, &str)] = &[
    (Answer::Executed, "executed"),
    (Answer::Declined, "declined"),
    (Answer::Replayed, "replayed"),
    (Answer::Conflict, "conflict"),
    (Answer::Refused, "refused"),
    (Answer::Failed, "failed"),
    (Answer::LostBefore, "lost_before"),
    (Answer::LostAfter, "lost_after"),
];

/// A request that the gateway had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    /// Its place in the order of all requests, from 1.
    pub ordinal: u64,
    /// `GET` or `POST`.
    pub method: String,
    /// What was asked for.
    pub path: String,
    /// Under which key.
    pub idempotency_key: Option<String>,
    /// How it ended.
    pub answer: Answer,
    /// When, in seconds since 1970 on the gateway's clock.
    pub created: i64,
}

/// The truth about the money: every payment that was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrueLedger {
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
    /// Each payment that took money, in their order.
    pub payments: Vec<TruePayment>,
}

/// A payment that took money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruePayment {
    /// The payment intent.
    pub payment_id: String,
    /// The invoice, as the client named it in its metadata.
    pub invoice_id: Option<String>,
    /// The attempt, as the client named it in its metadata.
    pub attempt_id: Option<String>,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
}

/// A webhook that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the queue.
    pub sequence: i64,
    /// The event as JSON.
    pub payload: String,
}

impl FakeGateway {
    /// Says from now on which requests fail, and how.
    pub fn set_faults(&mut self, faults: Faults) -> Result<(), GatewayError> {
        let text = serde_json::to_string(&faults)
            .map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))?;
        ledger::set(&self.ledger, FAULTS, &text)?;
        self.faults = faults;
        Ok(())
    }

    /// Moves the clock forward.
    pub fn advance_clock(&mut self, seconds: u32) -> Result<(), GatewayError> {
        self.clock_offset = self.clock_offset.saturating_add(i64::from(seconds));
        ledger::set(&self.ledger, CLOCK_OFFSET, &self.clock_offset.to_string())?;
        Ok(())
    }

    /// From now on webhooks are queued for [`Self::next_delivery`].
    pub fn queue_webhooks(&mut self) {
        self.queue_webhooks_to(vec![String::new()]);
    }

    /// From now on webhooks are queued for each of these endpoints.
    pub fn queue_webhooks_to(&mut self, endpoints: Vec<String>) {
        self.endpoints = endpoints;
    }

    /// All requests in their order.
    pub fn requests(&self) -> Result<Vec<RequestRecord>, GatewayError> {
        let sql = "SELECT ordinal, method, path, idempotency_key, answer, created \
                   FROM requests ORDER BY ordinal";
        let mut statement = self.ledger.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut requests = Vec::new();
        while let Some(row) = rows.next()? {
            let answer: String = row.get(4)?;
            let found = ANSWERS.iter().find(|(_, code)| *code == answer);
            requests.push(RequestRecord {
                ordinal: row.get::<_, i64>(0)?.unsigned_abs(),
                method: row.get(1)?,
                path: row.get(2)?,
                idempotency_key: row.get(3)?,
                answer: found
                    .map(|(answer, _)| *answer)
                    .ok_or(GatewayError::LedgerCorrupt(answer.clone()))?,
                created: row.get(5)?,
            });
        }
        Ok(requests)
    }

    /// Lets the customer of a payment that waits for an authentication pass it, or fail; what the
    /// payment is then, or `None` when it waits for none.
    pub fn authenticate(
        &mut self,
        payment_intent: &str,
        succeeds: bool,
    ) -> Result<Option<String>, GatewayError> {
        let now = self.now();
        let transaction = ledger::begin(&mut self.ledger)?;
        let numbers = Numbers::of(&transaction)?;
        let (endpoints, keys) = (&self.endpoints, &self.keys_in_use);
        let context = Context::between_requests(&transaction, &numbers, now, endpoints, keys);
        let document = intents::authenticate(context, payment_intent, succeeds)?;
        transaction.commit()?;
        Ok(document.map(|document| document.get().to_owned()))
    }

    /// Every payment that took money.
    pub fn true_ledger(&self) -> Result<TrueLedger, GatewayError> {
        let condition = "AND json_extract(document, '$.paid') ORDER BY sequence";
        let charges = ledger::select::<Charge>(&self.ledger, condition, &[])?;
        let mut truth = TrueLedger::default();
        for charge in charges.into_iter().filter(|charge| charge.captured) {
            truth.captured += charge.amount_captured;
            truth.refunded += charge.amount_refunded;
            truth.payments.push(TruePayment {
                payment_id: charge.payment_intent,
                invoice_id: charge.metadata.get("invoice_id").cloned(),
                attempt_id: charge.metadata.get("attempt_id").cloned(),
                captured: charge.amount_captured,
                refunded: charge.amount_refunded,
            });
        }
        Ok(truth)
    }

    /// How many refunds there are that did not fail.
    pub fn refund_count(&self) -> Result<usize, GatewayError> {
        let condition = "AND json_extract(document, '$.status') = 'succeeded'";
        Ok(ledger::select::<Refund>(&self.ledger, condition, &[])?.len())
    }

    /// The next webhook that is due.
    pub fn next_delivery(&self) -> Result<Option<Delivery>, GatewayError> {
        self.next_delivery_to("")
    }

    /// The next webhook that is due at an endpoint.
    pub fn next_delivery_to(&self, endpoint: &str) -> Result<Option<Delivery>, GatewayError> {
        let sql = "SELECT sequence, event_id FROM deliveries \
                   WHERE due <= ?1 AND (endpoint IS NULL OR endpoint = ?2) \
                   ORDER BY due, sequence LIMIT 1";
        let mut statement = self.ledger.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.now(), endpoint])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let (sequence, event_id): (i64, String) = (row.get(0)?, row.get(1)?);
        let event = ledger::find::<Event>(&self.ledger, &event_id)?
            .ok_or(GatewayError::LedgerCorrupt(event_id))?;
        let payload = serde_json::to_string(&event)
            .map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))?;
        Ok(Some(Delivery { sequence, payload }))
    }

    /// Notes that a webhook arrived, or that it is to be tried again later.
    pub fn delivered(
        &mut self,
        delivery: &Delivery,
        is_delivered: bool,
    ) -> Result<(), GatewayError> {
        let again = "UPDATE deliveries SET tries = tries + 1, due = ?2 + (?3 << tries) \
                     WHERE sequence = ?1 AND tries < ?4";
        let kept = if is_delivered {
            0
        } else {
            self.ledger.execute(
                again,
                params![delivery.sequence, self.now(), RETRY_SECONDS, TRIES_MAX],
            )?
        };
        if kept == 0 {
            let sql = "DELETE FROM deliveries WHERE sequence = ?1";
            self.ledger.execute(sql, [delivery.sequence])?;
        }
        Ok(())
    }
}

/// Notes a request and how it ended.
pub(super) fn note(
    ledger: &Connection,
    ordinal: u64,
    request: &ApiRequest,
    answer: Answer,
    now: i64,
) -> Result<(), GatewayError> {
    let code = ANSWERS.iter().find(|(known, _)| *known == answer);
    let code = code.map_or("", |(_, code)| code);
    let sql = "INSERT INTO requests (ordinal, method, path, idempotency_key, answer, created) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    ledger.prepare_cached(sql)?.execute(params![
        i64::try_from(ordinal).unwrap_or(i64::MAX),
        request.method.name(),
        request.path,
        request.idempotency_key,
        code,
        now
    ])?;
    Ok(())
}

pub(super) fn stored_faults(ledger: &Connection) -> Result<Faults, GatewayError> {
    match ledger::setting(ledger, FAULTS)? {
        None => Ok(Faults::default()),
        Some(text) => {
            serde_json::from_str(&text).map_err(|_| GatewayError::LedgerCorrupt(text.clone()))
        }
    }
}

pub(super) fn stored_offset(ledger: &Connection) -> Result<i64, GatewayError> {
    match ledger::setting(ledger, CLOCK_OFFSET)? {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| GatewayError::LedgerCorrupt(text)),
    }
}
