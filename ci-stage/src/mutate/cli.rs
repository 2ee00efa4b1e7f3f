//! The command line of `ci-stage mutate`.

use super::operators;
use super::operators::OPERATORS;
use super::prepare::Mutated;
use super::set::Assignment;
use super::verify::Sample;
use crate::cargo::Workspace;
use crate::cli::shard;
use crate::error::Error;
use crate::settings::Percent;
use crate::shard::Sharding;

/// What to mutate, who judges, and what to show.
#[derive(Debug, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Arguments {
    /// Who judges: an integration test's name, or a package's [default: every test of the workspace]
    #[arg(long, value_name = "TARGET|PACKAGE")]
    pub(crate) test: Option<String>,
    /// Mutate the constants of these packages only
    #[arg(long = "package", short, value_name = "NAME")]
    pub(super) packages: Vec<String>,
    /// Mutate the constants of these files only
    #[arg(long = "file", short = 'f', value_name = "FILE")]
    pub(super) files: Vec<String>,
    /// Mutate these constants only, by name or path
    #[arg(long = "const", value_name = "NAME")]
    pub(super) constants: Vec<String>,
    /// Mutate what differs from a revision: changed constants, and all that changed tests read
    #[arg(long, value_name = "REV")]
    pub(super) in_diff: Option<String>,
    /// Make this one mistake and print the stage's transcript, as if the source had been edited
    #[arg(long, value_name = "NAME=VALUE", conflicts_with_all = ["slack", "in_diff", "verify"])]
    pub(super) set: Option<Assignment>,
    /// Show nothing but the interval of values that no test tells apart, of one number or of all
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["in_diff", "verify", "fail_under", "max_survivors"])]
    slack: Option<String>,
    /// Show the operators and the constants, and mutate nothing
    #[arg(long)]
    pub(super) list: bool,
    /// Use these operators only; `--list` shows them
    #[arg(long = "operator", value_name = "NAME")]
    operators: Vec<String>,
    /// Leave these operators out
    #[arg(long = "skip-operator", value_name = "NAME")]
    skipped_operators: Vec<String>,
    /// Mutate capacities, time-outs, seeds, versions and texts for people as well
    #[arg(long)]
    low_value: bool,
    /// Exit with 5 when fewer of the mutants are noticed
    #[arg(long, value_name = "PERCENT")]
    pub(super) fail_under: Option<Percent>,
    /// Exit with 5 when more of the mutants go unnoticed
    #[arg(long, value_name = "N")]
    pub(super) max_survivors: Option<usize>,
    /// Apply so many of the mutants, or `all`, as real edits and compare test by test
    #[arg(long, value_name = "N|all")]
    pub(super) verify: Option<Sample>,
    /// Print the JSON Schema of target/ci/mutate/matrix.json, and mutate nothing
    #[arg(long, exclusive = true)]
    pub(crate) print_schema: bool,
    #[command(flatten)]
    pub(super) share: shard::Arguments,
    /// How many mutants are judged at the same time [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Ask again, even if nothing has changed since the last run
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Features to build with, as cargo takes them
    #[arg(long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Build with all features
    #[arg(long)]
    all_features: bool,
    /// Build without the default features
    #[arg(long)]
    no_default_features: bool,
}

/// Whose slack was asked for.
pub(super) enum SlackOf<'a> {
    Everything,
    One(&'a str),
}

impl Arguments {
    pub(super) fn mutated(&self) -> Result<Mutated<'static>, Error> {
        Ok(Mutated {
            operators: operators::chosen(&self.operators, &self.skipped_operators)?,
            low_value: self.low_value,
        })
    }

    /// Which operators were asked for and which were not wanted.
    pub(super) fn operators_asked(&self) -> String {
        let (on, off) = (&self.operators, &self.skipped_operators);
        format!("{on:?} {off:?} {}", self.low_value)
    }

    /// How the mutants are divided, where this machine judges only a share of them.
    pub(super) fn sharding(&self, workspace: &Workspace) -> Result<Option<Sharding>, Error> {
        let sharding = self.share.sharding(workspace)?;
        let gated = self.fail_under.is_some() || self.max_survivors.is_some();
        if sharding.is_some() && (gated || self.set.is_some() || self.slack.is_some()) {
            return Err(Error::Usage(
                "--shard judges a share of the mutants: --fail-under and --max-survivors are for \
                 `ci-stage merge`, --set and --slack are not divided"
                    .into(),
            ));
        }
        Ok(sharding)
    }

    pub(super) fn slack_of(&self) -> Option<SlackOf<'_>> {
        self.slack.as_deref().map(|name| {
            if name.is_empty() {
                SlackOf::Everything
            } else {
                SlackOf::One(name)
            }
        })
    }

    /// The features by name, which may stand behind each other, separated by commas or spaces.
    pub(super) fn named_features(&self) -> Vec<&str> {
        let lists = self.features.iter();
        let names = lists.flat_map(|names| names.split([',', ' ']));
        names.filter(|name| !name.is_empty()).collect()
    }

    /// Cargo's own switches.
    pub(super) fn features(&self) -> Vec<String> {
        let mut features: Vec<String> = self
            .features
            .iter()
            .flat_map(|names| ["--features".to_owned(), names.clone()])
            .collect();
        if self.all_features {
            features.push("--all-features".to_owned());
        }
        if self.no_default_features {
            features.push("--no-default-features".to_owned());
        }
        features
    }

    /// What distinguishes this sweep from others of the same sources, as arguments.
    pub(super) fn selected(&self) -> Vec<String> {
        let mut selected = Vec::new();
        let mut add =
            |name: &str, value: &str| selected.extend([name.to_owned(), value.to_owned()]);
        self.test.iter().for_each(|test| add("--test", test));
        self.packages.iter().for_each(|name| add("--package", name));
        self.files.iter().for_each(|name| add("--file", name));
        self.constants.iter().for_each(|name| add("--const", name));
        self.in_diff
            .iter()
            .for_each(|revision| add("--in-diff", revision));
        if let Some(sample) = self.verify {
            add("--verify", &sample.to_string());
        }
        let on = OPERATORS.iter().filter(|operator| !operator.default);
        on.filter(|operator| self.operators.iter().any(|name| name == operator.name))
            .for_each(|operator| add("--operator", operator.name));
        selected
    }
}
