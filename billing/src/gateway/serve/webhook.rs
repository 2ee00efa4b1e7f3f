//! Sends the gateway's webhooks, signed, until each is received or given up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use ureq::Agent;

use crate::error::Error;
use crate::gateway::{FakeGateway, GatewayError, Secret, sign};
use crate::write::printable;

/// How often it is looked whether there is something to send.
const PAUSE: Duration = Duration::from_millis(100);

/// A receiver that takes longer has not received.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The thread that sends.
pub(super) struct Sender {
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Sender {
    /// Sends the webhooks of the gateway with this ledger to one place.
    pub(super) fn start(ledger: &Path, url: String, secret: Secret) -> Result<Self, Error> {
        let gateway = FakeGateway::open(ledger)?;
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopped);
        let thread = std::thread::spawn(move || send_all(gateway, &url, &secret, &stop));
        Ok(Self { is_stopped, thread })
    }

    /// Ends after the webhook that is being sent.
    pub(super) fn stop(self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        // A panic of the thread has been reported by itself.
        drop(self.thread.join());
    }
}

fn send_all(mut gateway: FakeGateway, url: &str, secret: &Secret, stop: &AtomicBool) {
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0);
    let agent: Agent = config.build().into();
    while !stop.load(Ordering::Relaxed) {
        match send_next(&mut gateway, &agent, url, secret) {
            Ok(true) => {}
            Ok(false) => std::thread::sleep(PAUSE),
            Err(error) => {
                eprintln!("error: {}", printable(&error.to_string()));
                std::thread::sleep(PAUSE);
            }
        }
    }
}

/// False when nothing is due.
fn send_next(
    gateway: &mut FakeGateway,
    agent: &Agent,
    url: &str,
    secret: &Secret,
) -> Result<bool, GatewayError> {
    let Some(delivery) = gateway.next_delivery_to(url)? else {
        return Ok(false);
    };
    let signature = sign(secret, gateway.now(), delivery.payload.as_bytes());
    let sent = agent
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", signature)
        .send(&delivery.payload);
    gateway.delivered(
        &delivery,
        sent.is_ok_and(|reply| reply.status().is_success()),
    )?;
    Ok(true)
}
