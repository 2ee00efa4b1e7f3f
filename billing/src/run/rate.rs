//! A limit on how many requests go out a second.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lets requests pass at even distances, whichever thread sends them.
#[derive(Clone, Debug)]
pub struct RateLimit {
    distance: Duration,
    next: Arc<Mutex<Instant>>,
}

impl RateLimit {
    /// A limit of so many a second.
    #[must_use]
    pub fn per_second(count: NonZeroU32) -> Self {
        Self {
            distance: Duration::from_secs(1) / count.get(),
            next: Arc::new(Mutex::new(Instant::now())),
        }
    }

    /// Returns when the next request may go out.
    pub(super) fn wait(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = (*next).max(Instant::now());
            *next = turn + self.distance;
            turn
        };
        thread::sleep(turn.saturating_duration_since(Instant::now()));
    }
}
