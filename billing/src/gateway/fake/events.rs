//! Events: what happened, kept for lists and sent as webhooks.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Value, json};

use super::faults::Fault;
use super::ledger;
use super::objects::Event;
use crate::gateway::GatewayError;

/// The version of the interface that events are written in.
pub(super) const API_VERSION: &str = "2026-10-28.endive";

/// What a request is carried out with: its time, its key, and how its webhooks fare.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) ledger: &'a Connection,
    pub(super) now: i64,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) fault: Option<Fault>,
    /// Whether anybody listens to webhooks.
    pub(super) has_webhook: bool,
}

impl Context<'_> {
    /// Notes that `kind` happened to `object`.
    pub(super) fn happened(&self, kind: &str, object: &impl Serialize) -> Result<(), GatewayError> {
        let object = document(object)?;
        let event = Event {
            id: ledger::next_id::<Event>(self.ledger)?,
            object: "event".to_owned(),
            api_version: API_VERSION.to_owned(),
            created: self.now,
            data: json!({"object": object}),
            livemode: false,
            pending_webhooks: i64::from(self.has_webhook),
            request: json!({"id": null, "idempotency_key": self.idempotency_key}),
            kind: kind.to_owned(),
        };
        ledger::insert(self.ledger, &event)?;
        if self.has_webhook {
            self.plan_delivery(&event.id)?;
        }
        Ok(())
    }

    fn plan_delivery(&self, event_id: &str) -> Result<(), GatewayError> {
        let times = match self.fault {
            Some(Fault::WebhookLost) => 0,
            Some(Fault::WebhookDuplicated) => 2,
            _ => 1,
        };
        for _ in 0..times {
            // Deliveries go by descending `due` within a request when they are to be reordered.
            let sql = "INSERT INTO deliveries (event_id, due) VALUES (?1, ?2 - ?3 * \
                       (SELECT coalesce(max(sequence), 0) FROM deliveries))";
            let is_reordered = self.fault == Some(Fault::WebhookReordered);
            self.ledger.prepare_cached(sql)?.execute(params![
                event_id,
                self.now,
                i64::from(is_reordered)
            ])?;
        }
        Ok(())
    }
}

/// An object as it is shown.
pub(super) fn document(object: &impl Serialize) -> Result<Value, GatewayError> {
    serde_json::to_value(object).map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))
}
