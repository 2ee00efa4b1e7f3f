//! Lists in each output format, written row by row.

use std::io::{self, Write};

use serde::Serialize;

use super::csv::cell;
use super::prices::OutputFormat;
use super::text::printable;

/// Writes rows under a header.
#[derive(Debug)]
pub struct ListWriter<W> {
    out: W,
    format: OutputFormat,
    header: &'static [&'static str],
    count: u64,
}

impl<W: Write> ListWriter<W> {
    /// A writer to `out`; `header` names the columns of tables and CSV.
    pub fn new(out: W, format: OutputFormat, header: &'static [&'static str]) -> Self {
        Self {
            out,
            format,
            header,
            count: 0,
        }
    }

    /// Writes one row: its cells, or for JSON its value.
    pub fn row(&mut self, cells: &[&str], value: &impl Serialize) -> io::Result<()> {
        match self.format {
            OutputFormat::Table => self.table_row(cells),
            OutputFormat::Csv => {
                self.csv_header()?;
                self.csv_row(cells)
            }
            OutputFormat::Json | OutputFormat::Ndjson => self.json(value),
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
            OutputFormat::Table => {
                let gap = if self.count > 0 { "\n" } else { "" };
                write!(self.out, "{gap}{}", text())
            }
            OutputFormat::Csv => {
                self.csv_header()?;
                rows().iter().try_for_each(|row| {
                    let cells: Vec<&str> = row.iter().map(String::as_str).collect();
                    self.csv_row(&cells)
                })
            }
            OutputFormat::Json | OutputFormat::Ndjson => self.json(value),
        }?;
        self.count += 1;
        Ok(())
    }

    /// Writes what stands after the last row. Returns the output, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        match (self.format, self.count) {
            (OutputFormat::Json, 0) => writeln!(self.out, "[]")?,
            (OutputFormat::Json, _) => writeln!(self.out, "\n]")?,
            (OutputFormat::Csv, 0) => self.csv_header()?,
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
        if self.format == OutputFormat::Json {
            let start = if self.count > 0 { ",\n" } else { "[\n" };
            self.out.write_all(start.as_bytes())?;
        }
        serde_json::to_writer(&mut self.out, value)?;
        match self.format {
            OutputFormat::Ndjson => self.out.write_all(b"\n"),
            _ => Ok(()),
        }
    }
}
