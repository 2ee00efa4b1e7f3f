//! Whether a person has to approve, and whether one has.

use super::approval::{Record, Statement, authors};
use super::environment::Environment;
use super::impact;
use super::place::{Place, now};
use super::short;
use crate::artifact::Artifact;
use crate::cargo::Workspace;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::{Approval, ApprovedBy};

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    /// It goes on, on the word of these.
    Open {
        approved_by: Vec<String>,
        why: String,
    },
    /// It waits, and this is what somebody has to look at.
    Waits(String),
}

/// Judges an artifact for an environment.
pub(super) fn pass(
    workspace: &Workspace,
    environment: &Environment,
    place: &mut Place,
    artifact: &Artifact,
) -> Result<Passage, Error> {
    let open = |approved_by, why| Ok(Passage::Open { approved_by, why });
    let reason = match environment.settings.approval {
        Approval::Never => return open(Vec::new(), "no approval is asked".to_owned()),
        Approval::Always => "a person approves every release".to_owned(),
        Approval::WhenPricesChange => {
            let impact = impact::of(workspace, environment, place, artifact)?;
            if impact.gate == ExitCode::Passed {
                return open(Vec::new(), impact.report);
            }
            impact.report
        }
    };
    if environment.settings.approved_by == ApprovedBy::Provider {
        return Ok(match provider(&environment.name) {
            Some(job) => Passage::Open {
                why: format!("{reason}\napproved by {job}"),
                approved_by: vec![job],
            },
            None => Passage::Waits(format!(
                "{reason}\n{} is approved on the CI server, in a job that waits for it",
                environment.name
            )),
        });
    }
    let (valid, refused) = approvals(workspace, environment, place, artifact)?;
    if !valid.is_empty() {
        let why = format!("{reason}\napproved by {}", valid.join(", "));
        return open(valid, why);
    }
    let mut text = reason;
    for why in refused {
        text = text + "\n" + &why;
    }
    Ok(Passage::Waits(format!(
        "{text}\n{} waits for an approval: ci-stage approve {} {}",
        artifact.title,
        environment.name,
        short(&artifact.digest)
    )))
}

/// What an approval for this artifact has to state, now.
pub(super) fn expected(
    environment: &Environment,
    place: &mut Place,
    artifact: &Artifact,
    approver: &str,
) -> Result<Statement, Error> {
    Ok(Statement {
        environment: environment.name.clone(),
        digest: artifact.digest.clone(),
        commit: artifact.verdict.commit.clone(),
        from: place.current()?,
        approver: approver.to_owned(),
        at: now(),
    })
}

/// Who may not approve: with the rule of two persons, whoever wrote a part of the change.
pub(super) fn excluded(
    workspace: &Workspace,
    environment: &Environment,
    place: &mut Place,
    artifact: &Artifact,
) -> Result<Vec<String>, Error> {
    if !environment.settings.two_person {
        return Ok(Vec::new());
    }
    let released = place.current()?;
    let about = released
        .as_deref()
        .and_then(|digest| place.log.about(digest));
    let from = about.and_then(|note| note.commit.as_deref());
    authors(workspace.root(), from, &artifact.verdict.commit)
}

/// Those who have approved, and why other records do not count.
fn approvals(
    workspace: &Workspace,
    environment: &Environment,
    place: &mut Place,
    artifact: &Artifact,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let records = place.approvals(&artifact.digest)?;
    if records.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let authors = excluded(workspace, environment, place, artifact)?;
    let expected = expected(environment, place, artifact, "")?;
    let approvers = environment.settings.approvers.clone().unwrap_or_default();
    let approvers = workspace.root().join(approvers);
    let (mut valid, mut refused) = (Vec::new(), Vec::new());
    for line in records.lines() {
        match serde_json::from_str::<Record>(line) {
            Err(_) => refused.push("a record that cannot be read is refused".to_owned()),
            Ok(record) => match record.judge(&expected, &approvers, &authors)? {
                Ok(approver) if !valid.contains(&approver) => valid.push(approver),
                Ok(_) => {}
                Err(why) => refused.push(why),
            },
        }
    }
    Ok((valid, refused))
}

/// The job of a CI server that this runs in, where its servers let a person start such jobs.
fn provider(environment: &str) -> Option<String> {
    const JOBS: [(&str, &str); 4] = [
        ("GITHUB_RUN_ID", "GitHub"),
        ("CI_JOB_ID", "GitLab"),
        ("CIRCLE_WORKFLOW_JOB_ID", "CircleCI"),
        ("BUILD_TAG", "Jenkins"),
    ];
    // The generated files set it in the job that waits for a person.
    let approved = std::env::var("CI_STAGE_APPROVED").ok()?;
    if approved != environment {
        return None;
    }
    JOBS.iter().find_map(|(variable, name)| {
        let job = std::env::var(variable).ok().filter(|job| !job.is_empty())?;
        Some(format!("{name}, job {job}"))
    })
}
