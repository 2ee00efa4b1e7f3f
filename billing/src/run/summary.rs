//! What a run did, in numbers.

use std::collections::BTreeMap;

use pricing::Currency;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::gateway::{Outcome, Payment};
use crate::repository::{Attempt, InvoiceState, StoredInvoice};

/// So many problems are told one by one; the rest is counted.
const PROBLEMS_MAX: usize = 20;

/// How many, and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many invoices.
    pub count: u64,
    /// How much in each currency, in major units.
    pub amounts: BTreeMap<&'static str, String>,
    #[serde(skip)]
    sums: BTreeMap<&'static str, Decimal>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Charged and paid.
    pub paid: Tally,
    /// Charged and declined, by reason.
    pub declined: BTreeMap<String, Tally>,
    /// Charged, and the outcome is not known yet.
    pub unknown: Tally,
    /// Would be charged; only in a dry run.
    pub would_charge: Tally,
    /// Named, but paid before.
    pub already_paid: u64,
    /// Paid now because nothing was to be paid.
    pub nothing_due: u64,
    /// Could not be charged.
    pub problem_count: u64,
    /// The first of the problems, a sentence each.
    pub problems: Vec<String>,
}

impl Tally {
    fn add(&mut self, amount: Decimal, currency: Currency) {
        self.count += 1;
        let sum = self.sums.entry(currency.code()).or_default();
        *sum = sum.saturating_add(amount);
        self.amounts.insert(currency.code(), sum.to_string());
    }
}

impl Summary {
    /// How many were declined, for whatever reason.
    #[must_use]
    pub fn declined_count(&self) -> u64 {
        self.declined.values().map(|tally| tally.count).sum()
    }

    /// How many invoices the run has dealt with.
    #[must_use]
    pub fn count(&self) -> u64 {
        let sent = self.paid.count + self.declined_count() + self.unknown.count;
        sent + self.already_paid + self.nothing_due + self.problem_count
    }

    pub(super) fn decided(&mut self, attempt: &Attempt, payment: &Payment) {
        let tally = match &payment.outcome {
            Outcome::Approved => &mut self.paid,
            Outcome::Declined(reason) => self.declined.entry(reason.code().to_owned()).or_default(),
        };
        tally.add(attempt.amount.to_decimal(), attempt.amount.currency());
    }

    pub(super) fn unknown(&mut self, attempt: &Attempt) {
        let amount = attempt.amount;
        self.unknown.add(amount.to_decimal(), amount.currency());
    }

    pub(super) fn would_charge(&mut self, amount: Decimal, currency: Currency) {
        if amount.is_zero() {
            self.nothing_due += 1;
        } else {
            self.would_charge.add(amount, currency);
        }
    }

    pub(super) fn would_charge_stored(&mut self, stored: &StoredInvoice) {
        match stored.state {
            InvoiceState::Paid => self.already_paid += 1,
            InvoiceState::Issued | InvoiceState::Declined | InvoiceState::Unknown => {
                self.would_charge(stored.due, stored.currency);
            }
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}
