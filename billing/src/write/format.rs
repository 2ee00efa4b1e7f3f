//! The formats in which results are written: as told, or by the extension of their file.

use std::path::Path;

use super::columns::ColumnFormat;
use super::list::ListFormat;
use crate::read::InputFormat;

/// The formats in which results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Aligned text for people
    Table,
    /// Comma-separated, with a header
    Csv,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// A Parquet file
    Parquet,
    /// An Arrow IPC stream
    Arrow,
}

/// How results are written: row by row as text, or batch by batch as columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Text(ListFormat),
    Columns(ColumnFormat),
}

impl OutputFormat {
    /// The format that the extension of a result's file stands for, if any; `.gz` and `.zst` after it
    /// do not count.
    #[must_use]
    pub fn of_extension(path: &Path) -> Option<Self> {
        match InputFormat::of_extension(path)? {
            InputFormat::Json => Some(Self::Json),
            InputFormat::Ndjson => Some(Self::Ndjson),
            InputFormat::Csv => Some(Self::Csv),
            InputFormat::Parquet => Some(Self::Parquet),
            InputFormat::Arrow => Some(Self::Arrow),
            InputFormat::Ubl => None,
        }
    }

    pub(super) fn encoding(self) -> Encoding {
        match self {
            Self::Table => Encoding::Text(ListFormat::Table),
            Self::Csv => Encoding::Text(ListFormat::Csv),
            Self::Json => Encoding::Text(ListFormat::Json),
            Self::Ndjson => Encoding::Text(ListFormat::Ndjson),
            Self::Parquet => Encoding::Columns(ColumnFormat::Parquet),
            Self::Arrow => Encoding::Columns(ColumnFormat::Arrow),
        }
    }
}
