//! The repository in SQL: the same statements for every database.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use jiff::civil::Date;
use pricing::amount;
use rust_decimal::Decimal;

use super::database::{Database, Row, first, transaction};
use super::postgres::{PostgresDatabase, PostgresUrl};
use super::sqlite::SqliteDatabase;
use super::{
    Attempt, Balance, Begun, BegunRefund, Collected, Decision, DueInvoice, DueQuery, ImportCount,
    InvoiceRepository, InvoiceState, InvoiceSummary, LateFee, NewInvoice, OverdueInvoice, Posting,
    Refund, RepositoryError, StoredInvoice, WantedCharge,
};
use crate::error::Error;
use crate::gateway::{PaymentMethod, Refunded};

mod attempts;
mod charging;
mod check;
mod due;
mod issued;
mod journal;
mod overdue;
mod refunds;
mod rows;

/// Invoices in a database: a `SQLite` file, or `PostgreSQL`.
pub struct Repository {
    pub(super) database: Box<dyn Database + Send>,
}

impl Repository {
    /// The repository in the file at `path`, made when it is missing.
    pub fn create(path: &Path) -> Result<Self, RepositoryError> {
        Ok(Self::on(SqliteDatabase::create(path)?))
    }

    /// The repository in the file at `path`, which must be there.
    pub fn open(path: &Path) -> Result<Self, RepositoryError> {
        if !path.exists() {
            let path = path.display().to_string();
            return Err(RepositoryError::Missing { path });
        }
        Self::create(path)
    }

    /// A repository that forgets when it is dropped.
    pub fn in_memory() -> Result<Self, RepositoryError> {
        Ok(Self::on(SqliteDatabase::in_memory()?))
    }

    /// A copy in memory, with the same name: neither sees what becomes of the other. A simulation
    /// starts each of its runs with one.
    ///
    /// # Errors
    /// [`Error::Usage`] for `PostgreSQL`.
    pub fn forked(&self) -> Result<Self, Error> {
        let database = self.database.forked()?;
        Ok(Self { database })
    }

    /// The repository in a `PostgreSQL` database; its tables are made, or brought up to date, when
    /// `is_owner`, and must be there otherwise.
    pub fn connect(url: &PostgresUrl, is_owner: bool) -> Result<Self, Error> {
        Ok(Self::on(PostgresDatabase::connect(url, is_owner)?))
    }

    pub(super) fn on(database: impl Database + Send + 'static) -> Self {
        Self {
            database: Box::new(database),
        }
    }

    fn database(&self) -> &dyn Database {
        self.database.as_ref()
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Repository").finish_non_exhaustive()
    }
}

impl InvoiceRepository for Repository {
    fn import(
        &mut self,
        book: &mut dyn Iterator<Item = Result<NewInvoice, Error>>,
    ) -> Result<ImportCount, Error> {
        let database = self.database();
        transaction(database, || {
            let mut count = ImportCount::default();
            let mut policies = HashSet::new();
            for new in book {
                let new = new?;
                let hash = &new.policy.id().hash;
                if !policies.contains(hash) {
                    issued::keep_policy(database, &new.policy)?;
                    policies.insert(hash.clone());
                }
                if issued::insert(database, &new)? {
                    count.imported += 1;
                } else {
                    count.unchanged += 1;
                }
            }
            Ok(count)
        })
    }

    fn list(
        &self,
        state: Option<InvoiceState>,
        each: &mut dyn FnMut(InvoiceSummary) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = "SELECT invoice_id, total, state FROM invoices \
                   WHERE CAST(?1 AS TEXT) IS NULL OR state = ?1 ORDER BY sequence";
        let state = state.map(InvoiceState::name);
        self.database
            .query(sql, &[state.into()], &mut |row| each(summary_of(row)?))
    }

    fn find(&self, invoice_id: &str) -> Result<Option<StoredInvoice>, Error> {
        let database = self.database();
        let Some(invoice) = issued::invoice(database, invoice_id)? else {
            return Ok(None);
        };
        let sql = "SELECT invoice_id, total, state FROM invoices WHERE invoice_id = ?1";
        let summary = first(database, sql, &[invoice_id.into()], summary_of)?;
        let owed = due::owed(database, invoice_id)?;
        let policy = issued::policy(database, invoice_id)?;
        let late_fee = overdue::raised(database, invoice_id)?;
        let attempts = attempts::of_invoice(database, invoice_id)?;
        Ok(summary.zip(owed).map(|(summary, owed)| StoredInvoice {
            invoice,
            policy,
            total: summary.total,
            due: owed.amount,
            currency: owed.currency,
            late_fee,
            state: summary.state,
            attempts,
        }))
    }

