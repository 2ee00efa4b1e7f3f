//! Finding llvm-cov and llvm-profdata of the LLVM version that rustc was built with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::cargo::process::{Streams, run};
use crate::cargo::{rustc_version, standard_library_folder};
use crate::error::Error;

/// A pair of tools that can read this rustc's profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlvmTools {
    /// `llvm-cov`
    pub cov: PathBuf,
    /// `llvm-profdata`
    pub profdata: PathBuf,
}

/// The major version of rustc's LLVM.
///
/// # Errors
/// [`Error::Setup`] when rustc does not run or does not tell.
pub fn rustc_major() -> Result<u32, Error> {
    let told = rustc_version()?;
    told.lines()
        .find_map(|line| major(line, "LLVM version: "))
        .ok_or_else(|| Error::Setup(format!("`rustc -vV` names no LLVM version:\n{told}")))
}

/// Looks, in this order, at `LLVM_COV` and `LLVM_PROFDATA`, the toolchain's own llvm-tools,
/// `llvm-cov-N` on `PATH`, `/usr/lib/llvm-N/bin`, and `llvm-cov` on `PATH`. A pair of another
/// major version is passed over: it cannot read the profiles.
///
/// # Errors
/// [`Error::Setup`] when rustc does not run.
pub fn find() -> Result<Option<LlvmTools>, Error> {
    static FOUND: OnceLock<LlvmTools> = OnceLock::new();
    if let Some(tools) = FOUND.get() {
        return Ok(Some(tools.clone()));
    }
    // Only what is there is remembered: set-up may install what is not.
    let found = look()?;
    Ok(found.map(|tools| FOUND.get_or_init(|| tools).clone()))
}

fn look() -> Result<Option<LlvmTools>, Error> {
    let wanted = rustc_major()?;
    let candidates = candidates(wanted)?;
    Ok(candidates.into_iter().find(|tools| {
        tool_major(&tools.cov) == Some(wanted) && tool_major(&tools.profdata) == Some(wanted)
    }))
}

/// The same, where their absence is an error.
///
/// # Errors
/// [`Error::Setup`] when they are not there or rustc does not run.
pub fn required() -> Result<LlvmTools, Error> {
    find()?.ok_or_else(|| {
        Error::Setup("llvm-cov and llvm-profdata of rustc's LLVM version are missing".into())
    })
}

fn candidates(wanted: u32) -> Result<Vec<LlvmTools>, Error> {
    let mut candidates = Vec::new();
    let named = (
        std::env::var_os("LLVM_COV"),
        std::env::var_os("LLVM_PROFDATA"),
    );
    if let (Some(cov), Some(profdata)) = named {
        candidates.push(LlvmTools {
            cov: cov.into(),
            profdata: profdata.into(),
        });
    }
    let libraries = standard_library_folder()?;
    let toolchain = libraries.parent().unwrap_or(&libraries).join("bin");
    candidates.push(pair(&toolchain, ""));
    candidates.push(pair(Path::new(""), &format!("-{wanted}")));
    candidates.push(pair(Path::new(&format!("/usr/lib/llvm-{wanted}/bin")), ""));
    candidates.push(pair(Path::new(""), ""));
    Ok(candidates)
}

/// Without a folder the tools are looked for on `PATH`.
fn pair(folder: &Path, suffix: &str) -> LlvmTools {
    LlvmTools {
        cov: folder.join(format!("llvm-cov{suffix}")),
        profdata: folder.join(format!("llvm-profdata{suffix}")),
    }
}

fn tool_major(tool: &Path) -> Option<u32> {
    let mut version = Command::new(tool);
    version.arg("--version");
    let told = run(version, Streams::Capture, None).ok()?.output;
    told.lines().find_map(|line| major(line, "LLVM version "))
}

/// The number after `label`, up to the first dot.
fn major(line: &str, label: &str) -> Option<u32> {
    let (_, version) = line.split_once(label)?;
    version.split('.').next()?.trim().parse().ok()
}
