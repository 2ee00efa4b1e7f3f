//! Opening an input: its bytes, its name in messages, and its format.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::InputFormat;
use super::columnar::set_aside;
use super::inputs::is_pattern;
use super::packed::unpacked;
use crate::error::{BadInput, Error};

/// One read of the system brings so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// Standard input, as messages call it.
const STDIN: &str = "<stdin>";

/// An input that is open.
pub(crate) struct Input {
    /// The input as messages call it.
    pub(crate) file: String,
    /// Its bytes.
    pub(crate) bytes: Box<dyn BufRead>,
    /// What is read of it counts as read of the input.
    shown: Box<dyn Read>,
    path: PathBuf,
    is_packed: bool,
}

/// Bytes that are read elsewhere.
struct Passed;

impl Read for Passed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(buffer.len())
    }
}

/// The input at `path` as messages call it.
pub(super) fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" {
        STDIN.to_owned()
    } else {
        path.display().to_string()
    }
}

impl Input {
    /// Opens the input at `path` (`-` is standard input), its bytes read through `wrap`.
    pub(crate) fn open(
        path: &Path,
        wrap: &dyn Fn(Box<dyn Read>) -> Box<dyn Read>,
    ) -> Result<Self, Error> {
        let file = name_of(path);
        if path.is_dir() {
            let problem = "is a folder without files of invoices (known are .csv, .ndjson, .jsonl, \
                           .json, .parquet, .arrow, .arrows, .feather and .xml, also with .gz or .zst)";
            return Err(whole_file(&file, problem.to_owned()));
        }
        if is_pattern(path) {
            return Err(whole_file(&file, "no file matches this pattern".to_owned()));
        }
        let bytes: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(|error| unreadable(&file, error))?)
        };
        let shown = wrap(Box::new(Passed));
        let bytes = Box::new(BufReader::with_capacity(BUFFER_BYTES, wrap(bytes)));
        let unpacked = unpacked(bytes, path);
        let (bytes, is_packed) = unpacked.map_err(|error| unreadable(&file, error))?;
        Ok(Self {
            bytes,
            shown,
            is_packed,
            path: path.to_owned(),
            file,
        })
    }

    /// The format as told, or by the extension, or by the first bytes.
    pub(crate) fn format(&mut self, told: Option<InputFormat>) -> Result<InputFormat, Error> {
        if let Some(format) = told.or_else(|| InputFormat::of_extension(&self.path)) {
            return Ok(format);
        }
        InputFormat::of_content(&mut self.bytes)
            .map_err(|error| unreadable(&self.file, error))?
            .ok_or_else(|| whole_file(&self.file, "the input is empty".to_owned()))
    }
}

impl Input {
    /// How many bytes there are, where that can be told before they are read.
    pub(crate) fn size(&self) -> Option<u64> {
        let metadata = std::fs::metadata(&self.path);
        let metadata = metadata
            .ok()
            .filter(|found| found.is_file() && !self.is_packed);
        metadata.map(|found| found.len())
    }

    /// The input as a file in which one can go back, and what to read besides, so that progress is shown.
    pub(crate) fn into_file(self) -> Result<(File, Box<dyn Read>), Error> {
        let plain = if self.is_packed || self.path.as_os_str() == "-" {
            None
        } else {
            File::open(&self.path).ok().filter(is_regular)
        };
        match plain {
            Some(file) => Ok((file, self.shown)),
            // What is read again was shown already.
            None => set_aside(self.bytes)
                .map(|file| (file, Box::new(io::empty()) as _))
                .map_err(|error| Error::io("reading", &self.file, error)),
        }
    }
}

fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

fn unreadable(file: &str, error: io::Error) -> Error {
    match Error::io("reading", file, error) {
        Error::Io { source, .. } => whole_file(file, format!("cannot be read: {source}")),
        other => other,
    }
}

/// A problem of the whole input.
pub(super) fn whole_file(file: &str, problem: String) -> Error {
    Error::BadInput(BadInput {
        file: file.to_owned(),
        line: None,
        field: None,
        problem,
    })
}
