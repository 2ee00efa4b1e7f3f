//! `ledgerly policy`.

use std::path::Path;

use jiff::civil::Date;
use pricing::Policy;
use pricing::policy::{Period, RawLateFee, RawPolicy};
use serde::Serialize;

use super::args::{
    DiffOptions, PolicyCheckOptions, PolicyCommand, PolicyInitOptions, PolicyShowOptions,
    ReportFormat,
};
use super::exit::ExitStatus;
use super::invoice::{json, print};
use crate::error::Error;
use crate::policy::{self, Difference, Rules, differences};
use crate::write::{Align, Target, aligned};

/// Runs `ledgerly policy`.
pub(super) fn run(command: &PolicyCommand) -> Result<ExitStatus, Error> {
    match command {
        PolicyCommand::Show(options) => show(options),
        PolicyCommand::Check(options) => check(options),
        PolicyCommand::Init(options) => init(options),
        PolicyCommand::Diff(options) => diff(options),
        PolicyCommand::Schema => print(policy::SCHEMA),
    }
}

/// A policy as a program reads it.
#[derive(Serialize)]
struct Shown<'a> {
    policy: &'a Policy,
    hash: &'a str,
}

fn show(options: &PolicyShowOptions) -> Result<ExitStatus, Error> {
    let rules = Rules::load(options.policy.as_deref(), options.as_of)?;
    let policy = resolved(&rules)?;
    print(&match options.format {
        ReportFormat::Json => json(&Shown {
            policy,
            hash: &policy.id().hash,
        })?,
        ReportFormat::Table => table(policy),
    })
}

fn resolved(rules: &Rules) -> Result<&Policy, Error> {
    let engine = rules.timeline().engine_on(rules.as_of());
    let engine = engine.map_err(|error| Error::Usage(error.to_string()))?;
    Ok(engine.policy())
}

fn table(policy: &Policy) -> String {
    let raw = RawPolicy::from(policy.clone());
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    row("hash", policy.id().hash.clone());
    row("rounding", raw.rounding.to_string());
    if let Some(currency) = raw.currency {
        row("currency", currency.to_string());
    }
    if let Some(step) = raw.cash_step {
        row("smallest coin", step.to_string());
    }
    for listed in &raw.tiers {
        row(
            &format!("tier {}", listed.tier),
            format!("{} of {}", listed.rate, listed.base),
        );
    }
    if let Some(loyalty) = &raw.loyalty {
        row("loyalty", format!("{} of {}", loyalty.rate, loyalty.base));
    }
    for tax in policy.taxes() {
        let category = tax.category.letters();
        row(
            &format!("tax {}", tax.code),
            format!("{} ({}, {category})", tax.rate, tax.name),
        );
    }
    if raw.prices_include_tax {
        row("prices", "include tax".to_owned());
    }
    if let Some(fee) = &raw.late_fee {
        row("late fee", late_fee(fee));
    }
    row("dunning", dunning(policy));
    let title = format!("Policy {}\n\n", policy.id().name);
    title + &aligned(rows, &[Align::Left, Align::Left])
}

fn dunning(policy: &Policy) -> String {
    let days = &policy.dunning().retry_after_days;
    let Some((last, earlier)) = days.split_last() else {
        return "a declined charge is not tried again".to_owned();
    };
    let earlier = earlier.iter().map(|days| format!("{days}, then "));
    let days = earlier.collect::<String>() + &last.to_string();
    format!("a declined charge is tried again after {days} days")
}

fn late_fee(fee: &RawLateFee) -> String {
    let rate = fee.rate.map(|rate| rate.to_string());
    let fixed = || fee.amount.map(|amount| amount.to_string());
    let size = rate.or_else(fixed).unwrap_or_default();
    let minimum = fee.minimum.map(|minimum| format!(", at least {minimum}"));
    let cap = fee.cap.map(|cap| format!(", at most {cap}"));
    format!(
        "{size} when more than {} days overdue{}{}",
        fee.after_days,
        minimum.unwrap_or_default(),
        cap.unwrap_or_default()
    )
}

/// One period of a checked policy.
#[derive(Serialize)]
struct CheckedPeriod<'a> {
    from: Option<Date>,
    until: Option<Date>,
    hash: &'a str,
}

fn check(options: &PolicyCheckOptions) -> Result<ExitStatus, Error> {
    let timeline = policy::read(&options.policy)?;
    let periods = timeline.periods().iter().map(|period| CheckedPeriod {
        from: period.from,
        until: period.until,
        hash: &period.engine.policy().id().hash,
    });
    print(&match options.format {
        ReportFormat::Json => json(&periods.collect::<Vec<_>>())?,
        ReportFormat::Table => {
            let file = options.policy.display();
            let rows = timeline.periods().iter().map(period_row).collect();
            let columns = [Align::Left, Align::Left];
            format!("{file}: policy {:?} is valid\n\n", timeline.name()) + &aligned(rows, &columns)
        }
    })
}

fn period_row(period: &Period) -> Vec<String> {
    vec![period.to_string(), period.engine.policy().id().hash.clone()]
}

fn init(options: &PolicyInitOptions) -> Result<ExitStatus, Error> {
    let path: &Path = &options.file;
    if path.as_os_str() != "-" && path.exists() {
        return Err(Error::Usage(format!(
            "{} exists already (name another file, or remove it)",
            path.display()
        )));
    }
    let mut target = Target::create(path)?;
    std::io::Write::write_all(&mut target, policy::standard_file().as_bytes())
        .map_err(|error| Error::io("writing", path.display(), error))?;
    target.publish()?;
    Ok(ExitStatus::Done)
}

fn diff(options: &DiffOptions) -> Result<ExitStatus, Error> {
    let (before, after) = match options.policies.as_slice() {
        [after] => (None, after),
        [before, after] => (Some(before.as_path()), after),
        _ => {
            return Err(Error::Usage(
                "diff compares two policies (give one or two files)".to_owned(),
            ));
        }
    };
    let before = Rules::load(before, None)?;
    let before = before.timeline().engine_on(options.as_of);
    let before = before
        .map_err(|error| Error::Usage(error.to_string()))?
        .policy()
        .clone();
    let after = Rules::load(Some(after), options.as_of)?;
    let found = differences(&before, resolved(&after)?);
    print(&match options.format {
        ReportFormat::Json => json(&found)?,
        ReportFormat::Table if found.is_empty() => "the rules are the same\n".to_owned(),
        ReportFormat::Table => aligned(
            found.iter().map(difference_row).collect(),
            &[Align::Left, Align::Left, Align::Left, Align::Left],
        ),
    })?;
    Ok(if found.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Different
    })
}

fn difference_row(difference: &Difference) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    vec![
        difference.field.clone(),
        value(&difference.before),
        "→".to_owned(),
        value(&difference.after),
    ]
}
