//! A repository and a gateway between which the process can die: before a call has its effect, or
//! after it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use billing::Error;
use billing::gateway::{
    ChargeRequest, DeclineReason, FakeGateway, GatewayError, Outcome, Payment, PaymentGateway,
    PaymentMethod, PaymentPage, RefundRequest, Refunded,
};
use billing::repository::{
    Attempt, Balance, Begun, BegunRefund, Collected, Decision, DueInvoice, DueQuery, ImportCount,
    InvoiceRepository, InvoiceState, InvoiceSummary, LateFee, NewInvoice, OverdueInvoice, Posting,
    Refund, Repository, StoredInvoice, WantedCharge,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Bug;

/// The points at which the process dies. Each call has two: before and after its effect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crashes {
    at: Arc<Vec<u64>>,
    passed: Arc<AtomicU64>,
    is_dead: Arc<AtomicBool>,
}

impl Crashes {
    pub(crate) fn at(at: Vec<u64>) -> Self {
        Self {
            at: Arc::new(at),
            ..Self::default()
        }
    }

    /// How many points were passed.
    pub(crate) fn count(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// The next process.
    pub(crate) fn reborn(&self) {
        self.is_dead.store(false, Ordering::Relaxed);
    }

    /// Whether the process goes on. A dead one does nothing any more.
    fn goes_on(&self) -> bool {
        if !self.is_dead.load(Ordering::Relaxed) {
            let point = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
            if self.at.contains(&point) {
                self.is_dead.store(true, Ordering::Relaxed);
            }
        }
        !self.is_dead.load(Ordering::Relaxed)
    }

    fn around<T, E>(&self, dead: fn() -> E, call: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if !self.goes_on() {
            return Err(dead());
        }
        let done = call();
        if self.goes_on() { done } else { Err(dead()) }
    }
}

fn dead() -> Error {
    Error::Usage("the process is dead".to_owned())
}

/// A failure that stops a run at once.
fn dead_gateway() -> GatewayError {
    GatewayError::Unreachable("the process is dead".to_owned())
}

pub(crate) struct CrashingRepository<'a> {
    pub(crate) inner: &'a mut Repository,
    pub(crate) crashes: Crashes,
    pub(crate) bug: Option<Bug>,
}

impl CrashingRepository<'_> {
    /// The planted bug: what is only begun is recorded as paid.
    fn assume_paid<'a>(
        &mut self,
        begun: impl Iterator<Item = &'a Begun>,
        now: i64,
    ) -> Result<(), Error> {
        if self.bug != Some(Bug::RecordBeforeSend) {
            return Ok(());
        }
        let decisions = begun.filter_map(|begun| match begun {
            Begun::New(attempt) => Some(Decision {
                attempt: attempt.clone(),
                payment: Payment {
                    payment_id: "assumed".to_owned(),
                    outcome: Outcome::Approved,
                },
                known_at: now,
            }),
            _ => None,
        });
        self.record(&decisions.collect::<Vec<_>>())?;
        Ok(())
    }
}

