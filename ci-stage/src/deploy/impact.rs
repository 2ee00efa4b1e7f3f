//! The price-impact gate: the released program and the candidate price the same invoices.

use std::path::Path;
use std::process::Command;

use minijinja::context;
use rust_decimal::Decimal;
use tempfile::TempDir;

use super::environment::Environment;
use super::place::Place;
use super::short;
use crate::artifact::{Artifact, unpack};
use crate::cargo::Workspace;
use crate::cargo::process::{Finished, Streams, run};
use crate::changes::Changes;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::report::{page, write_whole};
use crate::settings::ImpactSettings;

/// So many of the largest changes are shown in a text; the page has all.
const SHOWN: usize = 10;
/// So many bars has the page's histogram.
const BARS: u32 = 12;

/// What the candidate does to what customers pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Impact {
    /// Passed, or waiting for approval.
    pub(super) gate: ExitCode,
    pub(super) report: String,
}

impl Impact {
    fn waits(report: impl Into<String>) -> Self {
        Self {
            gate: ExitCode::WaitingForApproval,
            report: report.into(),
        }
    }
}

/// Prices with both programs and compares. The tables and a page are left in `target/ci/impact`.
pub(super) fn of(
    workspace: &Workspace,
    environment: &Environment,
    place: &mut Place,
    candidate: &Artifact,
) -> Result<Impact, Error> {
    let Some(settings) = &environment.settings.impact else {
        return Err(Error::Usage(format!(
            "environments.{}.impact.price: name the command that prints what the invoices of a \
             book cost",
            environment.name
        )));
    };
    let Some(released) = place.current()? else {
        return Ok(Impact::waits(
            "nothing was released yet, so there is nothing to compare with",
        ));
    };
    let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
    let archive = scratch.path().join("released.tar.zst");
    place.fetch(&released, &archive)?;
    let before = price(workspace, settings, &archive)?;
    let after = price(workspace, settings, &candidate.archive)?;
    if !after.end.success() {
        return Err(Error::Gate(format!(
            "{} does not price the invoices: `{}` ended with {}",
            candidate.title, settings.price, after.end
        )));
    }
    if !before.end.success() {
        return Ok(Impact::waits(format!(
            "the released program {} does not price these invoices, so nothing can be compared",
            short(&released)
        )));
    }
    compare(workspace, settings, &before.output, &after.output)
}

/// Runs the pricing command in an archive's folder.
fn price(
    workspace: &Workspace,
    settings: &ImpactSettings,
    archive: &Path,
) -> Result<Finished, Error> {
    let scratch = TempDir::new().map_err(Error::io("create", &std::env::temp_dir()))?;
    let folder = unpack(archive, scratch.path())?;
    let mut command = Command::new("sh");
    command
        .args(["-c", &settings.price])
        .current_dir(folder)
        .env("CI_STAGE_WORKSPACE", workspace.root());
    run(command, Streams::CaptureStdout, None)
}

fn compare(
    workspace: &Workspace,
    settings: &ImpactSettings,
    before: &str,
    after: &str,
) -> Result<Impact, Error> {
    let file = |name: &str| workspace.target_directory().join("ci/impact").join(name);
    let (old, new) = (file("before.csv"), file("after.csv"));
    write_whole(&old, before)?;
    write_whole(&new, after)?;
    let changes = Changes::between(before, after);
    if let Ok(changes) = &changes {
        write_whole(&file("impact.html"), &html(changes)?)?;
    }
    let gate = match &changes {
        _ if before == after => ExitCode::Passed,
        Ok(changes) => changes.gate(),
        Err(_) => ExitCode::WaitingForApproval,
    };
    let mut report = match &changes {
        Ok(changes) => text(changes, &file("impact.html")),
        Err(why) => untabled(before, after, why),
    };
    if let (Some(own), ExitCode::WaitingForApproval) = (&settings.report, gate) {
        report = own_report(workspace, own, &old, &new)?;
    }
    write_whole(&file("impact.txt"), &report)?;
    Ok(Impact { gate, report })
}

/// What another program says of the two tables; its exit code decides nothing.
fn own_report(workspace: &Workspace, line: &str, old: &Path, new: &Path) -> Result<String, Error> {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    workspace.prepare(&mut command);
    command
        .env("CI_STAGE_BEFORE", old)
        .env("CI_STAGE_AFTER", new);
    Ok(run(command, Streams::Capture, None)?.output)
}

