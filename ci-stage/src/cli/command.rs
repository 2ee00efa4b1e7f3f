//! The commands and their own arguments.

use std::path::PathBuf;

use clap::Subcommand;
use clap_complete::Shell;

use super::options::Choice;
use super::{cache, report};
use crate::lesson::LessonCommand;
use crate::settings::Percent;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run tests, a process each, and print the stage's transcript
    #[command(after_help = "\
Examples:
    ci-stage test                    every test of the workspace, doctests included
    ci-stage test test_pricing       the integration tests in tests/test_pricing.rs
    ci-stage test pricing            every test of the package `pricing`
    ci-stage test --timeout 10       a test that runs longer is killed and has failed
    ci-stage test --shard 2/4        the second of four shares; `ci-stage merge` puts them together")]
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
        #[command(flatten)]
        share: super::shard::Arguments,
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
        /// Only measure: what another run is compared with is held against no gate
        #[arg(long, hide = true, conflicts_with_all = ["fail_under", "of_record"])]
        ungated: bool,
    },
    /// Build for release and package the binaries in dist/NAME-COMMIT.tar.zst
    #[command(after_help = "\
Examples:
    ci-stage build
    ci-stage build --check           and prove that the same commit gives the same bytes
    (cd dist/NAME-COMMIT && sha256sum --check SHA256SUMS)")]
    Build {
        /// Build again from nothing in another folder and compare the bytes
        #[arg(long)]
        check: bool,
    },
    #[command(flatten)]
    Deliver(super::deliver::Deliver),
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
    ci-stage mutate --shard 2/4                the second of four shares, for `ci-stage merge`
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
    /// Put the shards of a run together into one verdict
    #[command(after_help = "\
Examples:
    ci-stage merge shards/           tests and coverage that four machines ran with --shard K/4
    ci-stage merge shards/ --pipeline
                                     and lint and build round them: one verdict, one artifact
    ci-stage merge mutants/ --max-survivors 0
It refuses what is not exactly one run: a shard that is missing, there twice or damaged, or of another
commit, other sources, tools or settings (exit code 2). Otherwise its exit code is that of one run. It
writes target/ci/timings.json; committed as ci-timings.json it balances the next shards.")]
    Merge(super::merge::Arguments),
    /// Render the last run's verdict for another program
    #[command(after_help = "\
Examples:
    ci-stage report html             target/ci/report.html, to open in a browser
    ci-stage report junit --output junit.xml
    ci-stage report all              every format, in target/ci
    ci-stage report sarif --verdict saved.json --output -")]
    Report(report::Arguments),
    /// Generate the file of a CI server, or hold it against what would be generated
    #[command(after_help = "\
Examples:
    ci-stage provider generate github
    ci-stage provider check gitlab   exit code 5 when it was changed by hand
    ci-stage provider print jenkins")]
    Provider {
        /// What to do
        #[arg(value_enum)]
        what: super::provider::What,
        /// Whose file
        #[arg(value_enum)]
        server: crate::provider::Provider,
    },
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
