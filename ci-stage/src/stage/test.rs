//! The test stage: builds the tests of a scope, runs each in its own process, prints the transcript.

pub(crate) mod repeat;
mod share;

use std::collections::BTreeMap;
use std::process::Command;

use repeat::Program;

use super::report::{Findings, Outcome};
use super::{Compiled, Context, Shared, lock, shell};
use crate::cargo::process::LeftBehind;
use crate::cargo::{Instrumentation, PlainPrograms, TestScope, build_instrumented, build_tests};
use crate::coverage::Profiles;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::plural::counted;
use crate::settings::Quarantine;
use crate::suite::{self, Conditions, Retries, Share, Tested};
use crate::transcript::{Transcript, closing, heading};

pub(super) fn run(context: &Context, shared: &Shared, scope: &TestScope) -> Result<Outcome, Error> {
    let run = match tested(context, shared, scope) {
        Err(Error::DoesNotBuild(messages)) => {
            let outcome = does_not_build(context, scope, &messages);
            *lock(&shared.compiler_said) = Some(messages);
            return Ok(outcome);
        }
        run => run?,
    };
    if context.options.sharding.is_some() {
        share::mend(context, shared)?;
    }
    if let Some(share) = share::none_is_mine(&run.tested) {
        let all = share.units.len();
        let summary = format!("none of {all} tests falls to shard {}", share.shard);
        context.console.say(&summary);
        let mut outcome = judged(context, run);
        (outcome.class, outcome.summary) = (ExitCode::Passed, summary);
        return Ok(outcome);
    }
    context.console.say(&run.tested.transcript);
    Ok(judged(context, run))
}

pub(super) fn commands(context: &Context, scope: &TestScope) -> Result<Vec<String>, Error> {
    let mut build = context
        .workspace
        .cargo(&["test", "--no-run", "--message-format=json"]);
    build.args(scope.arguments());
    let instrumentation = is_measured(context, scope)
        .then(|| Instrumentation::prepare(&context.workspace, context.options.fused))
        .transpose()?;
    if let Some(instrumentation) = &instrumentation {
        instrumentation.apply(&mut build);
    }
    let mut commands = vec![shell(&build)];
    commands.push(if context.options.nextest {
        "cargo nextest run --no-fail-fast --profile ci-stage, on the programs just built".into()
    } else {
        "each test: PROGRAM --exact NAME --nocapture, in a process of its own".into()
    });
    if *scope == TestScope::Workspace {
        let mut examples = context.workspace.cargo(&["test", "--doc", "--workspace"]);
        if let Some(instrumentation) = &instrumentation {
            measure_examples(context, instrumentation, &mut examples);
        }
        commands.push(shell(&examples));
    }
    Ok(commands)
}

/// A run of tests, and the command that repeats what failed.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) tested: Tested,
    pub(crate) repeat: Option<String>,
}

fn is_measured(context: &Context, scope: &TestScope) -> bool {
    context.options.measure && *scope == TestScope::Workspace
}

/// Builds the tests of instrumented members.
pub(super) fn compile(context: &Context, shared: &Shared) -> Result<Compiled, Error> {
    if let Some(compiled) = lock(&shared.compiled).clone() {
        return Ok(compiled);
    }
    let instrumentation = Instrumentation::prepare(&context.workspace, context.options.fused)?;
    lock(&shared.plain).get_or_insert_with(|| PlainPrograms::keep(&context.workspace));
    let (built, messages) =
        build_instrumented(&context.workspace, &TestScope::Workspace, &instrumentation)?;
    Ok(Compiled { built, messages })
}

/// Builds and runs the tests; a measured run leaves its profiles in `shared`.
pub(super) fn tested(context: &Context, shared: &Shared, scope: &TestScope) -> Result<Run, Error> {
    if let Some(merged) = shared
        .merged
        .as_ref()
        .and_then(|merged| merged.tests.as_ref())
    {
        lock(&shared.profiles).clone_from(&merged.profiles);
        return merged.run();
    }
    let workspace = &context.workspace;
    let measured = is_measured(context, scope);
    let built = if measured {
        compile(context, shared)?.built
    } else {
        build_tests(workspace, scope, &[])?
    };
    let conditions = conditions(context, scope);
    let mut tested = if measured {
        let instrumentation = Instrumentation::prepare(workspace, context.options.fused)?;
        let profiles = Profiles::begin(&instrumentation, &built)?;
        let mut conditions = with_profiles(conditions, &profiles, true);
        conditions.instrumentation = Some(instrumentation);
        let tested = suite::run(workspace, &built, &conditions)?;
        *lock(&shared.profiles) = Some(profiles);
        tested
    } else {
        suite::run(workspace, &built, &conditions)?
    };
    lock(&shared.share).clone_from(&tested.share);
    let examples_are_mine = tested.share.as_ref().is_none_or(Share::has_examples);
    if *scope == TestScope::Workspace && examples_are_mine {
        let doctests = examples(context, shared)?;
        tested.transcript.duration += doctests.duration;
        tested.transcript.suites.extend(doctests.suites);
    }
    let programs = Program::all_of(&built);
    let repeat = repeat::command(&programs, &tested.transcript);
    *lock(&shared.programs) = programs;
    let transcript = &mut tested.transcript;
    if transcript.tests().next().is_some() {
        transcript.suites.retain(|suite| !suite.tests.is_empty());
    }
    Ok(Run { tested, repeat })
}

