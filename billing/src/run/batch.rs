//! Sending a batch through several gateways at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Gateways, RateLimit};
use crate::charge::send;
use crate::gateway::{GatewayError, Payment, PaymentGateway, each_until_failure};
use crate::repository::Attempt;

/// What is to be done about attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// They are new.
    Send,
    /// They may have been sent before.
    Resolve,
}

/// An attempt that was sent, and what came back.
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    pub(super) answer: Result<Payment, GatewayError>,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Came {
    pub(super) sent: Vec<Sent>,
    /// What would have met all that was not sent.
    pub(super) failure: Option<GatewayError>,
}

/// Does the job for all attempts, in their order when there is one gateway. A failure that would meet
/// every request stops the batch; what was not sent stays open in the repository.
pub(super) fn send(
    gateways: &mut Gateways<'_>,
    job: Job,
    attempts: Vec<Attempt>,
    rate: Option<&RateLimit>,
    now: i64,
) -> Came {
    let queue = Queue {
        job,
        attempts,
        next: AtomicUsize::new(0),
        is_stopped: AtomicBool::new(false),
        done: Mutex::default(),
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
        .unwrap_or_else(PoisonError::into_inner)
}

struct Queue {
    job: Job,
    attempts: Vec<Attempt>,
    next: AtomicUsize,
    is_stopped: AtomicBool,
    done: Mutex<Came>,
    now: i64,
}

impl Queue {
    fn work(&self, gateway: &mut (dyn PaymentGateway + '_), rate: Option<&RateLimit>) {
        let group = match rate {
            None => gateway.group().max(1),
            Some(_) => 1,
        };
        while !self.is_stopped.load(Ordering::Relaxed) {
            let from = self.next.fetch_add(group, Ordering::Relaxed);
            let until = from.saturating_add(group).min(self.attempts.len());
            let Some(attempts @ [_, ..]) = self.attempts.get(from..until) else {
                return;
            };
            if let Some(rate) = rate {
                rate.wait();
            }
            let answers = match self.job {
                Job::Send => send::send_all(gateway, attempts),
                Job::Resolve => each_until_failure(attempts, |attempt| {
                    send::resolve(gateway, attempt, self.now)
                }),
            };
            for (attempt, answer) in attempts.iter().zip(answers) {
                self.note(attempt, answer);
            }
        }
    }

    fn note(&self, attempt: &Attempt, answer: Result<Payment, GatewayError>) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Err(error) if error.meets_every_request() => {
                self.is_stopped.store(true, Ordering::Relaxed);
                done.failure = Some(error);
            }
            answer => done.sent.push(Sent {
                attempt: attempt.clone(),
                answer,
            }),
        }
    }
}
