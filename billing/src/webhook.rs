//! Webhooks: a gateway tells what became of attempts, maybe late, twice, or in the wrong order.
//!
//! Only a signed event counts, and only the first decision on an attempt is recorded, so a repetition
//! changes nothing. An event that never comes is made good by the next run, or by reconciling.

use std::cell::RefCell;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::rc::Rc;

use hyper::body::Incoming;
use hyper::header::HeaderName;
use hyper::{Method, Request, StatusCode};
use serde_json::Value;

use crate::error::Error;
use crate::gateway::client::{ToldPayment, failure_in_event, is_of_another, payment_in_event};
use crate::gateway::serve::connection::{Reply, json, refused, serve_requests, text, whole};
use crate::gateway::serve::serve_connections;
use crate::gateway::{Outcome, Secret, SignatureError, verify};
use crate::repository::{Decision, InvoiceRepository, InvoiceState};
use crate::write::printable;

/// Takes webhooks into a repository.
#[derive(Debug)]
pub struct Receiver<R> {
    repository: R,
    secret: Secret,
    clock: fn() -> i64,
}

/// What a webhook led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The decision on an attempt, or the failure of a refund, was recorded.
    Recorded,
    /// It told nothing new, or nothing that concerns this repository.
    NothingNew,
    /// It contradicts what is recorded; `ledgerly reconcile` tells more.
    Contradiction,
}

/// Why a webhook was not taken.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It is not the gateway's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is signed, but no event.
    #[error("the event is not JSON: {0}")]
    NoEvent(#[from] serde_json::Error),
    /// The repository could not record it.
    #[error(transparent)]
    Repository(#[from] Error),
}

impl<R: InvoiceRepository> Receiver<R> {
    /// A receiver of webhooks that are signed with `secret`; `clock` tells the seconds since 1970.
    pub fn new(repository: R, secret: Secret, clock: fn() -> i64) -> Self {
        Self {
            repository,
            secret,
            clock,
        }
    }

    /// Takes one webhook: the value of its header `Stripe-Signature`, and its body.
    pub fn receive(&mut self, signature: &str, body: &[u8]) -> Result<Received, WebhookError> {
        let now = (self.clock)();
        verify(&self.secret, signature, body, now)?;
        let event: Value = serde_json::from_slice(body)?;
        let object = &event["data"]["object"];
        match event["type"].as_str() {
            Some(
                "payment_intent.succeeded"
                | "payment_intent.payment_failed"
                | "payment_intent.canceled",
            ) => match payment_in_event(object) {
                Some(told) => self.decided(told, now),
                None => Ok(Received::NothingNew),
            },
            Some("refund.failed" | "refund.updated" | "charge.refund.updated") => {
                self.refund_failed(object)
            }
            _ => Ok(Received::NothingNew),
        }
    }

    fn decided(&mut self, told: ToldPayment, now: i64) -> Result<Received, WebhookError> {
        let Some(attempt) = self.repository.attempt(&told.attempt_id)? else {
            return Ok(Received::NothingNew);
        };
        if is_of_another(told.database_id.as_ref(), attempt.database_id.as_ref()) {
            return Ok(Received::NothingNew);
        }
        let is_approved = told.payment.outcome == Outcome::Approved;
        if is_approved && told.received != attempt.amount.get() {
            return Ok(Received::Contradiction);
        }
        match attempt.state {
            InvoiceState::Unknown => {
                let decision = Decision {
                    attempt,
                    payment: told.payment,
                    known_at: now,
                };
                let recorded = self.repository.record(&[decision])?;
                Ok(Received::recorded_if(recorded == 1))
            }
            state if (state == InvoiceState::Paid) == is_approved => Ok(Received::NothingNew),
            // A failure that comes after the success is an old one.
            InvoiceState::Paid => Ok(Received::NothingNew),
            _ => Ok(Received::Contradiction),
        }
    }

    /// A refund can fail long after the gateway said that it is done.
    fn refund_failed(&mut self, object: &Value) -> Result<Received, WebhookError> {
        let Some((refund_id, reason)) = failure_in_event(object) else {
            return Ok(Received::NothingNew);
        };
        let is_new = self.repository.fail_refund(&refund_id, &reason)?;
        Ok(Received::recorded_if(is_new))
    }
}

impl Received {
    fn recorded_if(is_new: bool) -> Self {
        if is_new {
            Self::Recorded
        } else {
            Self::NothingNew
        }
    }
}

/// Receives webhooks over HTTP until the process is told to stop. The first line on `ready` is the
/// address.
pub fn serve<R: InvoiceRepository + 'static>(
    listen: SocketAddr,
    receiver: Receiver<R>,
    ready: &mut dyn Write,
) -> Result<(), Error> {
    let receiver = Rc::new(RefCell::new(receiver));
    serve_connections(listen, ready, move |stream| {
        let receiver = Rc::clone(&receiver);
        serve_requests(stream, move |request| {
            let receiver = Rc::clone(&receiver);
            async move { answer(request, &receiver).await }
        })
    })
}

async fn answer<R: InvoiceRepository>(
    request: Request<Incoming>,
    receiver: &RefCell<Receiver<R>>,
) -> io::Result<Reply> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        let message = "Webhooks are sent with POST.";
        return Ok(refused(StatusCode::METHOD_NOT_ALLOWED, message));
    }
    let body = match whole(body).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(*refusal),
    };
    let name = HeaderName::from_static("stripe-signature");
    let signature = text(&head, &name).unwrap_or_default();
    Ok(match receiver.borrow_mut().receive(signature, &body) {
        Ok(outcome) => {
            match outcome {
                Received::Recorded => note(&body),
                Received::NothingNew => {}
                Received::Contradiction => {
                    eprintln!("a webhook contradicts the database (see ledgerly reconcile)");
                }
            }
            json(StatusCode::OK, "{\"received\":true}".to_owned())
        }
        Err(WebhookError::Repository(error)) => {
            // The gateway sends it again later.
            eprintln!("error: {}", printable(&error.to_string()));
            refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database is not ready.",
            )
        }
        Err(error) => refused(StatusCode::BAD_REQUEST, &error.to_string()),
    })
}

/// Tells on standard output which event was recorded.
fn note(event: &[u8]) {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let id = event["id"].as_str().unwrap_or("an event without a name");
    // Nobody need listen.
    drop(writeln!(io::stdout(), "recorded {}", printable(id)));
}
