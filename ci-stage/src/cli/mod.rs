//! The command line: what was asked for, as types.

mod cache;
mod doctor;
mod lesson;
mod manual;
mod mutate;
mod report;
mod repro;
mod scope;
mod stages;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::cargo::process;
use crate::console::{Format, complain};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::lesson::LessonCommand;
use crate::settings::Percent;

const EXIT_CODES: &str = "\
Exit codes:
    0  passed                        6  lint
    1  a test failed                 7  set-up: a tool is missing
    2  wrong usage or configuration  8  the baseline fails already
    3  does not build                9  waiting for approval
    4  no test ran                  10  deployment failed, rolled back
    5  a gate is not met           124  timed out
                                   130  interrupted";

const EXAMPLES: &str = "\
Examples:
    ci-stage                         the whole pipeline: lint, test, coverage, build
    ci-stage --setup                 the same, after installing the tools that are missing
    ci-stage test test_pricing       the tests of one target
    ci-stage coverage --fail-under 90
    ci-stage -C ../other --format json test";

/// A CI harness for any Cargo workspace: the same pipeline at a desk and on a CI server.
///
/// Without a command it runs the pipeline: lint, test, coverage and build, or the stages of the
/// settings, and stops at the first that is red. A verdict comes from exit codes, never from searching a log; it is kept
/// in target/ci/verdict.json.
#[derive(Debug, Parser)]
#[command(name = "ci-stage", bin_name = "ci-stage", version, after_help = EXAMPLES)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    choice: Choice,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Which workspace, and how to answer.
#[derive(Debug, clap::Args)]
struct Place {
    /// The manifest of the workspace, or of a member [default: found from the current folder]
    #[arg(long, global = true, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Work in this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Install the tools that are missing; each command is printed before it runs
    #[arg(long, global = true)]
    setup: bool,
    /// What standard output holds
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    format: Format,
    #[command(flatten)]
    how: How,
}

/// How stages work.
#[derive(Debug, Clone, Copy, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct How {
    /// Run every stage, also what has passed and has not changed since
    #[arg(long, global = true)]
    no_cache: bool,
    /// Lint, test and measure with one compile: fastest from nothing, never for the artifact
    #[arg(long, global = true)]
    fused: bool,
    /// Try a failing test again so many times; one that then passes is flaky [default: test.retries]
    #[arg(long, global = true, value_name = "N")]
    retries: Option<u32>,
    /// Run again whenever a source changes
    #[arg(long, global = true)]
    watch: bool,
    /// When a stage is red, wait for Enter before the run ends
    #[arg(long, global = true)]
    pause_on_failure: bool,
}

