//! The tools that stages need: whether they are there, and how they get there.

pub mod llvm;

use std::path::Path;
use std::process::Command;

use crate::cargo::process::Streams;
use crate::cargo::{self, process};
use crate::console::complain;
use crate::error::Error;

/// A tool that a stage cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// `cargo fmt`
    Rustfmt,
    /// `cargo clippy`
    Clippy,
    /// `cargo llvm-cov`, the coverage gate of record.
    CargoLlvmCov,
    /// `llvm-cov` and `llvm-profdata` of rustc's own LLVM version.
    Llvm,
    /// The compiler, with its cargo.
    Rustc,
    /// `cargo nextest`
    CargoNextest,
    /// `cargo deny`
    CargoDeny,
    /// `cargo shear`
    CargoShear,
    /// `cargo machete`
    CargoMachete,
    /// `git`
    Git,
}

impl Tool {
    /// The name that people know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
            Self::CargoLlvmCov => "cargo-llvm-cov",
            Self::Llvm => "LLVM's tools",
            Self::Rustc => "rustc",
            Self::CargoNextest => "cargo-nextest",
            Self::CargoDeny => "cargo-deny",
            Self::CargoShear => "cargo-shear",
            Self::CargoMachete => "cargo-machete",
            Self::Git => "git",
        }
    }

    /// The cargo subcommand that it is, if it is one.
    fn subcommand(self) -> Option<&'static str> {
        match self {
            Self::Rustfmt => Some("fmt"),
            Self::Clippy => Some("clippy"),
            Self::CargoLlvmCov => Some("llvm-cov"),
            Self::CargoNextest => Some("nextest"),
            Self::CargoDeny => Some("deny"),
            Self::CargoShear => Some("shear"),
            Self::CargoMachete => Some("machete"),
            Self::Llvm | Self::Rustc | Self::Git => None,
        }
    }

    /// What it says of its version, or `None` if it is missing.
    ///
    /// # Errors
    /// [`Error::Setup`] when rustc does not run.
    pub fn version(self) -> Result<Option<String>, Error> {
        let mut command = match (self, self.subcommand()) {
            (Self::Llvm, _) => match llvm::find()? {
                Some(tools) => Command::new(tools.cov),
                None => return Ok(None),
            },
            (_, Some(subcommand)) => {
                let mut command = cargo::command();
                command.arg(subcommand);
                command
            }
            (Self::Git, None) => Command::new("git"),
            (_, None) => cargo::rustc(),
        };
        command.arg("--version");
        let Ok(finished) = process::run(command, Streams::Capture, None) else {
            return Ok(None);
        };
        let mut lines = finished.output.lines();
        let line = lines.find(|line| line.contains(|letter: char| letter.is_ascii_digit()));
        let line = line.filter(|_| finished.end.success());
        Ok(line.map(|line| line.trim().to_owned()))
    }

    /// What is missing, in words that fit an error.
    fn described(self) -> Result<String, Error> {
        Ok(match self {
            Self::Rustfmt => "`cargo fmt` is missing; the lint stage needs it".into(),
            Self::Clippy => "`cargo clippy` is missing; the lint stage needs it".into(),
            Self::CargoLlvmCov => {
                "`cargo llvm-cov` is missing; the coverage gate of record needs it".into()
            }
            Self::Llvm => format!(
                "llvm-cov and llvm-profdata {} are missing; the coverage stage needs the version \
                 that this rustc was built with",
                llvm::rustc_major()?
            ),
            other => format!("{} is missing", other.name()),
        })
    }

    fn is_there(self) -> Result<bool, Error> {
        match (self, self.subcommand()) {
            (Self::Llvm, _) => llvm::find().map(|found| found.is_some()),
            (_, Some(subcommand)) => Ok(answers(&[subcommand, "--version"])),
            (_, None) => self.version().map(|version| version.is_some()),
        }
    }

    /// Ways to install it, the best for this machine first; each is one line of commands.
    ///
    /// # Errors
    /// [`Error::Setup`] when rustc does not run.
    pub fn remedies(self) -> Result<Vec<String>, Error> {
        Ok(match self {
            Self::Rustfmt => vec!["rustup component add rustfmt".into()],
            Self::Clippy => vec!["rustup component add clippy".into()],
            Self::CargoLlvmCov
            | Self::CargoNextest
            | Self::CargoDeny
            | Self::CargoShear
            | Self::CargoMachete => {
                vec![format!("cargo install {} --locked", self.name())]
            }
            Self::Rustc => vec!["see https://rustup.rs".into()],
            Self::Git => vec!["apt-get install -y --no-install-recommends git".into()],
            Self::Llvm => llvm_remedies(&format!("llvm-{}", llvm::rustc_major()?)),
        })
    }
}

/// Whether `cargo ARGUMENTS` works.
#[must_use]
pub fn answers(arguments: &[&str]) -> bool {
    let mut command = cargo::command();
    command.args(arguments);
    succeeds(command)
}

/// Whether `cargo nextest` is there; the stages work without it.
#[must_use]
pub fn has_nextest() -> bool {
    answers(&["nextest", "--version"])
}

fn succeeds(command: Command) -> bool {
    process::run(command, Streams::Capture, None).is_ok_and(|finished| finished.end.success())
}

/// The distribution's package where we may install it, otherwise rustup's component.
fn llvm_remedies(package: &str) -> Vec<String> {
    let component = "rustup component add llvm-tools".to_owned();
    let may_install =
        Path::new("/etc/debian_version").exists() && rustix::process::geteuid().is_root();
    if !may_install {
        return vec![component];
    }
    let install = format!("apt-get install -y --no-install-recommends {package}");
    let mut known = Command::new("apt-cache");
    known.args(["show", package]);
    if succeeds(known) {
        vec![install, component]
    } else {
        // The lists may be missing; an older release may not have the package at all.
        vec![format!("apt-get update && {install}"), component]
    }
}

/// Sees to it that the tools are there: with `install` by installing what is missing (each
/// command is printed before it runs), otherwise by saying what to do.
///
/// # Errors
/// [`Error::ToolMissing`] for the first that is missing and may not or could not be installed.
pub fn require(tools: &[Tool], install: bool) -> Result<(), Error> {
    for &tool in tools {
        if tool.is_there()? {
            continue;
        }
        let remedies = tool.remedies()?;
        if install && install_by_any(tool, &remedies)? {
            continue;
        }
        return Err(Error::ToolMissing {
            what: tool.described()?,
            remedy: remedies.into_iter().next().unwrap_or_default(),
        });
    }
    Ok(())
}

fn install_by_any(tool: Tool, remedies: &[String]) -> Result<bool, Error> {
    for remedy in remedies {
        if run_line(remedy)? && tool.is_there()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Runs commands joined by `&&`, stopping at the first that fails.
fn run_line(line: &str) -> Result<bool, Error> {
    for command in line.split(" && ") {
        complain(format_args!("+ {command}"));
        let mut words = command.split(' ');
        let mut command = match words.next() {
            Some("cargo") | None => cargo::command(),
            Some(program) => Command::new(program),
        };
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        // A machine without rustup cannot start it; the next way may still work.
        match process::run(command, Streams::Show, None) {
            Ok(finished) if finished.end.success() => {}
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            _ => return Ok(false),
        }
    }
    Ok(true)
}
