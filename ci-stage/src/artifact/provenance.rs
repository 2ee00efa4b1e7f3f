//! Where an archive comes from and what was found about it, beside the archive.
//!
//! `NAME-COMMIT.provenance.json` is an in-toto statement with a SLSA provenance: the archive's
//! digest, the commit, the tools' versions and the digest of the verdict, which lies beside it as
//! `NAME-COMMIT.verdict.json`. They are not signed: whoever can write to the folder can replace
//! all three. What a person approves is signed, and names the archive's digest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::package::digest;
use super::{ENDING, image};
use crate::cargo::process::{Streams, run};
use crate::cargo::{self, Workspace};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::plan::{Plan, Selection};
use crate::report::write_whole;
use crate::settings::Settings;
use crate::sources::hash;
use crate::verdict::Verdict;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://slsa.dev/provenance/v1";
/// The name of the verdict among what the build left.
const VERDICT: &str = "verdict.json";

/// The parts of a statement that are read again.
#[derive(Debug, Deserialize)]
struct Statement {
    subject: Vec<Named>,
    predicate: Predicate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Predicate {
    run_details: RunDetails,
}

#[derive(Debug, Deserialize)]
struct RunDetails {
    byproducts: Vec<Named>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Named {
    name: String,
    digest: BTreeMap<String, String>,
}

impl Named {
    fn sha256(name: &str, digest: &str) -> Self {
        let digest = BTreeMap::from([("sha256".to_owned(), digest.to_owned())]);
        let name = name.to_owned();
        Self { name, digest }
    }
}

/// An archive that is what its provenance says, with the verdict on its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The archive.
    pub archive: PathBuf,
    /// `NAME-COMMIT`
    pub title: String,
    /// The archive's SHA-256.
    pub digest: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict's SHA-256.
    pub verdict_digest: String,
}

/// Lays provenance and verdict beside the archive that the run's build stage made, if it made one.
///
/// A run of fewer stages says less of the same bytes than the one before it, so it does not
/// replace what is there unless it is red.
///
/// # Errors
/// [`Error::Io`] when they cannot be written.
pub fn attest(workspace: &Workspace, verdict: &Verdict) -> Result<(), Error> {
    let package = verdict.stages.iter().find_map(|stage| {
        let package = stage.findings.package.as_ref();
        package.filter(|_| stage.has_passed())
    });
    let Some(package) = package else {
        return Ok(());
    };
    let archive = workspace.root().join(format!("{package}{ENDING}"));
    let digest = digest(&archive)?;
    if let Ok(earlier) = Artifact::read(&archive)
        && earlier.verdict.stages.len() > verdict.stages.len()
        && verdict.class == ExitCode::Passed
    {
        return Ok(());
    }
    let text = verdict.json()? + "\n";
    write_whole(&beside(&archive, "verdict.json"), &text)?;
    let statement = statement(
        workspace,
        verdict,
        &archive,
        &digest,
        &hash(text.as_bytes()),
    )?;
    write_whole(
        &beside(&archive, "provenance.json"),
        &format!("{statement:#}\n"),
    )
}

fn statement(
    workspace: &Workspace,
    verdict: &Verdict,
    archive: &Path,
    digest: &str,
    verdict_digest: &str,
) -> Result<serde_json::Value, Error> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let mut cargo = cargo::command();
    cargo.arg("--version");
    let cargo = run(cargo, Streams::Capture, None)?.output;
    let lock = workspace.root().join("Cargo.lock");
    let time = |seconds: i64| {
        let at = jiff::Timestamp::from_second(seconds);
        at.map(|at| at.to_string()).unwrap_or_default()
    };
    let duration = i64::try_from(verdict.duration.as_secs()).unwrap_or_default();
    let mut subject = vec![Named::sha256(&name, digest)];
    let folder = beside(archive, image::ENDING.trim_start_matches('.'));
    if verdict
        .stages
        .iter()
        .any(|stage| stage.findings.image.is_some())
    {
        let image = folder.file_name().unwrap_or_default().to_string_lossy();
        let digest = image::digest(&folder)?;
        subject.push(Named::sha256(&image, digest.trim_start_matches("sha256:")));
    }
    Ok(json!({
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": "ci-stage build",
                "externalParameters": { "commit": verdict.commit },
                "internalParameters": {
                    "rustc": cargo::rustc_version()?,
                    "cargo": cargo.trim_end(),
                    "ci-stage": env!("CARGO_PKG_VERSION"),
                },
                "resolvedDependencies": [Named::sha256("Cargo.lock", &self::digest(&lock)?)],
            },
            "runDetails": {
                "builder": { "id": builder() },
                "metadata": {
                    "startedOn": time(verdict.started_at),
                    "finishedOn": time(verdict.started_at.saturating_add(duration)),
                },
                "byproducts": [Named::sha256(VERDICT, verdict_digest)],
            },
        },
    }))
}

