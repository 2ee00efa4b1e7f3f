//! The test stage: builds the tests of a scope, runs each in its own process, prints the transcript.

use super::{Context, Findings, Outcome};
use crate::cargo::{TestScope, build_tests};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::suite;
use crate::transcript::{closing, heading};

pub(super) fn run(context: &Context, scope: &TestScope) -> Result<Outcome, Error> {
    let built = match build_tests(&context.workspace, scope, &[]) {
        Err(Error::DoesNotBuild(messages)) => return Ok(does_not_build(context, scope, &messages)),
        built => built?,
    };
    let mut transcript = suite::run(&context.workspace, &built, context.limits)?;
    if *scope == TestScope::Workspace {
        let doctests = suite::doctests(&context.workspace)?;
        transcript.duration += doctests.duration;
        transcript.suites.extend(doctests.suites);
    }
    if transcript.tests().next().is_some() {
        transcript.suites.retain(|suite| !suite.tests.is_empty());
    }
    context.format.say(&transcript);
    Ok(Outcome {
        class: transcript.exit_code(),
        summary: transcript.counts().to_string(),
        findings: Findings {
            tests: Some(transcript),
            ..Findings::default()
        },
    })
}

fn does_not_build(context: &Context, scope: &TestScope, messages: &str) -> Outcome {
    let class = ExitCode::DoesNotBuild;
    let name = match scope {
        TestScope::Workspace => "workspace",
        TestScope::Package(name) | TestScope::TestTarget(name) => name,
    };
    context.format.say(heading(name));
    context.format.say(messages);
    context.format.say(closing(class));
    Outcome::new(class, "the tests do not compile")
}
