//! A billing run: every invoice that is due is charged, whatever fails on the way.
//!
//! Intents are stored a batch at a time before anything of it is sent, and results a batch at a time
//! after. A run that was interrupted is resumed by the next one: what was stored is resolved under its
//! own keys first.

mod batch;
mod overlap;
mod rate;
mod reconcile;
mod summary;

use std::collections::HashSet;

use jiff::civil::Date;

use crate::error::Error;
use crate::gateway::{GatewayError, PaymentGateway, PaymentMethod};
use crate::repository::{Attempt, Begun, Decision, DueQuery, InvoiceRepository, WantedCharge};
use batch::{Came, Job, Sent};

pub use overlap::Overlap;
pub use rate::RateLimit;
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
    /// How storing and sending overlap.
    pub overlap: Overlap,
}

/// The gateways that charges are sent through, each by a thread of its own.
pub type Gateways<'a> = [Box<dyn PaymentGateway + Send + 'a>];

/// A run in progress.
struct Run<'a, R: InvoiceRepository + ?Sized> {
    repository: &'a mut R,
    options: &'a RunOptions,
    clock: &'a dyn Fn() -> i64,
    progress: &'a mut dyn FnMut(&Summary),
    summary: Summary,
    /// Attempts that are counted as unknown, and invoices that cannot be charged: once is enough.
    told: HashSet<String>,
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
        options,
        clock,
        progress,
        summary: Summary::default(),
        told: HashSet::new(),
    };
    run.resolve_open(gateways)?;
    match &options.selection {
        Selection::Due(before) => run.charge_all_due(gateways, *before)?,
        Selection::Ids(ids) => {
            for ids in ids.chunks(options.batch.max(1)) {
                run.charge_named(gateways, ids)?;
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

/// How many invoices a run is to charge, as far as that is known before it begins.
pub fn count<R: InvoiceRepository + ?Sized>(
    repository: &R,
    options: &RunOptions,
    now: i64,
) -> Result<u64, Error> {
    match &options.selection {
        Selection::Due(before) => repository.due_count(&query_of(options, *before, now)),
        Selection::Ids(ids) => Ok(ids.len() as u64),
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

impl<R: InvoiceRepository + ?Sized> Run<'_, R> {
    /// Finds out what became of the attempts that were left open, by earlier runs or by workers that
    /// died; false when nobody died.
    fn resolve_open(&mut self, gateways: &mut Gateways<'_>) -> Result<bool, Error> {
        let has_taken = self.repository.take_over()? > 0;
        let mut after = String::new();
        loop {
            let mut open = self
                .repository
                .open_attempts(&after, self.options.batch.max(1))?;
            let Some(last) = open.last() else {
                return Ok(has_taken);
            };
            after.clone_from(&last.attempt_id);
            // Asking again at once does not help.
            open.retain(|attempt| !self.told.contains(&attempt.attempt_id));
            self.send(gateways, Job::Resolve, open)?;
        }
    }

    /// Charges what is due, then what workers leave that die meanwhile.
    fn charge_all_due(
        &mut self,
        gateways: &mut Gateways<'_>,
        before: Option<Date>,
    ) -> Result<(), Error> {
        loop {
            let count = self.summary.count();
            self.charge_due(gateways, before)?;
            let has_taken = self.resolve_open(gateways)?;
            if !has_taken && self.summary.count() == count {
                return Ok(());
            }
        }
    }

    fn charge_due(
        &mut self,
        gateways: &mut Gateways<'_>,
        before: Option<Date>,
    ) -> Result<(), Error> {
        let options = self.options;
        let mut query = query_of(options, before, (self.clock)());
        let mut begun = self.begin_due(&mut query)?;
        let mut came = Came::default();
        while let Some(attempts) = begun {
            let (now, last) = ((self.clock)(), std::mem::take(&mut came));
            let send = || batch::send(gateways, Job::Send, attempts, options.rate.as_ref(), now);
            let store = || {
                self.record(last)?;
                self.begin_due(&mut query)
            };
            let (answers, stored) = options.overlap.both(send, store);
            came = answers;
            begun = match stored {
                // A gateway that failed is not asked for the next batch.
                Ok(next) => next.filter(|_| came.failure.is_none()),
                Err(error) => {
                    // The first error tells what is wrong; what came is recorded if it can be.
                    drop(self.record(came));
                    return Err(error);
                }
            };
        }
        self.record(came)
    }

    /// Stores the intents of the next batch; `None` when nothing is due any more.
    fn begin_due(&mut self, query: &mut DueQuery) -> Result<Option<Vec<Attempt>>, Error> {
        let now = (self.clock)();
        let method = &self.options.payment_method;
        let begun = self.repository.begin_due(query, method, now)?;
        let Some((last, _)) = begun.last() else {
            return Ok(None);
        };
        query.after = last.sequence;
        let named = begun
            .into_iter()
            .map(|(due, begun)| (due.invoice_id, begun));
        Ok(Some(self.new_attempts(named)))
    }

    fn charge_named(&mut self, gateways: &mut Gateways<'_>, ids: &[String]) -> Result<(), Error> {
        let wanted = ids.iter().map(|invoice_id| WantedCharge {
            invoice_id: invoice_id.clone(),
            payment_method: self.options.payment_method.clone(),
        });
        let wanted: Vec<_> = wanted.collect();
        let begun = self.repository.begin_attempts(&wanted, (self.clock)())?;
        let new = self.new_attempts(ids.iter().cloned().zip(begun));
        self.send(gateways, Job::Send, new)
    }

    /// The attempts that are to be sent; what became of the other invoices is counted.
    fn new_attempts(&mut self, begun: impl Iterator<Item = (String, Begun)>) -> Vec<Attempt> {
        let mut new = Vec::new();
        for (id, begun) in begun {
            match begun {
                Begun::New(attempt) => new.push(attempt),
                // Resolved at the start, and still unknown: asking again at once does not help.
                Begun::Open(_) => {}
                Begun::AlreadyPaid(_) => self.summary.already_paid += 1,
                Begun::NothingDue => self.summary.nothing_due += 1,
                Begun::NotChargeable { amount, currency } => {
                    let problem = GatewayError::NotChargeable { amount, currency };
                    if self.told.insert(id.clone()) {
                        self.summary.problem(format!("{id}: {problem}"));
                    }
                }
                Begun::NoSuchInvoice => {
                    self.summary
                        .problem(Error::no_such_invoice(&id).to_string());
                }
            }
        }
        new
    }

    fn send(
        &mut self,
        gateways: &mut Gateways<'_>,
        job: Job,
        attempts: Vec<Attempt>,
    ) -> Result<(), Error> {
        let rate = self.options.rate.as_ref();
        let came = batch::send(gateways, job, attempts, rate, (self.clock)());
        self.record(came)
    }

    /// Records what is known of a batch, also when the gateway failed on the way.
    fn record(&mut self, came: Came) -> Result<(), Error> {
        let mut decisions = Vec::with_capacity(came.sent.len());
        for Sent { attempt, answer } in came.sent {
            match answer {
                Ok(payment) => {
                    self.summary.decided(&attempt, &payment);
                    decisions.push(Decision {
                        attempt,
                        payment,
                        known_at: (self.clock)(),
                    });
                }
                Err(error) => self.left_unknown(&attempt, &error),
            }
        }
        if !decisions.is_empty() {
            self.repository.record(&decisions)?;
        }
        (self.progress)(&self.summary);
        match came.failure {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn left_unknown(&mut self, attempt: &Attempt, error: &GatewayError) {
        self.told.insert(attempt.attempt_id.clone());
        self.summary.unknown(attempt);
        if !error.leaves_unknown() {
            self.summary
                .problem(format!("{}: {error}", attempt.invoice_id));
        }
    }
}
