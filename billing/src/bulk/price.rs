//! Pricing the invoices of one block: by the kernel where it can, by the general path where it must.

use std::io;

use super::{Job, PricedBlock, Refused, Results};
use crate::error::BadInput;
use crate::read::blocks::{Block, BlockReader, LineCount};
use crate::read::quick::{Found, Scanner};
use crate::read::recent::BlockIds;
use crate::read::{ReadError, ReadInvoice};
use crate::write::TotalRows;
use pricing::kernel::Kernel;
use pricing::{BookSummary, Invoice, PricingEngine, Quote};
use rust_decimal::Decimal;

/// The prices of `block`.
pub(super) fn block(block: Block, rows: TotalRows, ids: BlockIds, job: &Job<'_>) -> PricedBlock {
    let mut results = Results {
        rows,
        summary: job.sums_up.then(BookSummary::default),
        ids,
        count: 0,
        refused: Vec::new(),
        is_torn: false,
    };
    let kernel = job.rules.engine_on(None).ok().and_then(|e| e.kernel());
    // A summary is of all steps, which the kernel does not know.
    let kernel = kernel.filter(|_| !job.sums_up);
    let scanner = kernel.and_then(|_| Scanner::of_block(&block));
    let written = match (kernel, scanner) {
        (Some(kernel), Some(scanner)) => price_quickly(&block, scanner, kernel, job, &mut results),
        _ => price_generally(&block, job, &mut results),
    };
    // Writing to memory does not fail; should it ever, the block is priced again by itself.
    results.is_torn |= written.is_err();
    PricedBlock { block, results }
}

fn price_quickly(
    block: &Block,
    mut scanner: Scanner<'_>,
    kernel: &Kernel,
    job: &Job<'_>,
    results: &mut Results,
) -> io::Result<()> {
    let mut lines = LineCount::of_block(block);
    while let Some(found) = scanner.next() {
        let start = match found {
            Found::Other(start) => start,
            Found::Plain(invoice) => {
                let customer = kernel.customer(invoice.tier, invoice.loyalty_member);
                match kernel.total(customer, invoice.days_overdue, invoice.subtotal) {
                    Some(units) => {
                        results.count += 1;
                        results.ids.add(invoice.id);
                        let places = kernel.places();
                        results.rows.add_units(invoice.id, units, places)?;
                        continue;
                    }
                    None => invoice.start,
                }
            }
        };
        let line = lines.line_at(start, block);
        let mut reader = block.reader_at(start, line, job.file);
        let read = reader.next();
        results.add(read, &reader, job)?;
        if results.is_torn {
            return Ok(());
        }
        scanner.resume(reader.position());
    }
    Ok(())
}

fn price_generally(block: &Block, job: &Job<'_>, results: &mut Results) -> io::Result<()> {
    let mut reader = block.reader_at(0, block.at.line, job.file);
    while let Some(read) = reader.next() {
        results.add(Some(read), &reader, job)?;
        if results.is_torn {
            return Ok(());
        }
    }
    Ok(())
}

impl Results {
    /// Adds an invoice that `reader` has read by the general path.
    fn add(
        &mut self,
        read: Option<Result<ReadInvoice, ReadError>>,
        reader: &BlockReader<'_>,
        job: &Job<'_>,
    ) -> io::Result<()> {
        match read {
            None => {}
            Some(Ok(read)) => {
                self.count += 1;
                self.ids.add(read.invoice.invoice_id().as_bytes());
                match price_one(&read, &mut self.summary, job) {
                    Ok(total) => self.rows.add(read.invoice.invoice_id(), total)?,
                    Err(bad) => self.refused.push(Refused {
                        bad,
                        original: reader.original(),
                        id: Some(read.invoice.invoice_id().to_owned()),
                    }),
                }
            }
            Some(Err(ReadError::Rejected(bad))) => {
                self.count += 1;
                let id = reader.refused_id();
                if let Some(id) = id {
                    self.ids.add(id.as_bytes());
                }
                self.refused.push(Refused {
                    bad,
                    original: reader.original(),
                    id: id.map(str::to_owned),
                });
            }
            Some(Err(ReadError::Fatal(_))) => self.is_torn = true,
        }
        Ok(())
    }
}

fn price_one(
    read: &ReadInvoice,
    summary: &mut Option<BookSummary>,
    job: &Job<'_>,
) -> Result<Decimal, BadInput> {
    let invoice = &read.invoice;
    let total = match job.rules.engine_for(invoice) {
        Ok(engine) => total(invoice, engine, summary.as_mut()),
        Err(error) => Err(error.to_string()),
    };
    total.map_err(|error| read.unpriced(job.file, &error))
}

/// The total of `invoice`, which is added to the `summary`, if there is one.
pub(crate) fn total(
    invoice: &Invoice,
    engine: &PricingEngine,
    summary: Option<&mut BookSummary>,
) -> Result<Decimal, String> {
    match summary {
        None => engine.total(invoice).map_err(|error| error.to_string()),
        Some(_) => Ok(quote(invoice, engine, summary)?.total.amount),
    }
}

/// The same as a quote.
pub(crate) fn quote(
    invoice: &Invoice,
    engine: &PricingEngine,
    summary: Option<&mut BookSummary>,
) -> Result<Quote, String> {
    let quote = engine.quote(invoice).map_err(|error| error.to_string())?;
    if let Some(summary) = summary {
        let added = summary.add(invoice, &quote);
        added.map_err(|error| error.to_string())?;
    }
    Ok(quote)
}
