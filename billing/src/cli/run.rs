//! `ledgerly charge --all|--due-before|--ids`: a billing run.

use super::args::{ChargeOptions, ReportFormat};
use super::clock;
use super::database;
use super::exit::ExitStatus;
use super::gateway;
use super::invoice::{json, print};
use super::progress;
use crate::error::Error;
use crate::gateway::PaymentGateway;
use crate::run::{
    Overlap, RateLimit, RunOptions, Selection, Summary, Tally, count, dry_run, run as run_billing,
};
use crate::write::{Align, aligned, printable};

/// Charges what is selected, or says what would be charged.
pub(super) fn run(options: &ChargeOptions) -> Result<ExitStatus, Error> {
    let run_options = run_options(options);
    if options.dry_run {
        let repository = database::open(&options.database)?;
        let summary = dry_run(&repository, &run_options, clock::now())?;
        print(&shown(options, &summary)?)?;
        return Ok(status(&summary));
    }
    gateway::check_method(&options.gateway, &options.payment_method)?;
    let (mut repository, _lock) = database::open_to_charge(&options.database, "a billing run")?;
    let gateways = 0..options.concurrency.get();
    let gateways = gateways.map(|_| gateway::open(&options.gateway, &options.database));
    let mut gateways: Vec<Box<dyn PaymentGateway + Send>> = gateways.collect::<Result<_, _>>()?;
    let bar = progress::over_invoices();
    if !bar.is_hidden() {
        bar.set_length(count(&repository, &run_options, clock::now())?);
    }
    let mut last = Summary::default();
    let ended = run_billing(
        &mut repository,
        &mut gateways,
        &run_options,
        &clock::now,
        &mut |summary| {
            bar.set_position(summary.count());
            last.clone_from(summary);
        },
    );
    bar.finish_and_clear();
    // Also a run that failed has charged what it has charged.
    let summary = ended.as_ref().unwrap_or(&last);
    if ended.is_ok() || summary.count() > 0 {
        print(&shown(options, summary)?)?;
    }
    ended.map(|summary| status(&summary))
}

fn run_options(options: &ChargeOptions) -> RunOptions {
    RunOptions {
        selection: if options.ids.is_empty() {
            Selection::Due(options.due_before)
        } else {
            Selection::Ids(options.ids.clone())
        },
        payment_method: options.payment_method.clone(),
        batch: options.batch.get().into(),
        rate: options.rate.map(RateLimit::per_second),
        overlap: Overlap::Threads,
    }
}

fn status(summary: &Summary) -> ExitStatus {
    if summary.unknown.count > 0 {
        ExitStatus::Unknown
    } else if summary.declined_count() > 0 {
        ExitStatus::Declined
    } else if summary.problem_count > 0 {
        ExitStatus::Rejects
    } else {
        ExitStatus::Done
    }
}

fn shown(options: &ChargeOptions, summary: &Summary) -> Result<String, Error> {
    if options.format == ReportFormat::Json {
        return json(summary);
    }
    let mut rows = Vec::new();
    let mut row = |what: &str, tally: &Tally| {
        if tally.count > 0 {
            let amounts = tally
                .amounts
                .iter()
                .map(|(code, sum)| format!("{sum} {code}"));
            let amounts = amounts.collect::<Vec<_>>().join(", ");
            rows.push(vec![what.to_owned(), tally.count.to_string(), amounts]);
        }
    };
    row("would charge", &summary.would_charge);
    row("paid", &summary.paid);
    for (reason, tally) in &summary.declined {
        row(&format!("declined, {reason}"), tally);
    }
    row("unknown", &summary.unknown);
    for (what, count) in [
        ("already paid", summary.already_paid),
        ("nothing to be paid", summary.nothing_due),
        ("not charged", summary.problem_count),
    ] {
        if count > 0 {
            rows.push(vec![what.to_owned(), count.to_string(), String::new()]);
        }
    }
    if rows.is_empty() {
        return Ok("nothing to charge\n".to_owned());
    }
    let mut text = aligned(rows, &[Align::Left, Align::Right, Align::Right]);
    for problem in &summary.problems {
        text.extend(["  ", &printable(problem), "\n"]);
    }
    Ok(text)
}
