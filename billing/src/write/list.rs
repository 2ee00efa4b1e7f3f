//! Lists in each output format, written row by row.

use std::io::{self, Write};

use serde::Serialize;

use super::csv::cell;
use super::text::printable;

/// What stands before the first row of a JSON array, and before every other.
const JSON_START: &[u8] = b"[\n";
const JSON_BETWEEN: &[u8] = b",\n";

/// The formats in which lists are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// Aligned text for people
    Table,
    /// Comma-separated, with a header
    Csv,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
}

/// Writes rows under a header.
#[derive(Debug)]
pub struct ListWriter<W> {
    out: W,
    format: ListFormat,
    header: &'static [&'static str],
    count: u64,
}

impl<W: Write> ListWriter<W> {
    /// A writer to `out`; `header` names the columns of tables and CSV.
    pub fn new(out: W, format: ListFormat, header: &'static [&'static str]) -> Self {
        Self {
            out,
            format,
            header,
            count: 0,
        }
    }

    /// A writer of the rows that follow others: what [`Self::append`] takes.
    pub(super) fn of_more_rows(out: W, format: ListFormat) -> Self {
        Self {
            count: 1,
            ..Self::new(out, format, &[])
        }
    }

    /// Writes `rows` that were written as more rows, if there are any.
    pub(super) fn append(&mut self, rows: &[u8]) -> io::Result<()> {
        let rows = match (self.format, self.count) {
            _ if rows.is_empty() => return Ok(()),
            (ListFormat::Csv, 0) => {
                self.csv_header()?;
                rows
            }
            (ListFormat::Json, 0) => {
                self.out.write_all(JSON_START)?;
                rows.strip_prefix(JSON_BETWEEN).unwrap_or(rows)
            }
            _ => rows,
        };
        self.count += 1;
        self.out.write_all(rows)
    }

    /// Writes one row: its cells, or for JSON its value.
    pub fn row(&mut self, cells: &[&str], value: &impl Serialize) -> io::Result<()> {
        match self.format {
            ListFormat::Table => self.table_row(cells),
            ListFormat::Csv => {
                self.csv_header()?;
                self.csv_row(cells)
            }
            ListFormat::Json | ListFormat::Ndjson => self.json(value),
        }?;
        self.count += 1;
        Ok(())
    }

    /// Writes one entry that is several rows or a text of its own.
    pub(super) fn entry(
        &mut self,
        rows: impl FnOnce() -> Vec<Vec<String>>,
        text: impl FnOnce() -> String,
        value: &impl Serialize,
    ) -> io::Result<()> {
        match self.format {
            ListFormat::Table => {
                let gap = if self.count > 0 { "\n" } else { "" };
                write!(self.out, "{gap}{}", text())
            }
            ListFormat::Csv => {
                self.csv_header()?;
                rows().iter().try_for_each(|row| {
                    let cells: Vec<&str> = row.iter().map(String::as_str).collect();
                    self.csv_row(&cells)
                })
            }
            ListFormat::Json | ListFormat::Ndjson => self.json(value),
        }?;
        self.count += 1;
        Ok(())
    }

    /// The output as it is.
    pub(super) fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes what stands after the last row. Returns the output, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        match (self.format, self.count) {
            (ListFormat::Json, 0) => writeln!(self.out, "[]")?,
            (ListFormat::Json, _) => writeln!(self.out, "\n]")?,
            (ListFormat::Csv, 0) => self.csv_header()?,
            _ => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn table_row(&mut self, cells: &[&str]) -> io::Result<()> {
        for (index, text) in cells.iter().enumerate() {
            // Columns of a fixed width: the widest cell of a stream is not known.
            match index {
                0 => write!(self.out, "{:<24}", printable(text)),
                1 => write!(self.out, " {text:>16}"),
                _ => write!(self.out, "  {text}"),
            }?;
        }
        self.out.write_all(b"\n")
    }

    fn csv_header(&mut self) -> io::Result<()> {
        if self.count > 0 {
            return Ok(());
        }
        let header = self.header;
        self.csv_row(header)
    }

    fn csv_row(&mut self, cells: &[&str]) -> io::Result<()> {
        for (index, text) in cells.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(self.out, "{comma}{}", cell(text))?;
        }
        self.out.write_all(b"\n")
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        if self.format == ListFormat::Json {
            let is_first = self.count == 0;
            self.out
                .write_all(if is_first { JSON_START } else { JSON_BETWEEN })?;
        }
        serde_json::to_writer(&mut self.out, value)?;
        match self.format {
            ListFormat::Ndjson => self.out.write_all(b"\n"),
            _ => Ok(()),
        }
    }
}