/// Which stages of the pipeline.
#[derive(Debug, Clone, Default, clap::Args)]
struct Choice {
    /// Begin with this stage
    #[arg(long, value_name = "STAGE")]
    from: Option<String>,
    /// End with this stage
    #[arg(long, value_name = "STAGE")]
    until: Option<String>,
    /// Run only these stages of the pipeline
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these stages out
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    skip: Vec<String>,
    /// Show the exact commands and run none
    #[arg(long)]
    dry_run: bool,
    /// Show the exact commands of one stage and run none
    #[arg(long, value_name = "STAGE")]
    explain: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run tests, a process each, and print the stage's transcript
    #[command(after_help = "\
Examples:
    ci-stage test                    every test of the workspace, doctests included
    ci-stage test test_pricing       the integration tests in tests/test_pricing.rs
    ci-stage test pricing            every test of the package `pricing`
    ci-stage test --timeout 10       a test that runs longer is killed and has failed")]
    Test {
        /// An integration test's name, or a package's [default: the whole workspace]
        #[arg(value_name = "TARGET|PACKAGE")]
        what: Option<String>,
        /// Kill a test that runs longer than this [default: test.timeout-seconds, or 300]
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
        timeout: Option<u64>,
        /// How many tests run at the same time [default: the number of cores]
        #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        jobs: Option<u16>,
    },
    /// Check formatting, then clippy with every warning an error
    #[command(after_help = "\
Examples:
    ci-stage lint
    ci-stage lint --setup            install rustfmt and clippy if they are missing")]
    Lint,
    /// Run the tests, measure how much of the code they reach and hold that against the gates
    #[command(after_help = "\
Examples:
    ci-stage coverage                the gates of the workspace's settings, or 90 % of lines
    ci-stage coverage --fail-under 87.5
    ci-stage coverage --of-record    let cargo-llvm-cov measure and decide
    ci-stage coverage --setup        install LLVM's tools if they are missing")]
    Coverage {
        /// The least percentage of lines [default: coverage.lines, or 90]
        #[arg(long, value_name = "PERCENT")]
        fail_under: Option<Percent>,
        /// Build anew and let `cargo llvm-cov nextest --fail-under-lines` measure and decide
        #[arg(long)]
        of_record: bool,
    },
    /// Build for release and package the binaries in dist/NAME-COMMIT
    #[command(after_help = "\
Examples:
    ci-stage build
    (cd dist/NAME-COMMIT && sha256sum --check SHA256SUMS)")]
    Build,
    /// Predict what the pipeline will do, see it, and learn why
    Lesson(Box<LessonCommand>),
    /// Mistype every constant in every likely way and show which test notices
    #[command(after_help = "\
Examples:
    ci-stage mutate                            every constant, judged by every test
    ci-stage mutate --test test_pricing        judged by the tests of one target
    ci-stage mutate --set TAX_RATE=0.80        one mistake, and the stage's transcript
    ci-stage mutate --set TIER_DISCOUNTS.gold=0.12 --test test_pricing
    ci-stage mutate --slack LATE_FEE_THRESHOLD_DAYS
    ci-stage mutate --in-diff main --max-survivors 0
    ci-stage mutate --verify 30                compare 30 verdicts with real edits
    ci-stage mutate --list                     the operators and the constants
A sweep leaves target/ci/mutate/mutation.html, a page that opens offline, and beside it matrix.json,
stryker.json, junit.xml, summary.md and annotations.txt. On GitHub it annotates the source as well.")]
    Mutate(Box<crate::mutate::Arguments>),
    /// Check the documentation: rustdoc's warnings, and the examples that it runs
    #[command(after_help = "\
Examples:
    ci-stage docs")]
    Docs,
    /// Check the dependencies for known vulnerabilities, yanked versions and licences
    #[command(after_help = "\
Examples:
    ci-stage audit                   with cargo-deny and the database that it has fetched")]
    Audit,
    /// Look for committed keys and tokens
    #[command(after_help = "\
Examples:
    ci-stage secrets")]
    Secrets,
    /// Look for dependencies that no source mentions
    #[command(after_help = "\
Examples:
    ci-stage unused                  with cargo-shear or cargo-machete")]
    Unused,
    /// Run some stages, in the order given, or a part of the pipeline
    #[command(after_help = "\
Examples:
    ci-stage run secrets docs        two stages
    ci-stage run --from test         the pipeline from its tests on
    ci-stage run --skip build --dry-run")]
    Run {
        /// The stages [default: the pipeline]
        #[arg(value_name = "STAGE")]
        stages: Vec<String>,
        #[command(flatten)]
        choice: Choice,
    },
    /// Render the last run's verdict for another program
    #[command(after_help = "\
Examples:
    ci-stage report html             target/ci/report.html, to open in a browser
    ci-stage report junit --output junit.xml
    ci-stage report all              every format, in target/ci
    ci-stage report sarif --verdict saved.json --output -")]
    Report(report::Arguments),
    /// Run again just what failed in the last run
    #[command(after_help = "\
Examples:
    ci-stage repro                   print the command and run it
    ci-stage repro --print           only print it")]
    Repro {
        /// Only print the command
        #[arg(long)]
        print: bool,
    },
    /// Show or forget the passes that are remembered
    #[command(after_help = "\
Examples:
    ci-stage cache show
    ci-stage cache clear")]
    Cache {
        /// What to do
        #[arg(value_enum)]
        what: cache::What,
    },
    /// List the tools, their versions, and how to get those that are missing
    #[command(after_help = "\
Examples:
    ci-stage doctor
    ci-stage doctor --setup          install what the pipeline needs")]
    Doctor,
    /// Print completions for a shell
    #[command(after_help = "\
Examples:
    ci-stage completions bash > ~/.local/share/bash-completion/completions/ci-stage
    ci-stage completions fish > ~/.config/fish/completions/ci-stage.fish")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, or write one for each command to a folder
    #[command(after_help = "\
Examples:
    ci-stage man | man -l -
    ci-stage man --output ~/.local/share/man/man1")]
    Man {
        /// Where to write the pages
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// Parses the arguments and does what they ask. Errors have been printed when it returns.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes; clap knows which stream and code they take.
            let _ = error.print();
            return match error.exit_code() {
                0 => ExitCode::Passed,
                _ => ExitCode::Usage,
            };
        }
    };
    cli.run().unwrap_or_else(|error| {
        complain(format_args!("error: {error}"));
        error.exit_code()
    })
}

impl Cli {
    fn run(self) -> Result<ExitCode, Error> {
        let Self {
            place,
            choice,
            command,
        } = self;
        let directory = place.directory.as_deref();
        match command {
            Some(Command::Completions { shell }) => manual::completions(shell),
            Some(Command::Man { output }) => manual::pages(output.as_deref()),
            _ => {
                process::kill_everything_on_interrupt()?;
                if let Some(directory) = directory {
                    std::env::set_current_dir(directory).map_err(Error::io("enter", directory))?;
                }
                perform(&place, command, &choice)
            }
        }
    }
}

fn perform(place: &Place, command: Option<Command>, choice: &Choice) -> Result<ExitCode, Error> {
    match command {
        Some(Command::Lesson(lesson)) => lesson::run(place, &lesson),
        Some(Command::Mutate(arguments)) => mutate::run(place, &arguments),
        Some(Command::Report(arguments)) => report::run(place, &arguments),
        Some(Command::Repro { print }) => repro::run(place, print),
        Some(Command::Cache { what }) => cache::run(place, what),
        Some(Command::Doctor) => doctor::run(place),
        Some(Command::Run { stages, choice }) => {
            let command = Command::Run {
                stages,
                choice: Choice::default(),
            };
            stages::run(place, Some(command), &choice)
        }
        command => stages::run(place, command, choice),
    }
}
