//! What can be wrong with a policy, and with asking one for a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A policy that cannot be accepted: which field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct PolicyError {
    /// The path of the field, such as `versions[1].taxes[0].rates`.
    pub field: String,
    /// What is wrong with it and what is allowed.
    pub problem: PolicyProblem,
}

impl PolicyError {
    pub(super) fn at(field: impl Into<String>, problem: PolicyProblem) -> Self {
        Self {
            field: field.into(),
            problem,
        }
    }

    /// The same error, seen from the file that has the version.
    pub(super) fn within(self, version: usize) -> Self {
        Self {
            field: format!("versions[{version}].{}", self.field),
            ..self
        }
    }
}

/// What is wrong with a field of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// A file without a version.
    #[error("the policy has no version (give at least one)")]
    NoVersion,
    /// Something that must have a name has none.
    #[error("the name is empty (give it one)")]
    EmptyName,
    /// Two entries for one tier or one code.
    #[error("{0:?} stands twice (an earlier entry has it; keep one)")]
    Twice(String),
    /// Two versions or rates on one day.
    #[error(
        "overlaps with entry {other}: {}",
        why_overlap(*day)
    )]
    Overlap {
        /// The other entry's place in the list, from 0.
        other: usize,
        /// The first day that both claim.
        day: Date,
    },
    /// A version or rate that ends before it begins.
    #[error("ends on {until}, before it begins on {from} (swap the dates)")]
    EndsBeforeItBegins {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// A version with a date where none can be.
    #[error("a date has no meaning here: give the policy as a file with versions")]
    Dated,
    /// Both ways to give a rate.
    #[error("give one rate, or rates with dates, not both")]
    RateAndRates,
    /// Neither.
    #[error("tax code {0:?} has no rate (write rate = \"0.19\" for 19 %, or rates with dates)")]
    NoRate(String),
    /// A category that bears no tax, with a rate.
    #[error(
        "category {category} bears no tax, but the rate is {rate} (set it to 0, or choose another category)"
    )]
    TaxedExemption {
        /// The category's letters.
        category: String,
        /// The rate in per cent.
        rate: String,
    },
    /// A late fee with both.
    #[error("a late fee is a rate or an amount, not both")]
    RateAndAmount,
    /// A late fee with neither.
    #[error("a late fee needs a rate (0.05 for 5 %) or an amount")]
    NeitherRateNorAmount,
    /// An amount below zero.
    #[error("{0} is below zero (allowed: 0 or more)")]
    NegativeAmount(Decimal),
    /// A minimum above the cap.
    #[error("the minimum {minimum} is above the cap {cap} (swap them)")]
    MinimumAboveCap {
        /// The minimum.
        minimum: Decimal,
        /// The cap.
        cap: Decimal,
    },
    /// A cash step that is not above zero.
    #[error("cash step {0} is not above zero (leave it out when there is none)")]
    NoCashStep(Decimal),
    /// A cash step finer than the minor unit.
    #[error("cash step {step} is not a whole number of minor units of {places} decimal places")]
    FineCashStep {
        /// The step.
        step: Decimal,
        /// The decimal places of the minor unit.
        places: u32,
    },
    /// An amount in an unknown currency, where it matters.
    #[error("the policy has amounts, but no currency (add currency = \"EUR\")")]
    AmountsWithoutCurrency,
    /// A next attempt on the same day, or never in practice.
    #[error("a next attempt after {0} days cannot be planned (allowed: 1 to 365)")]
    RetryDays(u32),
}

/// A day for which a policy has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    /// No version is in effect on that day.
    #[error("policy {name:?} has no version for {date} (in effect: {known})")]
    NoVersion {
        /// The policy's name.
        name: String,
        /// The day asked for.
        date: Date,
        /// The periods that it covers.
        known: String,
    },
    /// Rules change over time, and no day was given.
    #[error(
        "policy {name:?} changes over time, so it needs a day (give the invoice an issue_date, or name a day; in effect: {known})"
    )]
    DateNeeded {
        /// The policy's name.
        name: String,
        /// The periods that it covers.
        known: String,
    },
}

fn why_overlap(day: Date) -> String {
    if day == Date::MIN {
        return "neither has a first day (give the later one its own)".to_owned();
    }
    format!("both are in effect on {day} (end one before the other begins)")
}