fn untabled(before: &str, after: &str, why: &str) -> String {
    if before == after {
        return "both print the same: nobody pays another amount".into();
    }
    let mut lines = before.lines().zip(after.lines()).zip(1..);
    let first = lines.find(|((old, new), _)| old != new);
    let first = first.map_or_else(
        || "one goes on where the other ends".to_owned(),
        |((old, new), line)| format!("line {line}\n  before: {old}\n  after:  {new}"),
    );
    format!("what they print differs, and is no table of amounts ({why}); first at {first}")
}

fn text(changes: &Changes, page: &Path) -> String {
    if changes.is_none() {
        return changes.to_string();
    }
    let by_size = changes.by_size();
    let mut text = sentence(changes) + "\n";
    let shown = &by_size[..by_size.len().min(SHOWN)];
    if !shown.is_empty() {
        text = text + &changes.table(shown) + "\n";
    }
    if by_size.len() > SHOWN {
        text = format!("{text}and {} smaller ones\n", by_size.len() - SHOWN);
    }
    text + &format!("all of them: {}", page.display())
}

fn sentence(changes: &Changes) -> String {
    let largest = changes.by_size().first().map(|change| change.difference);
    let mut text = format!(
        "{} of {} invoices cost another amount: {} in all, the largest change is {}",
        changes.changed.len(),
        changes.rows,
        signed(changes.total),
        signed(largest.unwrap_or_default()),
    );
    for (what, rows) in [("gone", &changes.gone), ("new", &changes.new)] {
        if let Some(first) = rows.first() {
            let first = first.join(", ");
            text = format!("{text}; {} {what}, the first is {first}", rows.len());
        }
    }
    text
}

fn signed(amount: Decimal) -> String {
    if amount > Decimal::ZERO {
        format!("+{amount}")
    } else {
        amount.to_string()
    }
}

/// A bar of the histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bar {
    from: String,
    to: String,
    count: usize,
    /// Of the highest bar.
    percent: usize,
}

fn html(changes: &Changes) -> Result<String, Error> {
    let rows: Vec<_> = changes
        .by_size()
        .into_iter()
        .map(|change| {
            context! {
                labels => change.labels.clone(),
                before => change.before.to_string(),
                after => change.after.to_string(),
                change => signed(change.difference),
            }
        })
        .collect();
    let verdict = if changes.is_none() {
        changes.to_string()
    } else {
        sentence(changes)
    };
    let bars: Vec<_> = histogram(changes)
        .into_iter()
        .map(
            |Bar {
                 from,
                 to,
                 count,
                 percent,
             }| context! { from, to, count, percent },
        )
        .collect();
    let values = context! {
        style => page::style(include_str!("impact/page.css")),
        verdict => verdict,
        waits => !changes.is_none(),
        bars => bars,
        columns => changes.columns.clone(),
        rows => rows,
        gone => changes.gone.clone(),
        new => changes.new.clone(),
    };
    page::render(include_str!("impact/page.html"), values)
}

/// How many changes are of which size, between the smallest and the largest.
fn histogram(changes: &Changes) -> Vec<Bar> {
    let mut sizes: Vec<Decimal> = changes
        .changed
        .iter()
        .map(|change| change.difference)
        .collect();
    sizes.sort();
    let (Some(&least), Some(&most)) = (sizes.first(), sizes.last()) else {
        return Vec::new();
    };
    let count = if least == most { 1 } else { BARS };
    let width = (most - least) / Decimal::from(count);
    let edge = |number: u32| {
        if number == count {
            most
        } else {
            least + width * Decimal::from(number)
        }
    };
    let mut bars: Vec<(Decimal, Decimal, usize)> =
        (0..count).map(|at| (edge(at), edge(at + 1), 0)).collect();
    for size in sizes {
        let place = bars.iter().position(|(_, end, _)| size < *end);
        let end = bars.len() - 1;
        bars[place.unwrap_or(end)].2 += 1;
    }
    let highest = bars
        .iter()
        .map(|(_, _, count)| *count)
        .max()
        .unwrap_or(1)
        .max(1);
    let shown = |amount: Decimal| signed(amount.round_dp(2));
    bars.into_iter()
        .map(|(from, to, count)| Bar {
            from: shown(from),
            to: shown(to),
            count,
            percent: count * 100 / highest,
        })
        .collect()
}

#[cfg(test)]
mod tests;
