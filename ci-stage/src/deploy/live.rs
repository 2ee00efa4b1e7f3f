//! Making a release the one that runs, and going back when it misbehaves.

use super::environment::Environment;
use super::log::{Event, Note};
use super::place::Place;
use super::short;
use super::watch::{self, Seen};
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::WatchSettings;

/// What is to run, and on whose word.
pub(super) struct Change<'a> {
    pub(super) environment: &'a Environment,
    pub(super) watch: &'a WatchSettings,
    pub(super) event: Event,
    pub(super) note: Note,
    pub(super) format: Format,
}

/// Switches, watches, and keeps or undoes. The release is there already.
pub(super) fn go(place: &mut Place, change: &Change<'_>) -> Result<ExitCode, Error> {
    let to = change.note.to.clone().unwrap_or_default();
    let fallback = fallback(place, &to)?;
    place.record(change.event, change.note.clone())?;
    place.switch(Some(&to))?;
    let seen = match activate(place, change.environment)? {
        None => watch::watch(place, change.watch)?,
        Some(failure) => failure,
    };
    if !seen.healthy {
        return back(place, change, &to, fallback, &seen);
    }
    let note = Note {
        seen: Some(seen.sentence()),
        ..change.note.clone()
    };
    place.record(Event::Proven, note)?;
    tidy(place, change.environment)?;
    change.format.say(format!(
        "{} runs {}: {}",
        place.name,
        short(&to),
        seen.sentence()
    ));
    Ok(ExitCode::Passed)
}

/// What ran before and had passed its checks; what was only begun is not gone back to.
fn fallback(place: &mut Place, to: &str) -> Result<Option<String>, Error> {
    let proven: Vec<String> = place.log.proven().iter().map(ToString::to_string).collect();
    for digest in proven {
        if digest != to && place.has_intact(&digest)? {
            return Ok(Some(digest));
        }
    }
    Ok(None)
}

/// Runs the commands that make the current release work; a failure is the first thing seen of it.
fn activate(place: &mut Place, environment: &Environment) -> Result<Option<Seen>, Error> {
    run_all(place, &environment.settings.activate)
}

/// Runs command lines in the current release's folder, until one fails.
fn run_all(place: &mut Place, lines: &[String]) -> Result<Option<Seen>, Error> {
    for line in lines {
        let said = place.run(line, None)?;
        if !said.success() {
            let first = format!(
                "`{line}` ended with exit code {}: {}",
                said.code,
                said.text()
            );
            return Ok(Some(Seen {
                checks: 1,
                failures: 1,
                first: Some(first),
                healthy: false,
            }));
        }
    }
    Ok(None)
}

fn back(
    place: &mut Place,
    change: &Change<'_>,
    failed: &str,
    fallback: Option<String>,
    seen: &Seen,
) -> Result<ExitCode, Error> {
    let stopped = match &fallback {
        None => run_all(place, &change.environment.settings.deactivate)?,
        Some(_) => None,
    };
    place.switch(fallback.as_deref())?;
    let verified = match (&fallback, stopped) {
        (None, None) => "nothing runs, as before".to_owned(),
        (None, Some(failure)) => format!("IT MAY STILL RUN: {}", failure.sentence()),
        (Some(digest), _) => {
            // The checks of the environment, whatever the failed release was watched with.
            let again = match activate(place, change.environment)? {
                None => watch::once(place, &change.environment.settings.watch)?,
                Some(failure) => failure,
            };
            let verdict = if again.healthy {
                "verified"
            } else {
                "NOT HEALTHY EITHER"
            };
            format!(
                "{} runs again, {verdict}: {}",
                short(digest),
                again.sentence()
            )
        }
    };
    let about = fallback
        .as_deref()
        .and_then(|digest| place.log.about(digest))
        .cloned()
        .unwrap_or_default();
    let note = Note {
        from: Some(failed.to_owned()),
        to: fallback,
        approved_by: Vec::new(),
        seen: Some(format!("{}; {verified}", seen.sentence())),
        ..about
    };
    place.record(Event::RolledBack, note)?;
    change.format.say(format!(
        "{} ROLLED BACK {}: {}\n{verified}",
        place.name,
        short(failed),
        seen.sentence()
    ));
    Ok(ExitCode::RolledBack)
}

/// Forgets old releases: what runs and the latest proven ones stay.
fn tidy(place: &mut Place, environment: &Environment) -> Result<(), Error> {
    let keep = environment.settings.keep.unwrap_or(10).max(2);
    let mut kept: Vec<String> = place.log.proven().iter().map(ToString::to_string).collect();
    kept.truncate(keep);
    kept.extend(place.current()?);
    place.keep(&kept)
}
