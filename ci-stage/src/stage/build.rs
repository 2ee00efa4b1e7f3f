//! The build stage: a release build and its package, which appears complete or not at all.

use super::report::{Findings, Outcome};
use super::{Context, shell};
use crate::artifact::image::{self, Made};
use crate::artifact::{Comparison, Package, package, reproduce};
use crate::cargo::{Release, release_command};
use crate::commit::Commit;
use crate::error::Error;
use crate::exit::ExitCode;

/// What is asked of the build stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BuildRequest {
    /// Whether to build again elsewhere and compare the bytes.
    pub check: bool,
}

pub(super) fn run(context: &Context, request: BuildRequest) -> Result<Outcome, Error> {
    let workspace = &context.workspace;
    let commit = Commit::of(workspace.root())?;
    let package = match package(workspace, &context.settings, &commit) {
        Err(Error::DoesNotBuild(messages)) => {
            context.console.say(messages);
            let verdict = "BUILD FAILED: the release build failed, stopping the pipeline";
            context.console.say(verdict);
            let outcome = Outcome::new(ExitCode::DoesNotBuild, "the release build failed");
            return Ok(outcome.repeated_by("cargo build --release --workspace"));
        }
        package => package?,
    };
    let Some(package) = package else {
        context
            .console
            .say("BUILD PASSED: the release build succeeded; there is no binary to package");
        return Ok(Outcome::new(ExitCode::Passed, "no binary to package"));
    };
    let made = image::make(workspace, &context.settings, &commit, &package)?;
    if request.check
        && let Some(outcome) = differs(context, &commit, &package, &made)?
    {
        return Ok(outcome);
    }
    let shown = format!("dist/{}", package.title);
    let (image, note) = match made {
        Made::NotAsked => (None, ""),
        Made::NoTool => {
            context.console.say(image::NO_TOOL);
            (None, "; NO IMAGE: buildah is missing")
        }
        Made::Image { digest } => {
            let image = shown.clone() + image::ENDING;
            context.console.say(format!("image {image}: {digest}"));
            (Some(image), " and its image")
        }
    };
    context
        .console
        .say(format!("BUILD PASSED: packaged {shown}"));
    Ok(Outcome {
        findings: Findings {
            package: Some(shown.clone()),
            image,
            ..Findings::default()
        },
        ..Outcome::new(ExitCode::Passed, shown + note)
    })
}

/// The outcome of a package that is not the same when it is built elsewhere.
fn differs(
    context: &Context,
    commit: &Commit,
    here: &Package,
    image: &Made,
) -> Result<Option<Outcome>, Error> {
    match reproduce(&context.workspace, &context.settings, commit, here, image)? {
        Comparison::Same => {
            context.console.say(format!(
                "built again in another folder: the same bytes, SHA-256 {}",
                here.digest
            ));
            Ok(None)
        }
        Comparison::Different(files) => {
            let summary = format!("built elsewhere, other bytes: {}", files.join(", "));
            let verdict = format!("BUILD FAILED: {summary}, stopping the pipeline");
            context.console.say(verdict);
            let outcome = Outcome::new(ExitCode::Gate, summary);
            Ok(Some(outcome.repeated_by("ci-stage build --check")))
        }
    }
}

pub(super) fn commands(context: &Context) -> Result<Vec<String>, Error> {
    let settings = &context.settings;
    let release = Release {
        names: settings.bins.as_deref(),
        commit: "COMMIT",
        epoch: 0,
        statically: settings.image.is_some(),
    };
    let command = release_command(&context.workspace, release)?;
    let name = settings.package_name(&context.workspace);
    let mut commands = vec![
        shell(&command),
        format!("packages dist/{name}-COMMIT and dist/{name}-COMMIT.tar.zst"),
    ];
    if settings.image.is_some() {
        commands.push(format!("buildah, for dist/{name}-COMMIT.oci"));
    }
    Ok(commands)
}
