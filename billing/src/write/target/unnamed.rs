//! Files that have no name until they are complete, so that even a killed process leaves nothing behind.

use std::fs::File;
use std::io;
use std::path::Path;

/// A file without a name in the folder of `path`, for a result of this mode; `None` where the file
/// system knows no such files.
#[cfg(target_os = "linux")]
pub(super) fn unnamed_beside(path: &Path, mode: u32) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    if !Path::new("/proc/self/fd").is_dir() {
        return None;
    }
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = open(
        super::folder_of(path),
        flags,
        Mode::from_raw_mode(mode & 0o777),
    );
    file.ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn unnamed_beside(_path: &Path, _mode: u32) -> Option<File> {
    None
}

/// Gives `file` the name `path`; a file of that name is replaced in one step.
#[cfg(target_os = "linux")]
pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    file.sync_all()?;
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |path: &Path| {
        let linked = linkat(CWD, &unnamed, CWD, path, AtFlags::SYMLINK_FOLLOW);
        linked.map_err(io::Error::from)
    };
    match link(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A link replaces nothing, a rename does.
            let other = super::partial().make_in(super::folder_of(path), link)?;
            other.into_temp_path().persist(path)?;
            Ok(())
        }
        linked => linked,
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn name(_file: &File, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
