//! What a run of `ledgerly price` writes about each invoice, and about all of them.

use std::io;
use std::path::PathBuf;

use pricing::{BookSummary, Invoice, PricingEngine};

use crate::bulk::{Results, quote, total};
use crate::cli::args::PriceOptions;
use crate::error::Error;
use crate::read::{PlainTotals, ReadInvoice};
use crate::write::{
    Explanation, OutputFormat, PriceWriter, Shape, Target, TotalRows, write_rounding_report,
    write_summary,
};

/// So many tiers are told apart in a summary; a book with more has free texts in that field.
const TIERS_MAX: usize = 10_000;

/// The results in the making.
pub(super) struct PriceResults {
    /// The invoices' prices; `None` when only their summary is wanted.
    prices: Option<PriceWriter<Target>>,
    shape: Shape,
    /// How totals are written, if they are.
    pub(super) format: Option<OutputFormat>,
    summary: Option<BookSummary>,
    outputs: Outputs,
    /// For rows of totals, used again and again.
    memory: Vec<u8>,
}

/// Which files are asked for.
struct Outputs {
    output: PathBuf,
    /// As JSON or not, where it is not its file's extension that tells.
    summary_as_json: Option<bool>,
    summary: Option<PathBuf>,
    rounding_report: Option<PathBuf>,
}

impl PriceResults {
    /// The results that `options` ask for, of a single invoice or of a book.
    pub(super) fn create(options: &PriceOptions, is_single: bool) -> Result<Self, Error> {
        let output = &options.book.output;
        let by_name = || OutputFormat::of_extension(output);
        let told = options.book.format.or_else(by_name);
        let is_alone = |path: &PathBuf| path.as_os_str() == "-";
        let is_summary_alone = options.summary.as_ref().is_some_and(is_alone);
        let outputs = Outputs {
            summary_as_json: is_summary_alone.then_some(told == Some(OutputFormat::Json)),
            summary: if is_summary_alone {
                Some(output.clone())
            } else {
                options.summary.clone()
            },
            output: output.clone(),
            rounding_report: options.rounding_report.clone(),
        };
        let usual = if is_single || options.explain {
            OutputFormat::Table
        } else {
            OutputFormat::Csv
        };
        let format = told.unwrap_or(usual);
        let shape = match format {
            _ if options.explain => Shape::Explanation,
            OutputFormat::Table if is_single => Shape::Quote,
            _ => Shape::Total,
        };
        let prices = if is_summary_alone {
            check_summary_format(told)?;
            None
        } else {
            let writer = PriceWriter::new(Target::create(output)?, format, shape);
            Some(writer.map_err(|error| Error::io("writing", output.display(), error))?)
        };
        let sums_up = outputs.summary.is_some() || outputs.rounding_report.is_some();
        Ok(Self {
            format: prices.as_ref().map(|_| format),
            prices,
            shape,
            summary: sums_up.then(BookSummary::default),
            outputs,
            memory: Vec::new(),
        })
    }

    /// Whether blocks of invoices can be priced apart.
    pub(super) fn takes_blocks(&self) -> bool {
        self.shape == Shape::Total || self.prices.is_none()
    }

    /// Whether what the invoices come to is added up.
    pub(super) fn sums_up(&self) -> bool {
        self.summary.is_some()
    }

    /// Adds an invoice; the inner error says why it has no price.
    pub(super) fn add(
        &mut self,
        read: &ReadInvoice,
        engine: &PricingEngine,
    ) -> Result<Result<(), String>, Error> {
        match self.written(&read.invoice, engine) {
            Err(problem) => Ok(Err(problem)),
            Ok(written) => {
                written.map_err(|error| self.unwritten(error))?;
                self.check_tiers().map(Ok)
            }
        }
    }

    fn written(
        &mut self,
        invoice: &Invoice,
        engine: &PricingEngine,
    ) -> Result<io::Result<()>, String> {
        let summary = self.summary.as_mut();
        let Some(prices) = &mut self.prices else {
            return total(invoice, engine, summary).map(|_| Ok(()));
        };
        Ok(match self.shape {
            Shape::Total => prices.total(invoice.invoice_id(), total(invoice, engine, summary)?),
            Shape::Quote => prices.quote(&quote(invoice, engine, summary)?),
            Shape::Explanation => {
                quote(invoice, engine, summary)?;
                let explanation = Explanation::of(invoice, engine);
                prices.explanation(&explanation.map_err(|error| error.to_string())?)
            }
        })
    }

    /// Adds the results of a block.
    pub(super) fn add_block(&mut self, results: &mut Results) -> Result<(), Error> {
        if let Some(prices) = &mut self.prices {
            let written = prices.totals(&mut results.rows);
            written.map_err(|error| self.unwritten(error))?;
        }
        if let (Some(summary), Some(part)) = (&mut self.summary, &results.summary) {
            let merged = summary.merge(part);
            merged.map_err(|error| Error::Usage(error.to_string()))?;
        }
        self.check_tiers()
    }

    /// Adds totals in minor units of so many decimal places, where nothing is summed up.
    pub(super) fn add_totals(&mut self, totals: &PlainTotals, places: u32) -> Result<(), Error> {
        let mut rows = TotalRows::new(self.format, std::mem::take(&mut self.memory));
        let added = rows.add_all(totals.names(), totals.iter(), places);
        let written = match &mut self.prices {
            Some(prices) => added.and_then(|()| prices.totals(&mut rows)),
            None => added,
        };
        self.memory = rows.into_memory();
        written.map_err(|error| self.unwritten(error))
    }

    /// Writes what is left and lets all of it appear.
    pub(super) fn publish(self) -> Result<(), Error> {
        let Outputs {
            output,
            summary_as_json,
            summary: summary_path,
            rounding_report,
        } = self.outputs;
        let failed = |error| Error::io("writing", output.display(), error);
        let prices = self.prices.map(PriceWriter::finish).transpose();
        let prices = prices.map_err(failed)?;
        let summary = self.summary.unwrap_or_default();
        let beside = match &summary_path {
            Some(path) => Some(write_summary(&summary, summary_as_json, path)?),
            None => None,
        };
        if let Some(path) = rounding_report {
            let moved = summary.rounding();
            let moved = moved.map_err(|error| Error::Usage(error.to_string()))?;
            write_rounding_report(&moved, &path)?;
        }
        if let Some(summary) = beside {
            summary.publish()?;
        }
        match prices {
            Some(prices) => prices.publish(),
            None => Ok(()),
        }
    }

    fn check_tiers(&self) -> Result<(), Error> {
        let currencies = self.summary.iter().flat_map(BookSummary::currencies);
        let tiers: usize = currencies.map(|of| of.tiers.len()).sum();
        if tiers <= TIERS_MAX {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "the book has more than {TIERS_MAX} tiers, too many for a summary (is tier a free text in it?)"
        )))
    }

    fn unwritten(&self, error: io::Error) -> Error {
        Error::io("writing", self.outputs.output.display(), error)
    }
}

fn check_summary_format(told: Option<OutputFormat>) -> Result<(), Error> {
    match told {
        None | Some(OutputFormat::Table | OutputFormat::Json) => Ok(()),
        Some(_) => Err(Error::Usage(
            "a summary is written as table or json (for totals as well, name its file: --summary=FILE)"
                .to_owned(),
        )),
    }
}
