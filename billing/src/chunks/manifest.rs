//! What a book was cut into.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::MANIFEST;
use crate::error::{BadInput, Error};
use crate::filter::InputPrint;

/// All chunks of a book, in its order. It knows nothing of policies: the same chunks are priced under
/// any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The book as it was named.
    pub book: String,
    /// Its format: csv, ndjson or parquet.
    pub format: String,
    /// How many invoices stand in all chunks.
    pub invoices: u64,
    /// How many bytes all chunks have.
    pub bytes: u64,
    /// The chunks.
    pub chunks: Vec<Chunk>,
}

/// A part of a book: a file of its own, whole invoices only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// The file's name, beside the manifest.
    pub name: String,
    /// How many invoices it holds; of NDJSON, how many lines that are not blank.
    pub invoices: u64,
    /// The line of the book, or the row of a Parquet book, on which its first invoice begins.
    pub begins: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The XXH3 of its bytes, by which a filter's output tells what it was made from.
    pub xxh3: String,
}

impl Manifest {
    /// Reads the manifest at `path`, or that of the folder at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = Self::path(path);
        let refused = |line: Option<u64>, problem: String| {
            Error::BadInput(BadInput {
                file: file.display().to_string(),
                line,
                field: None,
                problem,
            })
        };
        let text = fs::read_to_string(&file)
            .map_err(|error| refused(None, format!("cannot be read: {error}")))?;
        serde_json::from_str(&text).map_err(|error| {
            let line = u64::try_from(error.line()).ok();
            let problem = format!("is no manifest of ledgerly split: {error}");
            refused(line, problem)
        })
    }

    fn path(path: &Path) -> PathBuf {
        if path.is_dir() {
            path.join(MANIFEST)
        } else {
            path.to_owned()
        }
    }
}

impl Chunk {
    /// Whether an input that looks so is this chunk.
    pub(super) fn is_of(&self, print: &InputPrint) -> bool {
        self.bytes == print.bytes && self.xxh3 == print.xxh3
    }
}
