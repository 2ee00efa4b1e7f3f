//! `ledgerly invoice import|list|show`.

use std::io::Write;
use std::path::Path;

use pricing::{DocumentKind, PricingEngine};

use super::args::{ImportOptions, ListOptions, ReportFormat, ShowOptions};
use super::clock;
use super::exit::ExitStatus;
use crate::error::{BadInput, Error};
use crate::read::{Book, ReadError, ReadInvoice};
use crate::repository::{
    Attempt, ImportCount, InvoiceRepository, NewInvoice, SqliteRepository, StoredInvoice,
};
use crate::write::{Align, ListWriter, Target, aligned, quote_table, temporary_beside};

/// Prices the invoices of files and keeps them, all or none.
pub(super) fn import(options: &ImportOptions) -> Result<ExitStatus, Error> {
    let database = &options.database.database;
    let count = if database.exists() {
        import_into(SqliteRepository::open(database)?, options)?
    } else {
        // A new database appears with its invoices, or not at all.
        let aside = temporary_beside(database)
            .map_err(|error| Error::io("creating", database.display(), error))?;
        let count = import_into(SqliteRepository::create(aside.path())?, options)?;
        aside
            .persist_noclobber(database)
            .map_err(|error| Error::io("creating", database.display(), error.error))?;
        count
    };
    let text = match options.format {
        ReportFormat::Json => json(&count)?,
        ReportFormat::Table => {
            let (imported, unchanged) = (count.imported, count.unchanged);
            format!("{imported} imported, {unchanged} already there and unchanged\n")
        }
    };
    print(&text)
}

/// Closes the repository behind it, so that its file is whole.
fn import_into(
    mut repository: SqliteRepository,
    options: &ImportOptions,
) -> Result<ImportCount, Error> {
    let mut book = Book::new(options.inputs.clone(), options.input_format);
    let mut priced = std::iter::from_fn(|| {
        book.next().map(|read| match read {
            Ok(read) => priced(&book, read),
            Err(ReadError::Rejected(bad)) => Err(bad.into()),
            Err(ReadError::Fatal(error)) => Err(error),
        })
    });
    repository.import(&mut priced)
}

/// Lists invoices with total and state.
pub(super) fn list(options: &ListOptions) -> Result<ExitStatus, Error> {
    let repository = SqliteRepository::open(&options.database.database)?;
    let target = Target::create(Path::new("-"))?;
    let mut writer = ListWriter::new(target, options.format, &["invoice_id", "total", "state"]);
    let failed = |error| Error::io("writing", "the output", error);
    repository.list(options.state, &mut |summary| {
        let total = summary.total.to_string();
        let cells = [summary.invoice_id.as_str(), &total, summary.state.name()];
        writer.row(&cells, &summary).map_err(failed)
    })?;
    writer.finish().map_err(failed)?.publish()?;
    Ok(ExitStatus::Done)
}

/// Shows one invoice with its quote, its state and its attempts.
pub(super) fn show(options: &ShowOptions) -> Result<ExitStatus, Error> {
    let repository = SqliteRepository::open(&options.database.database)?;
    let stored = repository.find(&options.invoice_id)?.ok_or_else(|| {
        Error::Usage(format!(
            "there is no invoice {:?} in {} (see them with ledgerly invoice list)",
            options.invoice_id,
            options.database.database.display()
        ))
    })?;
    let text = match options.format {
        ReportFormat::Json => json(&stored)?,
        ReportFormat::Table => shown(&stored)?,
    };
    print(&text)
}

fn priced(book: &Book, read: ReadInvoice) -> Result<NewInvoice, Error> {
    let (invoice, line) = (read.invoice, read.line);
    let id = invoice.invoice_id();
    if invoice.kind() == DocumentKind::CreditNote {
        let problem = format!("{id:?} is a credit note, which nobody is charged (import invoices)");
        return Err(book.bad_input(line, Some("kind"), problem).into());
    }
    match PricingEngine::standard().quote(&invoice) {
        Ok(quote) => Ok(NewInvoice {
            total: quote.total.amount,
            due: quote.due,
            currency: quote.currency.map_or_else(clock::standard_currency, Ok)?,
            due_on: clock::due_on(&invoice),
            file: book.file().to_owned(),
            line,
            invoice,
        }),
        Err(error) => {
            let problem = format!("invoice {id:?} cannot be priced: {error}");
            Err(book.bad_input(line, None, problem).into())
        }
    }
}

fn shown(stored: &StoredInvoice) -> Result<String, Error> {
    let quote = PricingEngine::standard()
        .quote(&stored.invoice)
        .map_err(|error| BadInput {
            file: stored.invoice.invoice_id().to_owned(),
            line: None,
            field: None,
            problem: error.to_string(),
        })?;
    let table = quote_table(&quote);
    let mut text = format!("{table}\nState: {}\n", stored.state.name());
    if !stored.attempts.is_empty() {
        let columns = [
            Align::Left,
            Align::Right,
            Align::Left,
            Align::Left,
            Align::Left,
        ];
        text += "\nAttempts\n\n";
        text += &aligned(stored.attempts.iter().map(attempt_row).collect(), &columns);
    }
    Ok(text)
}

fn attempt_row(attempt: &Attempt) -> Vec<String> {
    let decided = match (&attempt.payment_id, &attempt.decline_reason) {
        (Some(payment), Some(reason)) => format!("{payment}: {reason}"),
        (Some(payment), None) => payment.clone(),
        (None, _) => "no answer yet".to_owned(),
    };
    vec![
        attempt.attempt_id.clone(),
        attempt.amount.to_decimal().to_string(),
        attempt.payment_method.to_string(),
        attempt.state.name().to_owned(),
        decided,
    ]
}

/// `value` as one JSON object on a line.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    let text = serde_json::to_string(value);
    text.map(|text| text + "\n")
        .map_err(|error| Error::io("writing", "the output", error.into()))
}

/// Prints a result.
pub(super) fn print(text: &str) -> Result<ExitStatus, Error> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(|error| Error::io("writing", "<stdout>", error))?;
    Ok(ExitStatus::Done)
}
