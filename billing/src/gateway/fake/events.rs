//! Events: what happened, kept for lists and sent as webhooks.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::faults::Fault;
use super::ledger;
use super::ledger::Numbers;
use super::objects::{Event, EventData, EventRequest};
use crate::gateway::GatewayError;

/// The version of the interface that events are written in.
pub(super) const API_VERSION: &str = "2026-10-28.endive";

/// What a request is carried out with: its time, its key, and how its webhooks fare.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) ledger: &'a Connection,
    pub(super) numbers: &'a Numbers,
    pub(super) now: i64,
    pub(super) ordinal: u64,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) fault: Option<Fault>,
    /// Who listens to webhooks.
    pub(super) endpoints: &'a [String],
    /// Keys of requests whose replies are still on their way.
    pub(super) keys_in_use: &'a HashSet<String>,
}

impl<'a> Context<'a> {
    /// What happens outside of any request: no key, no fault.
    pub(super) fn between_requests(
        ledger: &'a Connection,
        numbers: &'a Numbers,
        now: i64,
        endpoints: &'a [String],
        keys_in_use: &'a HashSet<String>,
    ) -> Self {
        Self {
            ledger,
            numbers,
            now,
            ordinal: 0,
            idempotency_key: None,
            fault: None,
            endpoints,
            keys_in_use,
        }
    }

    /// Notes that `kind` happened to `object`.
    pub(super) fn happened(&self, kind: &str, object: &impl Serialize) -> Result<(), GatewayError> {
        let event = Event {
            id: self.numbers.next_id::<Event>(),
            object: "event".to_owned(),
            api_version: API_VERSION.to_owned(),
            created: self.now,
            data: EventData { object },
            livemode: false,
            pending_webhooks: i64::try_from(self.endpoints.len()).unwrap_or(i64::MAX),
            request: EventRequest {
                id: Some(request_id(self.ordinal)),
                idempotency_key: self.idempotency_key.map(str::to_owned),
            },
            kind: kind.to_owned(),
        };
        ledger::insert(self.ledger, &event)?;
        for endpoint in self.endpoints {
            self.plan_delivery(&event.id, endpoint)?;
        }
        Ok(())
    }

    fn plan_delivery(&self, event_id: &str, endpoint: &str) -> Result<(), GatewayError> {
        let times = match self.fault {
            Some(Fault::WebhookLost) => 0,
            Some(Fault::WebhookDuplicated) => 2,
            _ => 1,
        };
        for _ in 0..times {
            // Deliveries go by descending `due` within a request when they are to be reordered.
            let sql = "INSERT INTO deliveries (event_id, due, endpoint) VALUES (?1, ?2 - ?3 * \
                       (SELECT coalesce(max(sequence), 0) FROM deliveries), ?4)";
            let is_reordered = self.fault == Some(Fault::WebhookReordered);
            self.ledger.prepare_cached(sql)?.execute(params![
                event_id,
                self.now,
                i64::from(is_reordered),
                endpoint
            ])?;
        }
        Ok(())
    }
}

/// The name of a request, as its reply says it.
pub(in crate::gateway) fn request_id(ordinal: u64) -> String {
    format!("req_{ordinal}")
}

/// What is shown: JSON, written once.
pub(super) type Document = Box<RawValue>;

/// An object as it is shown.
pub(super) fn document(object: &impl Serialize) -> Result<Document, GatewayError> {
    to_raw_value(object).map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))
}

/// The same, to be read or to stand in something else.
pub(super) fn value(object: &impl Serialize) -> Result<Value, GatewayError> {
    serde_json::to_value(object).map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))
}
