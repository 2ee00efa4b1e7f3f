//! `ledgerly split` and `ledgerly merge`.

use super::args::{MergeOptions, SplitOptions};
use super::exit::ExitStatus;
use crate::chunks::{self, Manifest, Results};
use crate::error::{BadInput, Error};
use crate::read::OriginalRecord;
use crate::write::{OutputFormat, PriceWriter, RejectWriter, Shape, Target};
use rust_decimal::Decimal;

/// Cuts a book into chunks.
pub(super) fn split(options: &SplitOptions) -> Result<ExitStatus, Error> {
    let limit = options.limit.limit();
    let manifest = chunks::split(&options.book, options.input_format, limit, &options.into)?;
    eprintln!(
        "{} invoices in {} chunks",
        manifest.invoices,
        manifest.chunks.len()
    );
    Ok(ExitStatus::Done)
}

/// Puts the outputs of all chunks together.
pub(super) fn merge(options: &MergeOptions) -> Result<ExitStatus, Error> {
    let manifest = Manifest::read(&options.manifest)?;
    let by_name = || OutputFormat::of_extension(&options.output);
    let format = options.format.or_else(by_name);
    let format = format.unwrap_or(OutputFormat::Csv);
    let output = Target::create(&options.output)?;
    let rejects = options.rejects.as_deref().map(Target::create).transpose()?;
    let mut book = MergedBook {
        totals: PriceWriter::new(output, format, Shape::Total).map_err(unwritten)?,
        rejects: rejects.map(RejectWriter::new),
        are_columns: matches!(format, OutputFormat::Parquet | OutputFormat::Arrow),
    };
    let merged = chunks::merge(&manifest, &options.outputs, &mut book)?;
    book.publish()?;
    if merged.rejected == 0 {
        return Ok(ExitStatus::Done);
    }
    let all = merged.priced + merged.rejected;
    eprintln!("{} of {all} invoices rejected", merged.rejected);
    if merged.rejects_here < merged.rejected {
        let elsewhere = merged.rejected - merged.rejects_here;
        eprintln!("{elsewhere} of them stand where the filters' own --rejects put them");
    }
    Ok(ExitStatus::Rejects)
}

struct MergedBook {
    totals: PriceWriter<Target>,
    rejects: Option<RejectWriter<Target>>,
    are_columns: bool,
}

impl Results for MergedBook {
    fn total(&mut self, invoice_id: &str, total: Decimal) -> Result<(), Error> {
        self.totals.total(invoice_id, total).map_err(unwritten)
    }

    fn are_columns(&self) -> bool {
        self.are_columns
    }

    fn reject(&mut self, bad: BadInput, original: OriginalRecord) -> Result<(), Error> {
        let Some(rejects) = &mut self.rejects else {
            return Err(Error::Usage(format!(
                "an invoice was rejected ({bad}); say with --rejects FILE where such are kept"
            )));
        };
        let written = rejects.reject(&bad, &original);
        written.map_err(|error| Error::io("writing", "the rejects", error))
    }
}

impl MergedBook {
    /// Lets the totals appear, after the rejects.
    fn publish(self) -> Result<(), Error> {
        if let Some(rejects) = self.rejects {
            let rejects = rejects.finish();
            let rejects = rejects.map_err(|error| Error::io("writing", "the rejects", error))?;
            rejects.publish()?;
        }
        self.totals.finish().map_err(unwritten)?.publish()
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::io("writing", "the output", error)
}
