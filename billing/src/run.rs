//! A billing run: every invoice that is due is charged, whatever fails on the way.
//!
//! Intents are stored a batch at a time before anything of it is sent, and results a batch at a time
//! after. A run that was interrupted is resumed by the next one: what was stored is resolved under its
//! own keys first.

mod batch;
mod rate;
mod reconcile;
mod summary;

use jiff::civil::Date;

use crate::charge::dunning;
use crate::error::Error;
use crate::gateway::{GatewayError, PaymentGateway, PaymentMethod};
use crate::repository::{Attempt, Begun, DueQuery, InvoiceRepository, WantedCharge};
use batch::{Job, Sent};

pub use rate::RateLimit;
pub(crate) use reconcile::request_of;
pub use reconcile::{Difference, Reconciliation, reconcile};
pub use summary::{Summary, Tally};

/// Which invoices a run charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All that are due; with a day, only those that are to be paid before it.
    Due(Option<Date>),
    /// These.
    Ids(Vec<String>),
}

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// What is charged.
    pub selection: Selection,
    /// With what.
    pub payment_method: PaymentMethod,
    /// How many intents are stored in one commit.
    pub batch: usize,
    /// How many charges are sent a second, at most.
    pub rate: Option<RateLimit>,
}

/// The gateways that charges are sent through, each by a thread of its own.
pub type Gateways<'a> = [Box<dyn PaymentGateway + Send + 'a>];

/// A run in progress.
struct Run<'a, 'g, R: InvoiceRepository + ?Sized> {
    repository: &'a mut R,
    gateways: &'a mut Gateways<'g>,
    options: &'a RunOptions,
    clock: &'a dyn Fn() -> i64,
    progress: &'a mut dyn FnMut(&Summary),
    summary: Summary,
}

/// Charges what is selected. `clock` tells the seconds since 1970, `progress` is told after each batch.
///
/// An error ends the run after everything that is known was recorded, so that the next run goes on
/// from there.
pub fn run<R: InvoiceRepository + ?Sized>(
    repository: &mut R,
    gateways: &mut Gateways<'_>,
    options: &RunOptions,
    clock: &dyn Fn() -> i64,
    progress: &mut dyn FnMut(&Summary),
) -> Result<Summary, Error> {
    let mut run = Run {
        repository,
        gateways,
        options,
        clock,
        progress,
        summary: Summary::default(),
    };
    run.resolve_open()?;
    match &options.selection {
        Selection::Due(before) => run.charge_due(*before)?,
        Selection::Ids(ids) => {
            for ids in ids.chunks(options.batch.max(1)) {
                run.charge_batch(ids)?;
            }
        }
    }
    Ok(run.summary)
}

/// What a run would charge, without charging or storing anything.
pub fn dry_run<R: InvoiceRepository + ?Sized>(
    repository: &R,
    options: &RunOptions,
    now: i64,
) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let before = match &options.selection {
        Selection::Due(before) => *before,
        Selection::Ids(ids) => {
            for id in ids {
                let found = repository.find(id)?;
                let stored = found.ok_or_else(|| Error::no_such_invoice(id))?;
                summary.would_charge_stored(&stored);
            }
            return Ok(summary);
        }
    };
    let mut query = query_of(options, before, now);
    loop {
        let due = repository.due(&query)?;
        let Some(last) = due.last() else {
            return Ok(summary);
        };
        query.after = last.sequence;
        for invoice in &due {
            summary.would_charge(invoice.amount, invoice.currency);
        }
    }
}

fn query_of(options: &RunOptions, due_before: Option<Date>, now: i64) -> DueQuery {
    DueQuery {
        due_before,
        now,
        after: 0,
        limit: options.batch.max(1),
    }
}

impl<R: InvoiceRepository + ?Sized> Run<'_, '_, R> {
    /// Finds out what became of the attempts that earlier runs left open.
    fn resolve_open(&mut self) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let open = self
                .repository
                .open_attempts(&after, self.options.batch.max(1))?;
            let Some(last) = open.last() else {
                return Ok(());
            };
            after.clone_from(&last.attempt_id);
            self.send(open.into_iter().map(Job::Resolve).collect())?;
        }
    }

    fn charge_due(&mut self, before: Option<Date>) -> Result<(), Error> {
        let mut query = query_of(self.options, before, (self.clock)());
        loop {
            let due = self.repository.due(&query)?;
            let Some(last) = due.last() else {
                return Ok(());
            };
            query.after = last.sequence;
            let ids: Vec<_> = due.into_iter().map(|invoice| invoice.invoice_id).collect();
            self.charge_batch(&ids)?;
        }
    }

    fn charge_batch(&mut self, ids: &[String]) -> Result<(), Error> {
        let wanted: Vec<_> = ids
            .iter()
            .map(|invoice_id| WantedCharge {
                invoice_id: invoice_id.clone(),
                payment_method: self.options.payment_method.clone(),
            })
            .collect();
        let begun = self.repository.begin_attempts(&wanted, (self.clock)())?;
        let mut jobs = Vec::new();
        for (begun, id) in begun.into_iter().zip(ids) {
            match begun {
                Begun::New(attempt) => jobs.push(Job::Send(attempt)),
                // Resolved at the start, and still unknown: asking again at once does not help.
                Begun::Open(_) => {}
                Begun::AlreadyPaid(_) => self.summary.already_paid += 1,
                Begun::NothingDue => self.summary.nothing_due += 1,
                Begun::NotChargeable { amount, currency } => self.summary.problem(format!(
                    "{id}: {}",
                    GatewayError::NotChargeable { amount, currency }
                )),
                Begun::NoSuchInvoice => {
                    self.summary.problem(Error::no_such_invoice(id).to_string());
                }
            }
        }
        self.send(jobs)
    }

    /// Sends a batch, and records what is known of it even when the gateway failed on the way.
    fn send(&mut self, jobs: Vec<Job>) -> Result<(), Error> {
        let rate = self.options.rate.as_ref();
        let (sent, failure) = batch::send(self.gateways, jobs, rate, self.clock);
        let mut decisions = Vec::with_capacity(sent.len());
        for Sent { attempt, answer } in sent {
            match answer {
                Ok(payment) => {
                    self.summary.decided(&attempt, &payment);
                    decisions.push(dunning::decision(attempt, payment, (self.clock)()));
                }
                Err(error) => self.left_unknown(&attempt, &error),
            }
        }
        self.repository.record(&decisions)?;
        (self.progress)(&self.summary);
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn left_unknown(&mut self, attempt: &Attempt, error: &GatewayError) {
        self.summary.unknown(attempt);
        if !error.leaves_unknown() {
            self.summary
                .problem(format!("{}: {error}", attempt.invoice_id));
        }
    }
}
