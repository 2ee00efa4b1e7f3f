//! The compiler of release builds: it keeps this machine's paths out of what is built, so that another
//! machine builds the same, and links binaries so that they need nothing of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_config2::Config;

use super::Workspace;
use super::wrapper::{RELEASE, place};
use crate::error::Error;
use crate::sources::hash;

/// The variable that tells the wrapper what the folders are to be called.
const NAMES: &str = "CI_STAGE_FOLDERS";

/// The variable that tells it which wrapper the user has configured.
const OUTER: &str = "CI_STAGE_OUTER_WRAPPER";

/// The variable that tells it to link binaries statically.
const STATICALLY: &str = "CI_STAGE_STATICALLY";

/// Has everything compiled under names for the folders.
///
/// A wrapper does it, because cargo would compile every dependency again for a flag that differs
/// from clone to clone, and cannot link binaries statically without doing so to macros. Therefore
/// the results have target folders of their own: among those of an ordinary build nobody could
/// tell which are which.
pub(super) fn apply(
    workspace: &Workspace,
    statically: bool,
    command: &mut Command,
) -> Result<(), Error> {
    let folder = if statically {
        "ci/static"
    } else {
        "ci/release"
    };
    let mut folder = workspace.target_directory().join(folder);
    // Cargo tells sources of two clones apart by their times alone: in one target folder for both,
    // one would be given what was built from the other.
    if !folder.starts_with(workspace.root()) {
        let root = hash(workspace.root().as_os_str().as_encoded_bytes());
        folder.push(&root[..16]);
    }
    if statically {
        command.env(STATICALLY, "1");
    }
    let wrapper = folder.with_file_name("program").join(RELEASE);
    place(&wrapper)?;
    let config = Config::load_with_cwd(workspace.root())
        .map_err(|error| Error::Setup(format!("cannot read cargo's configuration: {error}")))?;
    if let Some(outer) = config.build.rustc_wrapper {
        command.env(OUTER, outer);
    }
    command
        .env("RUSTC_WRAPPER", wrapper)
        .env(NAMES, names(workspace, &folder))
        .arg("--target-dir")
        .arg(folder);
    Ok(())
}

/// Of several that fit, the compiler takes the last.
fn names(workspace: &Workspace, target: &Path) -> OsString {
    let mut names = OsString::new();
    for (folder, name) in [
        (cargo_home().as_deref(), "/cargo"),
        (Some(workspace.root()), "/workspace"),
        (Some(target), "/workspace/target"),
    ] {
        if let Some(folder) = folder {
            names.push(format!("--remap-path-prefix={}={name}\n", folder.display()));
        }
    }
    names
}

/// The compiler with those names.
pub(super) fn compiler(rustc: OsString, arguments: &[OsString]) -> Command {
    let mut command = match std::env::var_os(OUTER) {
        Some(outer) => {
            let mut command = Command::new(outer);
            command.arg(rustc);
            command
        }
        None => Command::new(rustc),
    };
    command.args(arguments);
    let names = std::env::var(NAMES).unwrap_or_default();
    // Cargo asks for versions and the like without naming a crate.
    if arguments.iter().any(|word| word == "--crate-name") {
        command.args(names.lines());
    }
    if std::env::var_os(STATICALLY).is_some() && is_binary(arguments) {
        command.arg("-Ctarget-feature=+crt-static");
    }
    command
}

/// A build script is a binary as well, but one for this machine; and when cargo asks what kinds of
/// crates there can be, it wants to hear of macros too.
fn is_binary(arguments: &[OsString]) -> bool {
    let asks = |word: &OsString| {
        word.to_str()
            .is_some_and(|word| word.starts_with("--print"))
    };
    if arguments.iter().any(asks) {
        return false;
    }
    let has = |option: &str, value: &dyn Fn(&str) -> bool| {
        let mut pairs = arguments.windows(2);
        pairs.any(|pair| pair[0] == option && pair[1].to_str().is_some_and(value))
    };
    has("--crate-type", &|kind| kind == "bin")
        && !has("--crate-name", &|name| name.starts_with("build_script_"))
}

fn cargo_home() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || set("HOME").map(|home| Path::new(&home).join(".cargo"));
    set("CARGO_HOME").map(PathBuf::from).or_else(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_delivered_is_linked_statically() {
        for (line, expected) in [
            ("--crate-name till src/till.rs --crate-type bin", true),
            ("--crate-name core src/lib.rs --crate-type lib", false),
            (
                "--crate-name derive src/lib.rs --crate-type proc-macro",
                false,
            ),
            (
                "--crate-name build_script_build build.rs --crate-type bin",
                false,
            ),
            (
                "- --crate-name ___ --print=file-names --crate-type bin --crate-type proc-macro",
                false,
            ),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(is_binary(&arguments), expected, "{line}");
        }
    }
}
