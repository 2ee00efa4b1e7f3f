//! An output of lines: NDJSON, or rows of CSV.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{ALTERED, CUT_SHORT, FilterOutput, Line, NotWhole};
use crate::filter::hashed::hex;
use crate::filter::record::{End, Head, OutputDigest};
use crate::filter::stream::StreamFormat;

/// The record at the end of an output is in its last so many bytes.
const TAIL_BYTES: u64 = 1024 * 1024;

/// The last record, and how much stands before it.
pub(super) fn end_of(path: &Path) -> io::Result<Result<(End, u64), NotWhole>> {
    let (tail, file_length) = tail_of(path)?;
    let line = match tail.strip_suffix(b"\n") {
        None => &[][..],
        Some(text) => text.rsplit(|&byte| byte == b'\n').next().unwrap_or(text),
    };
    let is_end = Head::of(line).is_some_and(|head| head.ledgerly == End::KIND);
    let end = is_end.then(|| serde_json::from_slice::<End>(line).ok());
    let length = file_length.saturating_sub(line.len() as u64 + 1);
    Ok(match end.flatten() {
        // In columns the end stands in its own way.
        Some(end) if end.output.format != StreamFormat::Arrow => Ok((end, length)),
        _ => Err(CUT_SHORT),
    })
}

/// The end of a file, and how long the file is.
fn tail_of(path: &Path) -> io::Result<(Vec<u8>, u64)> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let length = start + tail.len() as u64;
    Ok((tail, length))
}

/// Reads lines, and holds them against the digest in the last record.
pub(super) struct TextLines<'o> {
    output: &'o FilterOutput,
    input: BufReader<Take<File>>,
    sha256: Sha256,
    line: Vec<u8>,
}

impl<'o> TextLines<'o> {
    pub(super) fn open(output: &'o FilterOutput) -> io::Result<Self> {
        let file = File::open(&output.path)?;
        Ok(Self {
            output,
            input: BufReader::with_capacity(256 * 1024, file.take(output.length)),
            sha256: Sha256::new(),
            line: Vec::new(),
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, String> {
        self.line.clear();
        if !self.read_line()? {
            return self.check().map(|()| None);
        }
        if let Some(head) = Head::of(&self.line) {
            self.sha256.update(&self.line);
            return Ok(Some(Line::Record(head.ledgerly, &self.line)));
        }
        let is_csv = self.output.end.output.format == StreamFormat::Csv;
        // A quoted identifier may go over lines.
        while is_csv && is_open(&self.line) && self.read_line()? {}
        self.sha256.update(&self.line);
        Ok(Some(if is_csv {
            Line::Csv(&self.line)
        } else {
            Line::Json(&self.line)
        }))
    }

    fn read_line(&mut self) -> Result<bool, String> {
        let read = self.input.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| format!("cannot be read: {error}"))?;
        Ok(read > 0)
    }

    fn check(&mut self) -> Result<(), String> {
        let digest = hex(&std::mem::take(&mut self.sha256).finalize());
        let OutputDigest { bytes, sha256, .. } = &self.output.end.output;
        if digest == *sha256 && self.output.length == *bytes {
            return Ok(());
        }
        Err(ALTERED.to_owned())
    }
}

/// Whether a row of CSV ends within quotes.
fn is_open(row: &[u8]) -> bool {
    memchr::memchr_iter(b'"', row).count() % 2 == 1
}
