//! This program under the names by which cargo calls it in the compiler's place.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use super::{instrument, remap};
use crate::error::Error;

/// rustc with coverage.
pub(super) const COVERAGE: &str = "ci-stage-coverage-rustc";

/// clippy and rustc with coverage in one.
pub(super) const FUSED: &str = "ci-stage-fused-rustc";

/// rustc that calls this machine's folders by names of no machine.
pub(super) const RELEASE: &str = "ci-stage-release-rustc";

/// If cargo called this program as its wrapper, becomes the compiler and does not return unless
/// that cannot be started.
#[must_use]
pub fn as_wrapper() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let own = arguments.next()?;
    let name = Path::new(&own).file_name()?.to_str()?.to_owned();
    if ![COVERAGE, FUSED, RELEASE].contains(&&*name) {
        return None;
    }
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let mut compiler = match &*name {
        RELEASE => remap::compiler(rustc, &arguments),
        name => instrument::compiler(rustc, &arguments, name == FUSED),
    };
    let error = compiler.exec();
    crate::console::complain(format_args!("error: the compiler does not start: {error}"));
    Some(ExitCode::FAILURE)
}

/// The folder of what this user's programs may keep, the same for every workspace.
pub(super) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.filter(|path| path.is_absolute())
    };
    let folder = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(folder.join("ci-stage"))
}

/// A hard link costs nothing; over the border of a file system only a copy is possible.
pub(super) fn place(wrapper: &Path) -> Result<(), Error> {
    // Later on the program itself may have been replaced: it can be a member of the workspace.
    static PLACED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let mut placed = PLACED.lock().unwrap_or_else(PoisonError::into_inner);
    if !placed.contains(wrapper) {
        put(wrapper)?;
        placed.insert(wrapper.to_path_buf());
    }
    Ok(())
}

fn put(wrapper: &Path) -> Result<(), Error> {
    let program = running_program()?;
    if same_file(&program, wrapper) {
        return Ok(());
    }
    let folder = wrapper.parent().unwrap_or(wrapper);
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    // A run beside this one may be using the old one: it is replaced in one step.
    let fresh = tempfile::Builder::new().tempdir_in(folder);
    let fresh = fresh.map_err(Error::io("create", folder))?;
    let link = fresh.path().join("new");
    std::fs::hard_link(&program, &link)
        .or_else(|_| copy(&program, &link))
        .and_then(|()| std::fs::rename(&link, wrapper))
        .map_err(Error::io("write", wrapper))
}

/// The file of this process. A build of the workspace that it belongs to may have put another in
/// its place; the kernel still knows the one that runs.
fn running_program() -> Result<PathBuf, Error> {
    let program = std::env::current_exe().map_err(Error::io("find", "ci-stage".as_ref()))?;
    let kept = Path::new("/proc/self/exe");
    let is_replaced = !program.exists() && kept.exists();
    Ok(if is_replaced { kept.into() } else { program })
}

/// With the original's time, by which the copy is recognized next time.
fn copy(program: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(program, to)?;
    let time = std::fs::metadata(program)?.modified()?;
    std::fs::File::options()
        .write(true)
        .open(to)?
        .set_modified(time)
}

fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.len(), found.mtime(), found.mtime_nsec()))
    };
    identity(one).is_some_and(|one| identity(other) == Some(one))
}
