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
}

impl Tool {
    /// What is missing, in words that fit an error.
    fn described(self) -> Result<String, Error> {
        Ok(match self {
            Self::Rustfmt => "`cargo fmt` is missing; the lint stage needs it".into(),
            Self::Clippy => "`cargo clippy` is missing; the lint stage needs it".into(),
            Self::CargoLlvmCov => "`cargo llvm-cov` is missing; the coverage stage needs it".into(),
            Self::Llvm => format!(
                "llvm-cov and llvm-profdata {} are missing; the coverage stage needs the version \
                 that this rustc was built with",
                llvm::rustc_major()?
            ),
        })
    }

    fn is_there(self) -> Result<bool, Error> {
        match self {
            Self::Rustfmt => Ok(answers(&["fmt", "--version"])),
            Self::Clippy => Ok(answers(&["clippy", "--version"])),
            Self::CargoLlvmCov => Ok(answers(&["llvm-cov", "--version"])),
            Self::Llvm => llvm::find().map(|found| found.is_some()),
        }
    }

    /// The commands that install it, in order.
    fn remedy(self) -> Result<Vec<Vec<String>>, Error> {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect();
        Ok(match self {
            Self::Rustfmt => vec![words("rustup component add rustfmt")],
            Self::Clippy => vec![words("rustup component add clippy")],
            Self::CargoLlvmCov => vec![words("cargo install cargo-llvm-cov --locked")],
            Self::Llvm => {
                let package = format!("llvm-{}", llvm::rustc_major()?);
                llvm_remedy(&package)
                    .iter()
                    .map(|line| words(line))
                    .collect()
            }
        })
    }
}

/// Whether `cargo ARGUMENTS` works.
fn answers(arguments: &[&str]) -> bool {
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
fn llvm_remedy(package: &str) -> Vec<String> {
    let may_install =
        Path::new("/etc/debian_version").exists() && rustix::process::geteuid().is_root();
    if !may_install {
        return vec!["rustup component add llvm-tools".into()];
    }
    let install = format!("apt-get install -y --no-install-recommends {package}");
    let mut known = Command::new("apt-cache");
    known.args(["show", package]);
    if succeeds(known) {
        vec![install]
    } else {
        vec!["apt-get update".into(), install]
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
        let remedy = tool.remedy()?;
        if install && run_all(&remedy)? && tool.is_there()? {
            continue;
        }
        let lines: Vec<String> = remedy.iter().map(|words| words.join(" ")).collect();
        return Err(Error::ToolMissing {
            what: tool.described()?,
            remedy: lines.join(" && "),
        });
    }
    Ok(())
}

fn run_all(commands: &[Vec<String>]) -> Result<bool, Error> {
    for words in commands {
        let Some((program, arguments)) = words.split_first() else {
            continue;
        };
        complain(format_args!("+ {}", words.join(" ")));
        let mut command = match program.as_str() {
            "cargo" => cargo::command(),
            _ => Command::new(program),
        };
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        if !process::run(command, Streams::Show, None)?.end.success() {
            return Ok(false);
        }
    }
    Ok(true)
}
