//! Sending a batch through several gateways at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Gateways, RateLimit};
use crate::charge::send;
use crate::gateway::{GatewayError, Payment, PaymentGateway};
use crate::repository::Attempt;

/// What is to be done about an attempt.
pub(super) enum Job {
    /// It is new.
    Send(Attempt),
    /// It may have been sent before.
    Resolve(Attempt),
}

/// An attempt that was sent, and what came back.
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    pub(super) answer: Result<Payment, GatewayError>,
}

/// Does all jobs, in their order when there is one gateway. A failure that would meet every request
/// stops the batch; what was not sent stays open in the repository.
pub(super) fn send(
    gateways: &mut Gateways<'_>,
    jobs: Vec<Job>,
    rate: Option<&RateLimit>,
    clock: &dyn Fn() -> i64,
) -> (Vec<Sent>, Option<GatewayError>) {
    let now = clock();
    let queue = Queue {
        jobs,
        next: AtomicUsize::new(0),
        is_stopped: AtomicBool::new(false),
        done: Mutex::new((Vec::new(), None)),
        now,
    };
    if let [gateway] = gateways {
        queue.work(gateway.as_mut(), rate);
    } else {
        std::thread::scope(|scope| {
            for gateway in gateways.iter_mut() {
                let queue = &queue;
                scope.spawn(move || queue.work(gateway.as_mut(), rate));
            }
        });
    }
    // A thread that panicked has been reported by the scope; what the others did still counts.
    queue
        .done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Queue {
    jobs: Vec<Job>,
    next: AtomicUsize,
    is_stopped: AtomicBool,
    done: Mutex<(Vec<Sent>, Option<GatewayError>)>,
    now: i64,
}

impl Queue {
    fn work(&self, gateway: &mut (dyn PaymentGateway + '_), rate: Option<&RateLimit>) {
        while !self.is_stopped.load(Ordering::Relaxed) {
            let Some(job) = self.jobs.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            if let Some(rate) = rate {
                rate.wait();
            }
            let (attempt, answer) = match job {
                Job::Send(attempt) => (attempt, send::send(gateway, attempt)),
                Job::Resolve(attempt) => (attempt, send::resolve(gateway, attempt, self.now)),
            };
            let mut done = self
                .done
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            match answer {
                Err(error) if meets_all(&error) => {
                    self.is_stopped.store(true, Ordering::Relaxed);
                    done.1 = Some(error);
                }
                answer => done.0.push(Sent {
                    attempt: attempt.clone(),
                    answer,
                }),
            }
        }
    }
}

/// Whether the next request would fail the same way.
fn meets_all(error: &GatewayError) -> bool {
    matches!(
        error,
        GatewayError::Unreachable(_)
            | GatewayError::Unauthorized(_)
            | GatewayError::Ledger(_)
            | GatewayError::LedgerVersion(_)
            | GatewayError::LedgerCorrupt(_)
    )
}
