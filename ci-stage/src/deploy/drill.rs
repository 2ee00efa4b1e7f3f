//! `ci-stage drill`: a release that is sure to fail its checks, to see that going back works.

use std::fs;
use std::time::Instant;

use super::environment::Environment;
use super::live::{self, Change};
use super::log::{Event, Note};
use super::place::Place;
use super::{short, watch};
use crate::artifact::{pack, unpack};
use crate::cargo::Workspace;
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::{Approval, WatchSettings};
use crate::sources::hash;

/// Deploys what runs once more under another digest, with a check that fails, and looks whether
/// what ran before runs again and is healthy.
pub(super) fn drill(
    workspace: &Workspace,
    environment: &Environment,
    format: Format,
) -> Result<ExitCode, Error> {
    if environment.settings.approval != Approval::Never {
        return Err(Error::Usage(format!(
            "a drill makes a bad release live for a moment, and {} takes none without approval; \
             drill where approval is \"never\"",
            environment.name
        )));
    }
    let mut place = Place::enter(workspace, environment)?;
    let before = place
        .current()?
        .ok_or_else(|| Error::Usage(format!("{}: nothing runs there; deploy first", place.name)))?;
    if !place.log.has_proven(&before) {
        return Err(Error::Usage(format!(
            "{}: {} has not passed its checks, so a drill would not come back to it; deploy first",
            place.name,
            short(&before)
        )));
    }
    let digest = take_in_a_sham(&mut place, &before)?;
    let failing = WatchSettings {
        checks: vec!["echo this is a drill; exit 1".into()],
        ..WatchSettings::default()
    };
    let note = Note {
        from: Some(before.clone()),
        to: Some(digest),
        title: Some("a drill".into()),
        ..Note::default()
    };
    let change = Change {
        environment,
        watch: &failing,
        event: Event::Drilling,
        note,
        format,
    };
    let began = Instant::now();
    let code = live::go(&mut place, &change)?;
    let seconds = began.elapsed().as_secs_f32();
    let came_back = code == ExitCode::RolledBack && place.current()?.as_ref() == Some(&before);
    let healthy = watch::once(&mut place, &environment.settings.watch)?.healthy;
    let log = place
        .log
        .proven()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    place.keep(&[log, vec![before.clone()]].concat())?;
    if came_back && healthy {
        let runs = short(&before);
        format.say(format!(
            "DRILL PASSED: {runs} runs again after {seconds:.1} s"
        ));
        return Ok(ExitCode::Passed);
    }
    format.say("DRILL FAILED: what ran before does not run again as it did");
    Ok(ExitCode::Gate)
}

/// The running release with one more file, and so with a digest of its own.
fn take_in_a_sham(place: &mut Place, before: &str) -> Result<String, Error> {
    let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
    let archive = scratch.path().join("drill.tar.zst");
    place.fetch(before, &archive)?;
    let unpacked = scratch.path().join("unpacked");
    fs::create_dir(&unpacked).map_err(Error::io("create", &unpacked))?;
    let folder = unpack(&archive, &unpacked)?;
    let mark = folder.join("DRILL");
    fs::write(&mark, "not to be kept\n").map_err(Error::io("write", &mark))?;
    pack(&folder, "drill", 0, &archive)?;
    let bytes = fs::read(&archive).map_err(Error::io("read", &archive))?;
    let digest = hash(&bytes);
    place.take_in(&archive, &digest)?;
    Ok(digest)
}