    fn due(&self, query: &DueQuery) -> Result<Vec<DueInvoice>, Error> {
        due::select(self.database(), query, "")
    }

    fn due_count(&self, query: &DueQuery) -> Result<u64, Error> {
        due::count(self.database(), query)
    }

    fn begin_due(
        &mut self,
        query: &DueQuery,
        payment_method: &PaymentMethod,
        now: i64,
    ) -> Result<Vec<(DueInvoice, Begun)>, Error> {
        let database = self.database();
        transaction(database, || {
            let due = due::select(database, query, database.skip_locked())?;
            charging::begin_due(database, due, payment_method, now)
        })
    }

    fn overdue(&self, as_of: Date, after: i64, limit: usize) -> Result<Vec<OverdueInvoice>, Error> {
        overdue::select(self.database(), as_of, after, limit)
    }

    fn raise_late_fees(&mut self, fees: &[LateFee]) -> Result<Vec<bool>, Error> {
        let database = self.database();
        let raise = |fee| overdue::raise(database, fee);
        transaction(database, || fees.iter().map(raise).collect())
    }

    fn begin_attempts(&mut self, wanted: &[WantedCharge], now: i64) -> Result<Vec<Begun>, Error> {
        let database = self.database();
        let begin = |wanted| charging::begin(database, wanted, now);
        transaction(database, || wanted.iter().map(begin).collect())
    }

    fn take_over(&mut self) -> Result<u64, Error> {
        Ok(self.database.take_over()?)
    }

    fn open_attempts(&self, after: &str, limit: usize) -> Result<Vec<Attempt>, Error> {
        attempts::open(self.database(), after, limit)
    }

    fn attempt(&self, attempt_id: &str) -> Result<Option<Attempt>, Error> {
        attempts::find(self.database(), attempt_id)
    }

    fn record(&mut self, decisions: &[Decision]) -> Result<usize, Error> {
        let database = self.database();
        transaction(database, || charging::decide_all(database, decisions))
    }

    fn begin_refund(
        &mut self,
        invoice_id: &str,
        amount: Option<Decimal>,
        now: i64,
    ) -> Result<BegunRefund, Error> {
        let database = self.database();
        transaction(database, || {
            refunds::begin(database, invoice_id, amount, now)
        })
    }

    fn open_refunds(&self) -> Result<Vec<Refund>, Error> {
        refunds::open(self.database())
    }

    fn record_refund(&mut self, refund: &Refund, answer: &Refunded) -> Result<(), Error> {
        let database = self.database();
        transaction(database, || {
            let is_new = refunds::decide(database, refund, answer)?;
            if is_new && matches!(answer, Refunded::Done(_)) {
                refunds::post_given_back(database, refund)?;
            }
            Ok(())
        })
    }

    fn done_refunds(&self, attempt_id: &str) -> Result<Vec<Refund>, Error> {
        refunds::done(self.database(), attempt_id)
    }

    fn fail_refund(&mut self, refund_id: &str, reason: &str) -> Result<bool, Error> {
        let database = self.database();
        transaction(database, || refunds::fail(database, refund_id, reason))
    }

    fn database_id(&self) -> Result<String, Error> {
        attempts::database_id(self.database())
    }

    fn adopt(&mut self, database_id: &str) -> Result<(), Error> {
        let sql = "UPDATE settings SET value = ?1 WHERE name = 'database_id'";
        self.database.execute(sql, &[database_id.into()])?;
        Ok(())
    }

    fn balances(&self) -> Result<Vec<Balance>, Error> {
        journal::balances(self.database())
    }

    fn journal(
        &self,
        invoice_id: Option<&str>,
        each: &mut dyn FnMut(Posting) -> Result<(), Error>,
    ) -> Result<(), Error> {
        journal::each(self.database(), invoice_id, each)
    }

    fn collected(&self, each: &mut dyn FnMut(Collected) -> Result<(), Error>) -> Result<(), Error> {
        refunds::each_collected(self.database(), each)
    }
}

fn summary_of(row: &dyn Row) -> Result<InvoiceSummary, RepositoryError> {
    Ok(InvoiceSummary {
        invoice_id: row.text(0)?,
        total: decimal(row.text(1)?)?,
        state: state(row.text(2)?)?,
    })
}

fn decimal(text: String) -> Result<Decimal, RepositoryError> {
    amount::parse(&text).map_err(|_| corrupt("amount", text))
}

fn state(name: String) -> Result<InvoiceState, RepositoryError> {
    InvoiceState::of_name(&name).ok_or_else(|| corrupt("state", name))
}

fn corrupt(what: &'static str, value: String) -> RepositoryError {
    RepositoryError::Corrupt { what, value }
}

/// As many rows as a query may give, in the number that SQL counts with.
fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
