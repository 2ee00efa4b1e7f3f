//! `ci-stage approve`: a person's word on exactly these bytes.

use std::path::{Path, PathBuf};

use super::approval::Record;
use super::environment::Environment;
use super::log::{Event, Note};
use super::place::Place;
use super::{gate, impact, short, who};
use crate::artifact::Artifact;
use crate::cargo::Workspace;
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;

/// Who approves, and with which key.
pub(super) struct Approver {
    pub(super) name: Option<String>,
    pub(super) key: Option<PathBuf>,
}

/// Shows what changes, signs, and keeps the record where the release will be.
pub(super) fn approve(
    workspace: &Workspace,
    environment: &Environment,
    artifact: &Artifact,
    digest: &str,
    approver: &Approver,
    format: Format,
) -> Result<ExitCode, Error> {
    if digest.len() < 8 || !artifact.digest.starts_with(digest) {
        return Err(Error::Usage(format!(
            "{} is {}, not `{digest}`: name at least the first 8 digits of what you approve, or \
             another artifact with --artifact",
            artifact.title,
            short(&artifact.digest)
        )));
    }
    let mut place = Place::enter(workspace, environment)?;
    if environment.settings.impact.is_some() {
        format.say(impact::of(workspace, environment, &mut place, artifact)?.report);
    }
    let root = workspace.root();
    let name = approver.name.clone().or_else(|| who::email(root));
    let name = name.ok_or_else(|| {
        Error::Usage("who approves? name yourself with --as, as the list of approvers does".into())
    })?;
    let expected = gate::expected(environment, &mut place, artifact, &name)?;
    let record = Record::sign(&expected, &key(approver)?)?;
    let list = environment.settings.approvers.clone().ok_or_else(|| {
        Error::Usage(format!(
            "environments.{}.approvers: there is no list of those who may approve",
            environment.name
        ))
    })?;
    let authors = gate::excluded(workspace, environment, &mut place, artifact)?;
    if let Err(why) = record.judge(&expected, &root.join(list), &authors)? {
        return Err(Error::Gate(why));
    }
    place.approve(&artifact.digest, &record.line()?)?;
    let note = Note {
        from: expected.from,
        to: Some(artifact.digest.clone()),
        title: Some(artifact.title.clone()),
        commit: Some(expected.commit),
        verdict: Some(artifact.verdict_digest.clone()),
        approved_by: vec![name.clone()],
        seen: None,
    };
    place.record(Event::Approved, note)?;
    format.say(format!(
        "{name} approved {} ({}) for {}",
        artifact.title,
        short(&artifact.digest),
        environment.name
    ));
    Ok(ExitCode::Passed)
}

fn key(approver: &Approver) -> Result<PathBuf, Error> {
    if let Some(key) = &approver.key {
        return Ok(key.clone());
    }
    let home = std::env::var_os("HOME").unwrap_or_default();
    let keys =
        ["id_ed25519", "id_ecdsa", "id_rsa"].map(|name| Path::new(&home).join(".ssh").join(name));
    let found = keys.into_iter().find(|key| key.is_file());
    found.ok_or_else(|| Error::Usage("which key signs? name it with --key".into()))
}
