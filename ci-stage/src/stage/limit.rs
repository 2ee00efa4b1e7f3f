//! The time that a stage may take.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo::process::Lane;
use crate::error::Error;

/// Does the work in a lane that is stopped after the limit.
pub(super) fn within<T>(
    limit: Option<Duration>,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error>
where
    T: Send,
{
    let Some(limit) = limit else { return work() };
    let outer = Lane::here();
    let lane = Lane::fresh();
    let (report, watched) = mpsc::channel();
    thread::scope(|scope| {
        let thread = scope.spawn(move || {
            let result = lane.run(work);
            let _ = report.send(());
            result
        });
        let deadline = Instant::now() + limit;
        let mut overdue = false;
        // The outer lane may be stopped meanwhile, and its programs are not ours.
        while watched.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Timeout) {
            overdue |= Instant::now() >= deadline;
            if overdue || outer.is_stopped() {
                lane.stop();
            }
        }
        let result = thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match result {
            Err(Error::Interrupted) if overdue => Err(Error::TimedOut(format!(
                "the stage ran longer than {limit:?} and was killed"
            ))),
            result => result,
        }
    })
}
