//! `ledgerly refund`, `ledgerly reconcile` and `ledgerly journal`.

use std::path::Path;

use super::args::{JournalOptions, ReconcileOptions, RefundOptions, ReportFormat};
use super::clock;
use super::database;
use super::exit::ExitStatus;
use super::gateway;
use super::invoice::{json, print};
use crate::error::Error;
use crate::refund::{RefundState, refund as refund_once};
use crate::repository::InvoiceRepository;
use crate::run::{Reconciliation, reconcile as compare};
use crate::write::{ListWriter, Target, printable};

/// Gives back what was paid for an invoice.
pub(super) fn refund(options: &RefundOptions) -> Result<ExitStatus, Error> {
    let (mut repository, _lock) = database::open_to_charge(&options.database, "a refund")?;
    let mut gateway = gateway::open(&options.gateway, &options.database)?;
    let id = &options.invoice_id;
    let refunded = refund_once(
        &mut repository,
        gateway.as_mut(),
        id,
        options.amount,
        clock::now(),
    )?;
    let amount = refunded.refund.amount;
    let text = match (options.format, &refunded.state) {
        (ReportFormat::Json, _) => json(&refunded)?,
        (_, RefundState::Refunded { refund }) => {
            format!("{id}: {amount} given back (refund {refund})\n")
        }
        (_, RefundState::Refused { reason }) => {
            format!("{id}: {amount} not given back, {reason}\n")
        }
        (_, RefundState::Unknown) => format!(
            "{id}: unknown whether {amount} was given back, the answer was lost; refund again to find out (it cannot be given back twice)\n"
        ),
    };
    print(&text)?;
    Ok(match refunded.state {
        RefundState::Refunded { .. } => ExitStatus::Done,
        RefundState::Refused { .. } => ExitStatus::Declined,
        RefundState::Unknown => ExitStatus::Unknown,
    })
}

/// Repairs what is unknown and compares every payment with the gateway's.
pub(super) fn reconcile(options: &ReconcileOptions) -> Result<ExitStatus, Error> {
    let (mut repository, _lock) = database::open_to_charge(&options.database, "reconciling")?;
    let mut gateway = gateway::open(&options.gateway, &options.database)?;
    let found = compare(&mut repository, gateway.as_mut(), clock::now())?;
    let text = match options.format {
        ReportFormat::Json => json(&found)?,
        ReportFormat::Table => shown(&found),
    };
    print(&text)?;
    Ok(if !found.differences.is_empty() {
        ExitStatus::Different
    } else if found.still_unknown > 0 {
        ExitStatus::Unknown
    } else {
        ExitStatus::Done
    })
}

fn shown(found: &Reconciliation) -> String {
    let mut text = format!(
        "{} repaired, {} still unknown, {} payments agree, {} differ\n",
        found.repaired,
        found.still_unknown,
        found.agreed,
        found.differences.len()
    );
    if found.of_others > 0 {
        let count = found.of_others;
        let line = format!("{count} payments of other databases at the same gateway\n");
        text.push_str(&line);
    }
    for difference in &found.differences {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
        let (attempt, payment) = (name(&difference.attempt_id), name(&difference.payment_id));
        let line = format!(
            "attempt {attempt}, payment {payment}: {}",
            difference.problem
        );
        text.extend(["  ", &printable(&line), "\n"]);
    }
    text
}

/// Shows balances or postings.
pub(super) fn journal(options: &JournalOptions) -> Result<ExitStatus, Error> {
    let repository = database::open(&options.database)?;
    let failed = |error| Error::io("writing", "the output", error);
    let target = Target::create(Path::new("-"))?;
    let header: &[&str] = if options.postings {
        &["entry", "amount_minor", "currency", "account", "invoice_id"]
    } else {
        &["account", "amount_minor", "currency"]
    };
    let mut writer = ListWriter::new(target, options.format, header);
    if options.postings {
        repository.journal(options.invoice.as_deref(), &mut |posting| {
            let amount = posting.amount_minor.to_string();
            let cells = [
                posting.entry.as_str(),
                &amount,
                &posting.currency,
                &posting.account,
                &posting.invoice_id,
            ];
            writer.row(&cells, &posting).map_err(failed)
        })?;
    } else {
        for balance in repository.balances()? {
            let amount = balance.amount_minor.to_string();
            let cells = [balance.account.as_str(), &amount, &balance.currency];
            writer.row(&cells, &balance).map_err(failed)?;
        }
    }
    writer.finish().map_err(failed)?.publish()?;
    Ok(ExitStatus::Done)
}
