//! `ledgerly charge`.

use serde::Serialize;

use super::args::{ChargeOptions, ReportFormat};
use super::clock;
use super::database;
use super::exit::ExitStatus;
use super::gateway;
use super::invoice::{json, print};
use super::run;
use crate::charge::{Charge, ChargeState, charge as charge_once};
use crate::error::Error;
use crate::gateway::{Outcome, Payment};

/// What a program reads of a charge.
#[derive(Serialize)]
struct Report<'a> {
    invoice_id: &'a str,
    state: &'static str,
    /// Whether this command sent a request, or asked after an earlier one.
    sent: bool,
    amount: Option<String>,
    payment_method: Option<String>,
    attempt_id: Option<&'a str>,
    payment_id: Option<&'a str>,
    decline_reason: Option<&'a str>,
}

/// Charges one invoice, or every one that is due.
pub(super) fn charge(options: &ChargeOptions) -> Result<ExitStatus, Error> {
    match &options.invoice_id {
        Some(id) => charge_one(options, id),
        None => run::run(options),
    }
}

fn charge_one(options: &ChargeOptions, id: &str) -> Result<ExitStatus, Error> {
    let (mut repository, _lock) =
        database::open_to_charge(&options.database, "charging an invoice")?;
    let method = options.payment_method.clone();
    gateway::check_method(&options.gateway, &method)?;
    let mut gateway = gateway::open(&options.gateway, &options.database)?;
    let charge = charge_once(&mut repository, gateway.as_mut(), id, method, clock::now())?;
    let text = match options.format {
        ReportFormat::Json => json(&report(id, &charge))?,
        ReportFormat::Table => sentence(id, &charge),
    };
    print(&text)?;
    Ok(match charge.state {
        ChargeState::Paid(_) | ChargeState::AlreadyPaid | ChargeState::NothingDue => {
            ExitStatus::Done
        }
        ChargeState::Declined(_) => ExitStatus::Declined,
        ChargeState::Unknown => ExitStatus::Unknown,
    })
}

fn sentence(id: &str, charge: &Charge) -> String {
    let attempt = charge.attempt.as_ref();
    let amount = attempt
        .map(|attempt| attempt.amount.to_decimal().to_string())
        .unwrap_or_default();
    let method = attempt
        .map(|attempt| attempt.payment_method.to_string())
        .unwrap_or_default();
    let payment = |payment: &Payment| payment.payment_id.clone();
    match &charge.state {
        ChargeState::Paid(paid) => {
            format!(
                "{id}: paid {amount} with {method} (payment {})\n",
                payment(paid)
            )
        }
        ChargeState::AlreadyPaid => format!("{id}: is already paid, nothing was charged\n"),
        ChargeState::NothingDue => {
            format!("{id}: costs nothing, so it is paid; nothing was charged\n")
        }
        ChargeState::Declined(declined) => format!(
            "{id}: declined, {}; {amount} with {method} (payment {}); charge again to try another payment method\n",
            reason(declined).unwrap_or_default(),
            payment(declined)
        ),
        ChargeState::Unknown => format!(
            "{id}: unknown whether {amount} with {method} was charged, the answer was lost; charge again to find out (it cannot be charged twice)\n"
        ),
    }
}

fn report<'a>(invoice_id: &'a str, charge: &'a Charge) -> Report<'a> {
    let attempt = charge.attempt.as_ref();
    let (state, decided) = match &charge.state {
        ChargeState::Paid(payment) => ("paid", Some(payment)),
        ChargeState::AlreadyPaid | ChargeState::NothingDue => ("paid", None),
        ChargeState::Declined(payment) => ("declined", Some(payment)),
        ChargeState::Unknown => ("unknown", None),
    };
    let earlier = attempt.and_then(|attempt| attempt.payment_id.as_deref());
    Report {
        invoice_id,
        state,
        sent: !matches!(
            charge.state,
            ChargeState::AlreadyPaid | ChargeState::NothingDue
        ),
        amount: attempt.map(|attempt| attempt.amount.to_decimal().to_string()),
        payment_method: attempt.map(|attempt| attempt.payment_method.to_string()),
        attempt_id: attempt.map(|attempt| attempt.attempt_id.as_str()),
        payment_id: decided
            .map(|payment| payment.payment_id.as_str())
            .or(earlier),
        decline_reason: decided.and_then(reason),
    }
}

fn reason(payment: &Payment) -> Option<&str> {
    match &payment.outcome {
        Outcome::Approved => None,
        Outcome::Declined(reason) => Some(reason.code()),
    }
}