/// The CI server's page of the run, or the program at a desk.
fn builder() -> String {
    let page = [
        "CI_JOB_URL",
        "CIRCLE_BUILD_URL",
        "BUILD_URL",
        "TRAVIS_JOB_WEB_URL",
    ];
    let variable = |name: &str| std::env::var(name).ok();
    let github = || {
        let server = variable("GITHUB_SERVER_URL")?;
        let repository = variable("GITHUB_REPOSITORY")?;
        let run = variable("GITHUB_RUN_ID")?;
        Some(format!("{server}/{repository}/actions/runs/{run}"))
    };
    let page = page.into_iter().find_map(variable).or_else(github);
    page.unwrap_or_else(|| "ci-stage at a desk".into())
}

/// `NAME-COMMIT.ENDING` in the archive's folder.
fn beside(archive: &Path, ending: &str) -> PathBuf {
    archive.with_file_name(format!("{}.{ending}", title(archive)))
}

fn title(archive: &Path) -> String {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(ENDING).unwrap_or(&name).to_owned()
}

impl Artifact {
    /// Reads an archive with what lies beside it.
    ///
    /// # Errors
    /// [`Error::Usage`] when one of the three is not there or cannot be understood;
    /// [`Error::Gate`] when they do not belong together.
    pub fn read(archive: &Path) -> Result<Self, Error> {
        if !archive.is_file() {
            return Err(Error::Usage(format!(
                "{}: there is no such artifact; `ci-stage` makes it and tests it",
                archive.display()
            )));
        }
        let digest = digest(archive)?;
        let file = beside(archive, "provenance.json");
        let statement: Statement = serde_json::from_str(&read(&file)?)
            .map_err(|error| Error::Usage(format!("{}: {error}", file.display())))?;
        let stated = |list: &[Named]| {
            let named = list.first().and_then(|named| named.digest.get("sha256"));
            named.cloned().unwrap_or_default()
        };
        same(archive, &digest, &stated(&statement.subject), &file)?;
        let verdict_file = beside(archive, "verdict.json");
        let verdict_digest = hash(read(&verdict_file)?.as_bytes());
        let byproducts = stated(&statement.predicate.run_details.byproducts);
        same(&verdict_file, &verdict_digest, &byproducts, &file)?;
        Ok(Self {
            verdict: Verdict::read(&verdict_file)?,
            archive: archive.to_path_buf(),
            title: title(archive),
            digest,
            verdict_digest,
        })
    }

    /// Refuses an artifact that the pipeline of the settings has not wholly passed, or that no
    /// commit holds the sources of.
    ///
    /// # Errors
    /// [`Error::Gate`] with what is missing.
    pub fn deliverable(&self, workspace: &Workspace, settings: &Settings) -> Result<(), Error> {
        let refused = |why: String| Error::Gate(format!("{} is refused: {why}", self.title));
        let Verdict {
            class,
            commit,
            stages,
            ..
        } = &self.verdict;
        if commit.ends_with("-dirty") || commit == "uncommitted" {
            return Err(refused(format!(
                "it was built from sources that no commit holds ({commit}); commit them and run \
                 `ci-stage` again"
            )));
        }
        if *class != ExitCode::Passed {
            return Err(refused(format!(
                "its verdict is not green: {}",
                class.label()
            )));
        }
        let pipeline = Plan::select(workspace, settings, &Selection::default())?;
        let passed = |name: &str| {
            let mut stages = stages.iter();
            stages.any(|stage| stage.name == name && stage.has_passed())
        };
        let missing: Vec<&str> = pipeline.names().filter(|name| !passed(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(refused(format!(
            "its verdict does not cover {}; run the whole pipeline: `ci-stage`",
            missing.join(", ")
        )))
    }
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| {
        Error::Usage(format!(
            "{}: {error}; `ci-stage` lays it beside the archive when it has built it",
            file.display()
        ))
    })
}

fn same(what: &Path, digest: &str, stated: &str, by: &Path) -> Result<(), Error> {
    if digest == stated {
        return Ok(());
    }
    Err(Error::Gate(format!(
        "{} is refused: its SHA-256 is {digest}, {} says {stated}",
        what.display(),
        by.display()
    )))
}
