//! The texts of single invoices, cut out of a book that is not read: blank lines are kept, so that a
//! line of a chunk can be found in the book.

use std::io::{BufRead, Read};

use crate::error::{BadInput, Error};
use crate::read::records::RECORD_BYTES_MAX;
use crate::read::{CsvTexts, CutError};

/// The invoices of a text.
pub(super) enum Pieces<R> {
    Lines { input: R, line: u64 },
    Groups(Box<CsvTexts<R>>),
}

/// The text of one invoice.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) text: Vec<u8>,
    /// The line on which it begins.
    pub(super) line: u64,
}

impl<R: BufRead> Pieces<R> {
    /// An invoice a line.
    pub(super) fn lines(input: R) -> Self {
        Self::Lines { input, line: 1 }
    }

    /// Adjacent rows of one identifier.
    pub(super) fn groups(file: &str, input: R) -> Result<Self, Error> {
        let texts = CsvTexts::open(input).map_err(|error| refused(file, error))?;
        Ok(Self::Groups(Box::new(texts)))
    }

    /// What stands before the first invoice, to be repeated in each chunk.
    pub(super) fn header(&self) -> &[u8] {
        match self {
            Self::Lines { .. } => &[],
            Self::Groups(texts) => texts.header(),
        }
    }

    /// Reads the next invoice into `piece`; false at the end.
    pub(super) fn read(&mut self, file: &str, piece: &mut Piece) -> Result<bool, Error> {
        piece.text.clear();
        let read = match self {
            Self::Lines { input, line } => read_line(input, line, piece),
            Self::Groups(texts) => texts.read(&mut piece.text, &mut piece.line),
        };
        read.map_err(|error| refused(file, error))
    }
}

/// Reads a line that is not blank, with the blank ones before it.
fn read_line<R: BufRead>(
    input: &mut R,
    line: &mut u64,
    piece: &mut Piece,
) -> Result<bool, CutError> {
    loop {
        let start = piece.text.len();
        piece.line = *line;
        let mut bounded = input.take(RECORD_BYTES_MAX);
        let read = bounded.read_until(b'\n', &mut piece.text)?;
        if read == 0 {
            // Blank lines at the end belong to no invoice.
            return Ok(false);
        }
        if !piece.text.ends_with(b"\n") {
            if read as u64 == RECORD_BYTES_MAX {
                return Err(CutError::Torn(*line, "the line is too long".to_owned()));
            }
            piece.text.push(b'\n');
        }
        *line += 1;
        if !piece.text[start..].trim_ascii().is_empty() {
            return Ok(true);
        }
    }
}

fn refused(file: &str, error: CutError) -> Error {
    match error {
        CutError::Io(error) => Error::io("reading", file, error),
        CutError::Torn(line, problem) => BadInput {
            file: file.to_owned(),
            line: Some(line),
            field: None,
            problem,
        }
        .into(),
    }
}

impl Piece {
    /// How long it is.
    pub(super) fn bytes(&self) -> u64 {
        self.text.len() as u64
    }
}