impl InvoiceRepository for CrashingRepository<'_> {
    fn import(
        &mut self,
        book: &mut dyn Iterator<Item = Result<NewInvoice, Error>>,
    ) -> Result<ImportCount, Error> {
        self.inner.import(book)
    }

    fn list(
        &self,
        state: Option<InvoiceState>,
        each: &mut dyn FnMut(InvoiceSummary) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.inner.list(state, each)
    }

    fn find(&self, invoice_id: &str) -> Result<Option<StoredInvoice>, Error> {
        self.inner.find(invoice_id)
    }

    fn due_count(&self, query: &DueQuery) -> Result<u64, Error> {
        self.inner.due_count(query)
    }

    fn due(&self, query: &DueQuery) -> Result<Vec<DueInvoice>, Error> {
        self.crashes.around(dead, || self.inner.due(query))
    }

    fn begin_attempts(&mut self, wanted: &[WantedCharge], now: i64) -> Result<Vec<Begun>, Error> {
        let (inner, crashes) = (&mut self.inner, &self.crashes);
        let begun = crashes.around(dead, || inner.begin_attempts(wanted, now))?;
        self.assume_paid(begun.iter(), now)?;
        Ok(begun)
    }

    fn take_over(&mut self) -> Result<u64, Error> {
        self.inner.take_over()
    }

    fn begin_due(
        &mut self,
        query: &DueQuery,
        payment_method: &PaymentMethod,
        now: i64,
    ) -> Result<Vec<(DueInvoice, Begun)>, Error> {
        let (inner, crashes) = (&mut self.inner, &self.crashes);
        let begun = crashes.around(dead, || inner.begin_due(query, payment_method, now))?;
        self.assume_paid(begun.iter().map(|(_, begun)| begun), now)?;
        Ok(begun)
    }

    fn open_attempts(&self, after: &str, limit: usize) -> Result<Vec<Attempt>, Error> {
        self.crashes
            .around(dead, || self.inner.open_attempts(after, limit))
    }

    fn attempt(&self, attempt_id: &str) -> Result<Option<Attempt>, Error> {
        self.inner.attempt(attempt_id)
    }

    fn record(&mut self, decisions: &[Decision]) -> Result<usize, Error> {
        let (inner, crashes) = (&mut self.inner, &self.crashes);
        crashes.around(dead, || inner.record(decisions))
    }

    fn begin_refund(
        &mut self,
        invoice_id: &str,
        amount: Option<Decimal>,
        now: i64,
    ) -> Result<BegunRefund, Error> {
        let (inner, crashes) = (&mut self.inner, &self.crashes);
        crashes.around(dead, || inner.begin_refund(invoice_id, amount, now))
    }

    fn open_refunds(&self) -> Result<Vec<Refund>, Error> {
        self.inner.open_refunds()
    }

    fn overdue(&self, as_of: Date, after: i64, limit: usize) -> Result<Vec<OverdueInvoice>, Error> {
        self.inner.overdue(as_of, after, limit)
    }

    fn raise_late_fees(&mut self, fees: &[LateFee]) -> Result<Vec<bool>, Error> {
        self.inner.raise_late_fees(fees)
    }

    fn record_refund(&mut self, refund: &Refund, answer: &Refunded) -> Result<(), Error> {
        let (inner, crashes) = (&mut self.inner, &self.crashes);
        crashes.around(dead, || inner.record_refund(refund, answer))
    }

    fn done_refunds(&self, attempt_id: &str) -> Result<Vec<Refund>, Error> {
        self.inner.done_refunds(attempt_id)
    }

    fn fail_refund(&mut self, refund_id: &str, reason: &str) -> Result<bool, Error> {
        self.inner.fail_refund(refund_id, reason)
    }

    fn database_id(&self) -> Result<String, Error> {
        self.inner.database_id()
    }

    fn adopt(&mut self, database_id: &str) -> Result<(), Error> {
        self.inner.adopt(database_id)
    }

    fn balances(&self) -> Result<Vec<Balance>, Error> {
        self.inner.balances()
    }

    fn journal(
        &self,
        invoice_id: Option<&str>,
        each: &mut dyn FnMut(Posting) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.inner.journal(invoice_id, each)
    }

    fn collected(&self, each: &mut dyn FnMut(Collected) -> Result<(), Error>) -> Result<(), Error> {
        self.inner.collected(each)
    }
}

pub(crate) struct CrashingGateway {
    pub(crate) inner: Arc<Mutex<FakeGateway>>,
    pub(crate) crashes: Crashes,
    pub(crate) bug: Option<Bug>,
}

impl CrashingGateway {
    fn around<T>(
        &mut self,
        call: impl FnOnce(&mut FakeGateway) -> Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        self.crashes.around(dead_gateway, || {
            let inner = self.inner.lock();
            inner.map_or_else(|_| Err(dead_gateway()), |mut inner| call(&mut inner))
        })
    }
}

impl PaymentGateway for CrashingGateway {
    fn charge(&mut self, request: &ChargeRequest) -> Result<Payment, GatewayError> {
        let mut request = request.clone();
        if self.bug == Some(Bug::NewKeyOnRetry) {
            request.attempt_id = format!("{}-{}", request.attempt_id, self.crashes.count());
        }
        match self.around(|inner| inner.charge(&request)) {
            Err(error) if error.leaves_unknown() && self.bug == Some(Bug::UnknownIsDeclined) => {
                Ok(Payment {
                    payment_id: "assumed".to_owned(),
                    outcome: Outcome::Declined(DeclineReason::of_code("processing_error")),
                })
            }
            answer => answer,
        }
    }

    fn find(&mut self, request: &ChargeRequest) -> Result<Option<Payment>, GatewayError> {
        self.around(|inner| inner.find(request))
    }

    fn refund(&mut self, request: &RefundRequest) -> Result<Refunded, GatewayError> {
        self.around(|inner| inner.refund(request))
    }

    fn find_refund(&mut self, request: &RefundRequest) -> Result<Option<Refunded>, GatewayError> {
        if self.bug == Some(Bug::OldRefundIsSentAgain) {
            return Ok(None);
        }
        self.around(|inner| inner.find_refund(request))
    }

    fn payments(&mut self, after: Option<&str>) -> Result<PaymentPage, GatewayError> {
        self.around(|inner| inner.payments(after))
    }
}
