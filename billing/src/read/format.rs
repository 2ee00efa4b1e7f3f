//! Which format an input has: as told, by its extension, or by its first bytes.

use std::io::{self, BufRead};
use std::path::Path;

use super::packed::Packing;

/// The formats in which invoices are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum InputFormat {
    /// One invoice, or an array of invoices.
    Json,
    /// One invoice a line.
    Ndjson,
    /// One line item a row, with a header.
    Csv,
    /// One line item a row, or one invoice a row with a list of items
    Parquet,
    /// The same columns as an Arrow stream or file
    Arrow,
    /// One invoice or credit note in XML, UBL 2.1 or EN 16931.
    Ubl,
}

impl InputFormat {
    /// The format that the file's extension stands for, if any; `.gz` and `.zst` after it do not count.
    #[must_use]
    pub fn of_extension(path: &Path) -> Option<Self> {
        let extension = Packing::inner_path(path).extension()?.to_str()?;
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "arrows" | "feather" => Some(Self::Arrow),
            "xml" => Some(Self::Ubl),
            _ => None,
        }
    }

    /// The format that the first bytes look like; `None` for an empty input.
    ///
    /// Parquet and Arrow have their marks.
    /// `[` begins a JSON array. `{` begins NDJSON when its line also ends an object, otherwise one
    /// JSON invoice over several lines. `<` begins XML. Anything else is CSV.
    pub(super) fn of_content(input: &mut impl BufRead) -> io::Result<Option<Self>> {
        let start = input.fill_buf()?;
        if start.starts_with(b"PAR1") {
            return Ok(Some(Self::Parquet));
        }
        if start.starts_with(b"ARROW1") || start.starts_with(&[0xff; 4]) {
            return Ok(Some(Self::Arrow));
        }
        let start = start.strip_prefix(super::records::BOM).unwrap_or(start);
        let text = start.trim_ascii_start();
        let first_line = text.split(|&byte| byte == b'\n').next().unwrap_or(text);
        let is_object = first_line.trim_ascii_end().ends_with(b"}");
        Ok(match text.first() {
            None => None,
            Some(b'{') if is_object => Some(Self::Ndjson),
            Some(b'{' | b'[') => Some(Self::Json),
            Some(b'<') => Some(Self::Ubl),
            Some(_) => Some(Self::Csv),
        })
    }
}
