//! Watching a release: command lines where it runs and addresses from here, for a stated time.

use std::thread;
use std::time::{Duration, Instant};

use super::place::Place;
use crate::cargo::process::interrupted;
use crate::error::Error;
use crate::plural::counted;
use crate::settings::WatchSettings;

/// How long a pause goes on before ^C is looked for.
const STEP: Duration = Duration::from_millis(50);

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    pub(super) checks: u64,
    pub(super) failures: u64,
    /// What the first failure was.
    pub(super) first: Option<String>,
    pub(super) healthy: bool,
}

impl Seen {
    /// In a sentence.
    pub(super) fn sentence(&self) -> String {
        match &self.first {
            None => format!("{} passed", counted(self.checks, "check")),
            Some(first) => {
                let (failures, checks) = (self.failures, counted(self.checks, "check"));
                format!("{failures} of {checks} failed, first: {first}")
            }
        }
    }
}

/// Makes the checks, round by round; ends early when more have failed than may.
pub(super) fn watch(place: &mut Place, settings: &WatchSettings) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    for round in 0..settings.rounds() {
        if round > 0 {
            pause(settings.pause())?;
        }
        self::round(place, settings, &mut seen)?;
        if seen.failures > settings.failures_allowed() {
            return Ok(seen);
        }
    }
    seen.healthy = true;
    Ok(seen)
}

/// Makes every check once; none may fail.
pub(super) fn once(place: &mut Place, settings: &WatchSettings) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    round(place, settings, &mut seen)?;
    seen.healthy = seen.failures == 0;
    Ok(seen)
}

fn round(place: &mut Place, settings: &WatchSettings, seen: &mut Seen) -> Result<(), Error> {
    let limit = settings.timeout_seconds.max(1);
    for line in &settings.checks {
        let said = place.run(line, Some(limit))?;
        seen.note((!said.success()).then(|| {
            let why = if said.code == 124 {
                format!("took more than {limit} s")
            } else {
                format!("ended with exit code {}", said.code)
            };
            let last = said.text().lines().last().unwrap_or_default().to_owned();
            let told = if last.is_empty() {
                last
            } else {
                format!(": {last}")
            };
            format!("`{line}` {why}{told}")
        }));
    }
    for address in &settings.http {
        seen.note(ask(address, Duration::from_secs(limit)));
    }
    Ok(())
}

impl Seen {
    fn note(&mut self, failure: Option<String>) {
        self.checks += 1;
        if let Some(failure) = failure {
            self.failures += 1;
            self.first.get_or_insert(failure);
        }
    }
}

/// What is wrong with an answer, if anything is.
fn ask(address: &str, limit: Duration) -> Option<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(limit))
        .http_status_as_error(false)
        .build()
        .into();
    match agent.get(address).call() {
        Ok(answer) if answer.status().is_success() => None,
        Ok(answer) => Some(format!("{address} answered {}", answer.status())),
        Err(error) => Some(format!("{address}: {error}")),
    }
}

fn pause(time: Duration) -> Result<(), Error> {
    let began = Instant::now();
    while let Some(left) = time.checked_sub(began.elapsed()) {
        if interrupted() {
            return Err(Error::Interrupted);
        }
        thread::sleep(left.min(STEP));
    }
    Ok(())
}
