//! Chunks in the making, in a folder that appears when all are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::MANIFEST;
use super::limit::{Fill, Limit};
use super::manifest::{Chunk, Manifest};
use crate::error::Error;
use crate::filter::{Hashed, Printer};

/// A chunk's file: counted and printed on its way.
pub(super) struct ChunkFile {
    out: Hashed<BufWriter<File>>,
    printer: Printer,
}

/// The folder of the chunks.
pub(super) struct Chunks {
    folder: PathBuf,
    aside: TempDir,
    limit: Limit,
    extension: &'static str,
    manifest: Manifest,
    /// How full the chunk is that is being written.
    pub(super) fill: Fill,
    begins: u64,
}

impl Chunks {
    /// Chunks for `folder`, which must not exist or be empty, of a book of this size.
    pub(super) fn create(
        folder: &Path,
        (book, extension): (String, &'static str),
        limit: Limit,
        size: u64,
    ) -> Result<Self, Error> {
        let failed = |error| Error::io("creating", folder.display(), error);
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Usage(format!(
                "{} is not empty (name a folder that does not exist yet)",
                folder.display()
            )));
        }
        let parent = folder.parent().filter(|path| !path.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        let aside = builder
            .prefix(".ledgerly-")
            .suffix(".partial")
            .tempdir_in(parent);
        Ok(Self {
            folder: folder.to_owned(),
            aside: aside.map_err(failed)?,
            limit,
            extension,
            manifest: Manifest {
                book,
                format: extension.to_owned(),
                invoices: 0,
                bytes: 0,
                chunks: Vec::new(),
            },
            fill: Fill {
                size,
                ..Fill::default()
            },
            begins: 0,
        })
    }

    /// Whether an invoice of so many bytes begins a new chunk.
    pub(super) fn is_full(&self, next_bytes: u64) -> bool {
        self.limit.is_reached(self.fill, next_bytes)
    }

    /// The file of the next chunk, whose first invoice begins in this place of the book.
    pub(super) fn open(&mut self, begins: u64) -> Result<ChunkFile, Error> {
        self.begins = begins;
        let path = self.aside.path().join(self.name());
        let file = File::create(&path).map_err(|error| self.failed(error))?;
        Ok(ChunkFile {
            out: Hashed::new(BufWriter::with_capacity(256 * 1024, file)),
            printer: Printer::default(),
        })
    }

    /// Ends a chunk.
    pub(super) fn close(&mut self, mut file: ChunkFile) -> Result<(), Error> {
        file.flush().map_err(|error| self.failed(error))?;
        let print = file.printer.print();
        let chunk = Chunk {
            name: self.name(),
            invoices: self.fill.invoices,
            begins: self.begins,
            bytes: print.bytes,
            sha256: file.out.digest(),
            xxh3: print.xxh3,
        };
        self.manifest.invoices += chunk.invoices;
        self.manifest.bytes += chunk.bytes;
        self.manifest.chunks.push(chunk);
        self.fill = Fill {
            invoices: 0,
            bytes: 0,
            index: self.fill.index + 1,
            ..self.fill
        };
        Ok(())
    }

    /// Lets the folder appear, the manifest in it.
    pub(super) fn publish(self) -> Result<Manifest, Error> {
        let text = serde_json::to_string_pretty(&self.manifest).map_err(io::Error::from);
        let written = text
            .and_then(|text| fs::write(self.aside.path().join(MANIFEST), text + "\n"))
            .and_then(|()| readable_by_others(self.aside.path()))
            // An empty folder of that name gives way.
            .and_then(|()| fs::rename(self.aside.path(), &self.folder));
        written.map_err(|error| self.failed(error))?;
        // It is no temporary folder any more.
        let _ = self.aside.keep();
        Ok(self.manifest)
    }

    fn name(&self) -> String {
        format!("part-{:05}.{}", self.fill.index, self.extension)
    }

    pub(super) fn failed(&self, error: io::Error) -> Error {
        Error::io("writing", self.folder.display(), error)
    }
}

/// A temporary folder is its owner's alone; the chunks are for whoever prices them.
fn readable_by_others(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    let _ = folder;
    Ok(())
}

impl Write for ChunkFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.printer.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
