//! The commands of delivery, from what was asked to the exit code.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::approve::{Approver, approve};
use super::environment::Environment;
use super::gate::{self, Passage};
use super::live::{self, Change};
use super::log::{Event, Note};
use super::place::Place;
use super::{candidate, drill, impact, short, status};
use crate::artifact::Artifact;
use crate::cargo::Workspace;
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::Settings;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Bring an artifact to an environment.
    Deploy {
        /// The environment.
        environment: String,
        /// The archive, if not that of this commit.
        artifact: Option<PathBuf>,
    },
    /// Say what an artifact would do to what customers pay.
    Impact {
        /// The environment.
        environment: String,
        /// The archive, if not that of this commit.
        artifact: Option<PathBuf>,
    },
    /// Approve an artifact.
    Approve {
        /// The environment.
        environment: String,
        /// Its first digits.
        digest: String,
        /// The archive, if not that of this commit.
        artifact: Option<PathBuf>,
        /// The approver's name in the list.
        name: Option<String>,
        /// The approver's key.
        key: Option<PathBuf>,
    },
    /// Go back to an earlier release.
    Rollback {
        /// The environment.
        environment: String,
        /// Its first digits, if not the one that ran before.
        to: Option<String>,
    },
    /// Show what runs where.
    Status {
        /// The environment, if not all.
        environment: Option<String>,
    },
    /// Prove that going back works.
    Drill {
        /// The environment.
        environment: String,
    },
}

/// Does what is asked.
///
/// # Errors
/// [`Error::Usage`] and [`Error::Configuration`] before anything was done; [`Error::Gate`] when an
/// artifact is refused; [`Error::Setup`] when the environment cannot be reached or is in use.
pub fn run(workspace: &Workspace, command: Command, format: Format) -> Result<ExitCode, Error> {
    let settings = Settings::read(workspace)?;
    let find = |name: &str| Environment::find(workspace, &settings, name);
    let artifact = |named: Option<PathBuf>| candidate::find(workspace, &settings, named.as_deref());
    match command {
        Command::Deploy {
            environment,
            artifact: named,
        } => {
            let environment = find(&environment)?;
            deploy(workspace, &settings, &environment, named.as_deref(), format)
        }
        Command::Impact {
            environment,
            artifact: named,
        } => {
            let environment = find(&environment)?;
            let artifact = artifact(named)?;
            let mut place = Place::visit(workspace, &environment)?;
            let impact = impact::of(workspace, &environment, &mut place, &artifact)?;
            format.say(impact.report);
            Ok(impact.gate)
        }
        Command::Approve {
            environment,
            digest,
            artifact: named,
            name,
            key,
        } => {
            let environment = find(&environment)?;
            let artifact = artifact(named)?;
            let approver = Approver { name, key };
            approve(
                workspace,
                &environment,
                &artifact,
                &digest,
                &approver,
                format,
            )
        }
        Command::Rollback { environment, to } => {
            rollback(workspace, &find(&environment)?, to.as_deref(), format)
        }
        Command::Status { environment } => {
            status::show(workspace, &settings, environment.as_deref(), format)?;
            Ok(ExitCode::Passed)
        }
        Command::Drill { environment } => drill::drill(workspace, &find(&environment)?, format),
    }
}

fn deploy(
    workspace: &Workspace,
    settings: &Settings,
    environment: &Environment,
    named: Option<&Path>,
    format: Format,
) -> Result<ExitCode, Error> {
    let artifact = candidate::find(workspace, settings, named)?;
    let digest = &artifact.digest;
    candidate::proven_before(workspace, settings, environment, digest)?;
    let mut place = Place::enter(workspace, environment)?;
    let from = place.current()?;
    let runs = from.as_ref() == Some(digest) && place.log.has_proven(digest);
    if runs && place.has_intact(digest)? {
        format.say(format!("{} runs {} already", place.name, artifact.title));
        return Ok(ExitCode::Passed);
    }
    let approved_by = match gate::pass(workspace, environment, &mut place, &artifact)? {
        Passage::Waits(why) => {
            format.say(format!("WAITING FOR APPROVAL: {why}"));
            tell_the_next_job(&environment.name)?;
            return Ok(ExitCode::WaitingForApproval);
        }
        Passage::Open { approved_by, why } => {
            format.say(format!("{}: {why}", artifact.title));
            approved_by
        }
    };
    if !place.has_intact(digest)? {
        place.take_in(&artifact.archive, digest)?;
    }
    let change = Change {
        environment,
        watch: &environment.settings.watch,
        event: Event::Deploying,
        note: note(&artifact, from, approved_by),
        format,
    };
    live::go(&mut place, &change)
}

/// On GitHub, lets the job that a person has to approve start.
fn tell_the_next_job(environment: &str) -> Result<(), Error> {
    let Some(file) = std::env::var_os("GITHUB_OUTPUT").map(PathBuf::from) else {
        return Ok(());
    };
    let opened = File::options().append(true).create(true).open(&file);
    let written = opened.and_then(|mut file| writeln!(file, "waiting={environment}"));
    written.map_err(Error::io("write", &file))
}

fn note(artifact: &Artifact, from: Option<String>, approved_by: Vec<String>) -> Note {
    Note {
        from,
        to: Some(artifact.digest.clone()),
        title: Some(artifact.title.clone()),
        commit: Some(artifact.verdict.commit.clone()),
        verdict: Some(artifact.verdict_digest.clone()),
        approved_by,
        seen: None,
    }
}

fn rollback(
    workspace: &Workspace,
    environment: &Environment,
    to: Option<&str>,
    format: Format,
) -> Result<ExitCode, Error> {
    let mut place = Place::enter(workspace, environment)?;
    let from = place.current()?;
    let to = goal(&place, from.as_deref(), to)?;
    if !place.has_intact(&to)? {
        return Err(Error::Gate(format!(
            "{}: the files of {} are gone or not as they were packaged; deploy it again",
            place.name,
            short(&to)
        )));
    }
    let about = place.log.about(&to).cloned().unwrap_or_default();
    let change = Change {
        environment,
        watch: &environment.settings.watch,
        event: Event::RollingBack,
        note: Note {
            from,
            to: Some(to),
            approved_by: Vec::new(),
            seen: None,
            ..about
        },
        format,
    };
    live::go(&mut place, &change)
}

/// The release to go back to: of those that have passed their checks, the one that is named, or
/// the latest that does not run.
fn goal(place: &Place, from: Option<&str>, to: Option<&str>) -> Result<String, Error> {
    let proven = place.log.proven();
    let mut others = proven.iter().filter(|digest| Some(**digest) != from);
    let goal = match to {
        None => others.next(),
        Some(to) if to.len() < 8 => {
            return Err(Error::Usage(format!(
                "`{to}`: name at least 8 digits of the digest"
            )));
        }
        Some(to) => proven.iter().find(|digest| digest.starts_with(to)),
    };
    goal.map(ToString::to_string).ok_or_else(|| {
        let known: Vec<&str> = proven.iter().map(|digest| short(digest)).collect();
        Error::Usage(format!(
            "{}: there is no such release to go back to; those that have passed their checks: {}",
            place.name,
            if known.is_empty() {
                "none".into()
            } else {
                known.join(", ")
            }
        ))
    })
}
