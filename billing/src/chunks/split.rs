//! Cutting a book into chunks.

use std::io::{BufRead, Write};
use std::path::Path;

use super::columns::split_columns;
use super::limit::Limit;
use super::manifest::Manifest;
use super::pieces::{Piece, Pieces};
use super::writer::{ChunkFile, Chunks};
use crate::error::Error;
use crate::read::{InputFormat, OpenedInput};

/// Cuts the book at `path` (`-` is standard input) into chunks in `folder`.
pub fn split(
    path: &Path,
    format: Option<InputFormat>,
    limit: Limit,
    folder: &Path,
) -> Result<Manifest, Error> {
    let mut input = OpenedInput::open(path, &|input| input)?;
    let format = input.format(format)?;
    match format {
        InputFormat::Csv | InputFormat::Ndjson => split_text(input, format, limit, folder),
        InputFormat::Parquet => split_columns(input, limit, folder),
        InputFormat::Json | InputFormat::Arrow | InputFormat::Ubl => Err(Error::Usage(format!(
            "{} is neither csv, ndjson nor parquet, which are what is split",
            input.file
        ))),
    }
}

fn split_text(
    input: OpenedInput,
    format: InputFormat,
    limit: Limit,
    folder: &Path,
) -> Result<Manifest, Error> {
    let file = input.file.clone();
    let size = match (limit, input.size()) {
        (Limit::Chunks(_), None) => {
            return Err(Error::Usage(format!(
                "how large {file} is cannot be told beforehand, so its chunks cannot be counted \
                 (use --invoices or --bytes, or unpack it into a file)"
            )));
        }
        (_, size) => size.unwrap_or_default(),
    };
    let (extension, pieces) = if format == InputFormat::Csv {
        ("csv", Pieces::groups(&file, input.bytes)?)
    } else {
        ("ndjson", Pieces::lines(input.bytes))
    };
    let chunks = Chunks::create(folder, (file.clone(), extension), limit, size)?;
    written(&file, pieces, chunks)
}

fn written(
    file: &str,
    mut pieces: Pieces<impl BufRead>,
    mut chunks: Chunks,
) -> Result<Manifest, Error> {
    let header = pieces.header().to_vec();
    chunks.fill.position = header.len() as u64;
    let mut invoice = Piece::default();
    let mut open: Option<ChunkFile> = None;
    while pieces.read(file, &mut invoice)? {
        if chunks.is_full(invoice.bytes())
            && let Some(full) = open.take()
        {
            chunks.close(full)?;
        }
        if open.is_none() {
            let mut begun = chunks.open(invoice.line)?;
            let written = begun.write_all(&header);
            written.map_err(|error| chunks.failed(error))?;
            chunks.fill.bytes += header.len() as u64;
            open = Some(begun);
        }
        if let Some(current) = &mut open {
            let text = current.write_all(&invoice.text);
            text.map_err(|error| chunks.failed(error))?;
        }
        chunks.fill.invoices += 1;
        chunks.fill.bytes += invoice.bytes();
        chunks.fill.position += invoice.bytes();
    }
    if let Some(last) = open {
        chunks.close(last)?;
    }
    chunks.publish()
}
