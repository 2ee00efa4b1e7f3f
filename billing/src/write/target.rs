//! Where results go. They are set aside first and appear only when they are complete.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, SpooledTempFile};

use crate::error::Error;

/// So much of a result for standard output is kept in memory; the rest in a temporary file.
const MEMORY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A result in the making. Dropped before [`Target::publish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Target {
    path: PathBuf,
    aside: BufWriter<Aside>,
}

#[derive(Debug)]
enum Aside {
    /// Copied to the path, which is standard output, a device or a pipe.
    Spooled(SpooledTempFile),
    /// Renamed to the path.
    Beside(NamedTempFile),
}

impl Target {
    /// A result for the file at `path`, or for standard output (`-`).
    pub fn create(path: &Path) -> Result<Self, Error> {
        let is_stdout = path.as_os_str() == "-";
        let resolved = if is_stdout {
            PathBuf::from("<stdout>")
        } else {
            // Of a symbolic link, the file that it points to is replaced, not the link.
            fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
        };
        let is_special = fs::metadata(&resolved).is_ok_and(|found| !found.is_file());
        let aside = if is_stdout || is_special {
            Aside::Spooled(SpooledTempFile::new(MEMORY_BYTES_MAX))
        } else {
            Aside::Beside(
                temporary_beside_with(&resolved, mode_of(&resolved))
                    .map_err(|error| Error::io("creating", path.display(), error))?,
            )
        };
        Ok(Self {
            path: resolved,
            aside: BufWriter::new(aside),
        })
    }

    /// Lets the complete result appear.
    pub fn publish(self) -> Result<(), Error> {
        let path = self.path;
        let written = match self.aside.into_inner() {
            Ok(Aside::Spooled(spooled)) => copy_out(spooled, &path),
            Ok(Aside::Beside(file)) => replace(file, &path),
            Err(unwritten) => Err(unwritten.into_error()),
        };
        written.map_err(|error| Error::io("writing", path.display(), error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.aside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.aside.flush()
    }
}

impl Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Spooled(file) => file.write(bytes),
            Self::Beside(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Spooled(file) => file.flush(),
            Self::Beside(file) => file.flush(),
        }
    }
}

/// In the same folder, because only then is the rename one step.
fn temporary_beside_with(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ledgerly-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

/// A file for its owner alone, in the folder of `path`.
pub(crate) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    temporary_beside_with(path, 0o600)
}

/// Who may use the result: as the file that it replaces, or as far as the user's umask allows.
fn mode_of(path: &Path) -> u32 {
    #[cfg(unix)]
    if let Ok(existing) = fs::metadata(path) {
        return std::os::unix::fs::PermissionsExt::mode(&existing.permissions());
    }
    0o666
}

fn replace(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn copy_out(mut spooled: SpooledTempFile, path: &Path) -> io::Result<()> {
    spooled.rewind()?;
    if path.as_os_str() == "<stdout>" {
        let mut stdout = io::stdout().lock();
        io::copy(&mut spooled, &mut stdout)?;
        stdout.flush()
    } else {
        let mut special = OpenOptions::new().write(true).open(path)?;
        io::copy(&mut spooled, &mut special)?;
        special.flush()
    }
}
