//! What is running, and how it is ended: all of it on ^C, or what runs side by side one by one.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::Error;

/// What runs side by side and can be stopped by itself; threads of no lane are in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Lane(u32);

impl Lane {
    /// A lane that no thread is in yet.
    #[must_use]
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The lane of this thread.
    #[must_use]
    pub fn here() -> Self {
        HERE.get()
    }

    /// Does work in this lane.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let outer = HERE.replace(self);
        let result = work();
        HERE.set(outer);
        result
    }

    /// Kills every program of this lane and lets it start no other.
    pub fn stop(self) {
        let mut live = live();
        live.stopped.insert(self);
        let own = live.groups.iter().filter(|(_, group)| group.lane == self);
        for (&number, group) in own {
            group.stop(number);
        }
    }

    /// Whether [`Lane::stop`] was called.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        live().has_stopped(self)
    }
}

thread_local! {
    static HERE: Cell<Lane> = const { Cell::new(Lane(0)) };
}

/// The process groups that are running, to be killed on ^C or with their lane.
pub(super) struct Live {
    pub(super) groups: BTreeMap<i32, Group>,
    stopped: BTreeSet<Lane>,
}

impl Live {
    pub(super) fn has_stopped(&self, lane: Lane) -> bool {
        self.stopped.contains(&lane)
    }
}

/// A process group that is running.
pub(super) struct Group {
    pub(super) lane: Lane,
    /// Whether its leader has groups of its own to end, and is given time for it.
    pub(super) leads_others: bool,
}

/// How long a leader has for what it started after each signal.
const PATIENCE: Duration = Duration::from_secs(1);

impl Group {
    fn stop(&self, number: i32) {
        if !self.leads_others {
            return kill_group(number);
        }
        signal_group(number, Signal::TERM);
        thread::spawn(move || {
            // At the second request nextest kills what has not ended at the first.
            for signal in [Signal::TERM, Signal::KILL] {
                thread::sleep(PATIENCE);
                if live().groups.contains_key(&number) {
                    signal_group(number, signal);
                }
            }
        });
    }
}

static LIVE: Mutex<Live> = Mutex::new(Live {
    groups: BTreeMap::new(),
    stopped: BTreeSet::new(),
});
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub(super) fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes ^C, SIGTERM and SIGHUP kill every program that [`run`](super::run) started; `run` then returns
/// [`Error::Interrupted`], so that callers unwind and remove their temporary folders.
/// A second ^C ends the process at once.
///
/// # Errors
/// [`Error::Setup`] when the handler cannot be installed.
pub fn kill_everything_on_interrupt() -> Result<(), Error> {
    ctrlc::set_handler(|| {
        let live = live();
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            live.groups.keys().copied().for_each(kill_group);
            std::process::exit(i32::from(crate::exit::ExitCode::Interrupted as u8));
        }
        for (&number, group) in &live.groups {
            group.stop(number);
        }
    })
    .map_err(|error| Error::Setup(format!("cannot listen for ^C: {error}")))
}

/// Whether ^C was pressed; a long computation without programs asks this between its steps.
#[must_use]
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

pub(super) fn kill_group(group: i32) {
    signal_group(group, Signal::KILL);
}

fn signal_group(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        // The group may be gone already, and then there is nothing to do.
        let _ = kill_process_group(group, signal);
    }
}
