//! `ledgerly invoice import|list|show`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use pricing::{DocumentKind, Policy, PolicyId, PricingEngine, Quote};
use serde::Serialize;

use super::args::{ImportOptions, ListOptions, ReportFormat, ShowOptions};
use super::clock;
use super::database;
use super::exit::ExitStatus;
use crate::error::{BadInput, Error};
use crate::policy::Rules;
use crate::read::{Book, ReadError, ReadInvoice};
use crate::repository::{
    Attempt, ImportCount, InvoiceRepository, NewInvoice, Repository, StoredInvoice,
};
use crate::write::{Align, ListWriter, Target, aligned, printable, quote_table, temporary_beside};

/// Prices the invoices of files and keeps them, all or none.
pub(super) fn import(options: &ImportOptions) -> Result<ExitStatus, Error> {
    let file = &options.database.database;
    let imported = if database::url(&options.database)?.is_some() || file.exists() {
        import_into(database::open(&options.database)?, options)?
    } else {
        // A new database appears with its invoices, or not at all.
        let failed = |error| Error::io("creating", file.display(), error);
        let aside = temporary_beside(file).map_err(failed)?;
        let imported = import_into(Repository::create(aside.path())?, options)?;
        aside
            .persist_noclobber(file)
            .map_err(|error| failed(error.error))?;
        imported
    };
    let text = match options.format {
        ReportFormat::Json => json(&imported)?,
        ReportFormat::Table => {
            let ImportCount {
                imported: new,
                unchanged,
            } = imported.count;
            let mut text = format!("{new} imported, {unchanged} already there and unchanged\n");
            for policy in &imported.policies {
                text.extend(["priced under ", &printable(&policy.to_string()), "\n"]);
            }
            text
        }
    };
    print(&text)
}

/// What an import did, and under which policies.
#[derive(Serialize)]
struct Imported {
    #[serde(flatten)]
    count: ImportCount,
    policies: Vec<PolicyId>,
}

/// Closes the repository behind it, so that its file is whole.
fn import_into(mut repository: Repository, options: &ImportOptions) -> Result<Imported, Error> {
    let rules = options.rules.load()?;
    let book = Book::new(options.inputs.clone(), options.input_format);
    let mut book = options.rules.applied_to(book, &rules);
    let mut last = None;
    let mut policies: Vec<PolicyId> = Vec::new();
    let mut priced = std::iter::from_fn(|| {
        let priced = match book.next()? {
            Ok(read) => priced(&book, read, &rules, &mut last),
            Err(ReadError::Rejected(bad)) => Err(bad.into()),
            Err(ReadError::Fatal(error)) => Err(error),
        };
        if let Ok(new) = &priced
            && !policies.contains(new.policy.id())
        {
            policies.push(new.policy.id().as_ref().clone());
        }
        Some(priced)
    });
    let count = repository.import(&mut priced)?;
    Ok(Imported { count, policies })
}

/// Lists invoices with total and state.
pub(super) fn list(options: &ListOptions) -> Result<ExitStatus, Error> {
    let repository = database::open(&options.database)?;
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
    let repository = database::open(&options.database)?;
    let stored = repository.find(&options.invoice_id)?.ok_or_else(|| {
        Error::Usage(format!(
            "there is no invoice {:?} in the database (see them with ledgerly invoice list)",
            options.invoice_id
        ))
    })?;
    let quote = quoted(&stored, options)?;
    let text = match options.format {
        ReportFormat::Json => json(&Shown {
            stored: &stored,
            policy: stored.policy.id(),
            quote: &quote,
        })?,
        ReportFormat::Table => shown(&stored, &quote),
    };
    print(&text)
}

/// The invoice with its price; `last` is the policy of the one before, mostly the same.
fn priced(
    book: &Book,
    read: ReadInvoice,
    rules: &Rules,
    last: &mut Option<Arc<Policy>>,
) -> Result<NewInvoice, Error> {
    let (invoice, line) = (read.invoice, read.line);
    let id = invoice.invoice_id();
    if invoice.kind() == DocumentKind::CreditNote {
        let problem = format!("{id:?} is a credit note, which nobody is charged (import invoices)");
        return Err(book.bad_input(line, Some("kind"), problem).into());
    }
    let unpriced = |error: String| {
        let problem = format!("invoice {id:?} cannot be priced: {error}");
        Error::from(book.bad_input(line, None, problem))
    };
    let engine = rules
        .engine_for(&invoice)
        .map_err(|error| unpriced(error.to_string()))?;
    let quote = engine
        .quote(&invoice)
        .map_err(|error| unpriced(error.to_string()))?;
    let policy = match last {
        Some(policy) if policy.id() == engine.policy().id() => Arc::clone(policy),
        _ => Arc::clone(last.insert(Arc::new(engine.policy().clone()))),
    };
    Ok(NewInvoice {
        total: quote.total.amount,
        policy,
        due: quote.due,
        currency: quote.currency.map_or_else(clock::standard_currency, Ok)?,
        due_on: clock::due_on(&invoice),
        file: book.file().to_owned(),
        line,
        invoice,
    })
}

/// The quote of a stored invoice: under the rules that it was issued under, or under those that are
/// asked for.
fn quoted(stored: &StoredInvoice, options: &ShowOptions) -> Result<Quote, Error> {
    let invoice = &stored.invoice;
    let refused = |problem: String| BadInput {
        file: invoice.invoice_id().to_owned(),
        line: None,
        field: None,
        problem,
    };
    let other = options.policy.as_deref();
    let other = other.map(|file| Rules::load(Some(file), options.as_of));
    let quote = match other.transpose()? {
        None => PricingEngine::new(stored.policy.clone()).quote(invoice),
        Some(rules) => rules
            .engine_for(invoice)
            .map_err(|error| refused(error.to_string()))?
            .quote(invoice),
    };
    Ok(quote.map_err(|error| refused(error.to_string()))?)
}

/// A stored invoice with its quote.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    stored: &'a StoredInvoice,
    policy: &'a PolicyId,
    quote: &'a Quote,
}

fn shown(stored: &StoredInvoice, quote: &Quote) -> String {
    let named = |policy: &PolicyId| printable(&policy.to_string()).into_owned();
    let (issued_under, table) = (stored.policy.id(), quote_table(quote));
    let mut text = format!("{table}\nPolicy: {}\n", named(&quote.policy));
    if quote.policy != *issued_under {
        let (policy, total, due) = (named(issued_under), stored.total, stored.due);
        let line = format!("Issued under {policy} at {total}, of which {due} is to be paid\n");
        text.push_str(&line);
    }
    if let Some(fee) = &stored.late_fee {
        let (amount, day, due) = (fee.amount, fee.raised_on, stored.due);
        let line = format!("Late fee of {amount} raised on {day}: {due} to be paid\n");
        text.push_str(&line);
    }
    text.extend(["State: ", stored.state.name(), "\n"]);
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
    text
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