/// Runs the tests of the instrumented build again, each program with a profile of its own.
pub(super) fn again(
    context: &Context,
    shared: &Shared,
    profiles: &Profiles,
) -> Result<Profiles, Error> {
    let built = compile(context, shared)?.built;
    let instrumentation = Instrumentation::prepare(&context.workspace, context.options.fused)?;
    let fresh = Profiles::begin(&instrumentation, &built)?;
    let conditions = conditions(context, &TestScope::Workspace);
    suite::run(
        &context.workspace,
        &built,
        &with_profiles(conditions, profiles, false),
    )?;
    Ok(fresh)
}

fn conditions(context: &Context, scope: &TestScope) -> Conditions {
    let workspace = &context.workspace;
    Conditions {
        limits: context.options.limits,
        retries: Retries {
            every: context.options.retries,
            quarantine: context.settings.quarantine.clone(),
        },
        environment: BTreeMap::new(),
        instrumentation: None,
        nextest: context.options.nextest,
        sharding: context.options.sharding.clone(),
        examples: *scope == TestScope::Workspace && suite::can_have_doctests(workspace),
    }
}

/// The conditions under which each program writes its profile where it is looked for.
pub(super) fn with_profiles(
    mut conditions: Conditions,
    profiles: &Profiles,
    shared: bool,
) -> Conditions {
    let file = profiles.of_tests(conditions.limits.jobs, shared);
    conditions
        .environment
        .insert("LLVM_PROFILE_FILE".into(), file);
    conditions
}

fn examples(context: &Context, shared: &Shared) -> Result<Transcript, Error> {
    let limit = context.options.limits.examples();
    if lock(&shared.profiles).is_none() {
        return suite::doctests(&context.workspace, limit, |_| ());
    }
    let instrumentation = Instrumentation::prepare(&context.workspace, context.options.fused)?;
    suite::doctests(&context.workspace, limit, |command| {
        measure_examples(context, &instrumentation, command);
    })
}

fn measure_examples(context: &Context, instrumentation: &Instrumentation, command: &mut Command) {
    instrumentation.apply(command);
    command
        .env("RUSTDOCFLAGS", rustdoc_flags(context))
        .env("LLVM_PROFILE_FILE", Profiles::of_doctests(instrumentation));
}

/// The flags that are set already, and the one that makes an example leave a profile.
fn rustdoc_flags(context: &Context) -> String {
    let configured = cargo_config2::Config::load_with_cwd(context.workspace.root());
    let configured = configured.ok().and_then(|config| config.build.rustdocflags);
    let configured = configured.and_then(|flags| flags.encode_space_separated().ok());
    let set = std::env::var("RUSTDOCFLAGS").ok().or(configured);
    let mut flags = set.map(|flags| flags + " ").unwrap_or_default();
    // No example shows a backtrace; copying what one would show takes as long as linking the rest.
    flags.push_str("-Cinstrument-coverage -Cstrip=debuginfo");
    flags
}

pub(super) fn judged(context: &Context, run: Run) -> Outcome {
    let Run { tested, repeat } = run;
    let counts = tested.transcript.counts();
    let mut class = tested.transcript.exit_code();
    let mut summary = counts.to_string();
    let wavering = tested.flaky.iter().filter(|test| test.quarantine.is_none());
    let wavering = wavering.count();
    if wavering > 0 && wavering == counts.failed {
        class = ExitCode::Baseline;
        summary.push_str(", flaky");
    }
    let forgiven = tested.flaky.len() - wavering;
    if forgiven > 0 {
        context.console.say(format!(
            "{} in quarantine, counted as passed until it ends",
            counted(forgiven, "flaky test")
        ));
    }
    say_left_behind(context, &tested.left_behind);
    let ended = ended(&context.settings.quarantine);
    if !ended.is_empty() {
        context.console.say(ended.join("\n"));
        context
            .console
            .say("BUILD FAILED: a quarantine has ended, stopping the pipeline");
        if class == ExitCode::Passed {
            class = ExitCode::Baseline;
            summary = ended.into_iter().next().unwrap_or_default();
        }
    }
    Outcome {
        class,
        repeat: repeat.filter(|_| class != ExitCode::Passed),
        findings: Findings {
            tests: Some(tested.transcript),
            flaky: tested.flaky,
            left_behind: tested.left_behind,
            ..Findings::default()
        },
        ..Outcome::new(class, summary)
    }
}

/// A test that passes may still have left something running.
pub(super) fn say_left_behind(context: &Context, left_behind: &[LeftBehind]) {
    for left in left_behind {
        context.console.say(left);
    }
}

fn ended(quarantine: &[Quarantine]) -> Vec<String> {
    let ended = quarantine.iter().filter(|entry| entry.has_ended());
    ended
        .map(|entry| {
            format!(
                "the quarantine of {} ended on {}: mend the test, or argue for a later date",
                entry.test, entry.until
            )
        })
        .collect()
}

fn does_not_build(context: &Context, scope: &TestScope, messages: &str) -> Outcome {
    let class = ExitCode::DoesNotBuild;
    let name = match scope {
        TestScope::Workspace => "workspace",
        TestScope::Package(name) | TestScope::TestTarget(name) => name,
    };
    context.console.say(heading(name));
    context.console.say(messages);
    context.console.say(closing(class));
    let repeat = format!("cargo test --no-run {}", scope.arguments().join(" "));
    Outcome::new(class, "the tests do not compile").repeated_by(repeat)
}
