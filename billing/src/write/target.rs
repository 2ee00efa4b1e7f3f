//! Where results go. They are set aside first and appear only when they are complete; compressed when
//! the file's name ends in `.gz` or `.zst`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::{NamedTempFile, SpooledTempFile};

use crate::error::Error;
use crate::read::packed::Packing;

mod unnamed;

use unnamed::unnamed_beside;

/// So much of a result for standard output is kept in memory; the rest in a temporary file.
const MEMORY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// So much is handed to the system at once, or more if it comes together: that is not copied.
const BUFFER_BYTES: usize = 32 * 1024;

/// A result in the making. Dropped before [`Target::publish`], it leaves nothing behind.
pub struct Target {
    path: PathBuf,
    aside: Packed,
}

/// The result on its way, perhaps compressed.
enum Packed {
    Plain(BufWriter<Aside>),
    Gzip(GzEncoder<BufWriter<Aside>>),
    Zstd(zstd::Encoder<'static, BufWriter<Aside>>),
}

#[derive(Debug)]
enum Aside {
    /// Copied to the path, which is standard output, a device or a pipe.
    Spooled(SpooledTempFile),
    /// Renamed to the path.
    Beside(NamedTempFile),
    /// Named as the path.
    Unnamed(File),
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
            let mode = mode_of(&resolved);
            match unnamed_beside(&resolved, mode) {
                Some(file) => Aside::Unnamed(file),
                None => Aside::Beside(
                    temporary_beside_with(&resolved, mode)
                        .map_err(|error| Error::io("creating", path.display(), error))?,
                ),
            }
        };
        let aside = Packed::new(aside, Packing::of_extension(path));
        Ok(Self {
            path: resolved,
            aside: aside.map_err(|error| Error::io("creating", path.display(), error))?,
        })
    }

    /// Lets the complete result appear.
    pub fn publish(self) -> Result<(), Error> {
        let path = self.path;
        let written = self.aside.finish().and_then(|aside| match aside {
            Aside::Spooled(spooled) => copy_out(spooled, &path),
            Aside::Beside(file) => replace(file, &path),
            Aside::Unnamed(file) => unnamed::name(&file, &path),
        });
        written.map_err(|error| Error::io("writing", path.display(), error))
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Target");
        shown.field("path", &self.path).finish_non_exhaustive()
    }
}

impl Packed {
    fn new(aside: Aside, packing: Option<Packing>) -> io::Result<Self> {
        let aside = BufWriter::with_capacity(BUFFER_BYTES, aside);
        Ok(match packing {
            None => Self::Plain(aside),
            Some(Packing::Gzip) => Self::Gzip(GzEncoder::new(aside, Compression::default())),
            Some(Packing::Zstd) => Self::Zstd(zstd::Encoder::new(aside, 0)?),
        })
    }

    fn finish(self) -> io::Result<Aside> {
        let aside = match self {
            Self::Plain(aside) => aside,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        aside.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(aside) => aside.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(aside) => aside.flush(),
            // Flushed in the middle, compressed data is larger; the end of it is written at last.
            Self::Gzip(_) | Self::Zstd(_) => Ok(()),
        }
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
            Self::Unnamed(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Spooled(file) => file.flush(),
            Self::Beside(file) => file.flush(),
            Self::Unnamed(file) => file.flush(),
        }
    }
}

/// In the same folder, because only then is the rename one step.
fn temporary_beside_with(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = partial();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(folder_of(path))
}

/// Names of files that are not complete.
fn partial() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ledgerly-").suffix(".partial");
    builder
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
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
