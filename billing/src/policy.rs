//! Policies from files: TOML or JSON, each mistake with its file, line and field.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use pricing::policy::{RawPolicyFile, Timeline};
use pricing::{Invoice, Policy, PricingEngine, TimelineError};

use crate::error::{BadInput, Error};
use crate::read::fault::{self, Fault};
use crate::read::place::line_of;

mod allowed;
mod diff;
mod toml;

pub use diff::{Difference, differences};

/// The JSON Schema of policy files.
pub const SCHEMA: &str = include_str!("../schemas/policy.schema.json");

/// The rules under which a command prices: a policy with all its versions, and perhaps a day.
#[derive(Clone, Debug)]
pub struct Rules {
    timeline: Timeline,
    as_of: Option<Date>,
}

impl Rules {
    /// The policy in `file`, or the standard policy; with `as_of`, that day counts for every invoice
    /// instead of its own day of issue.
    pub fn load(file: Option<&Path>, as_of: Option<Date>) -> Result<Self, Error> {
        let timeline = match file {
            Some(file) => read(file)?,
            None => Timeline::constant(Policy::standard()),
        };
        if as_of.is_some() {
            let engine = timeline.engine_on(as_of);
            engine.map_err(|error| Error::Usage(error.to_string()))?;
        }
        Ok(Self { timeline, as_of })
    }

    /// The standard policy, for every day.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            timeline: Timeline::constant(Policy::standard()),
            as_of: None,
        }
    }

    /// The engine for an invoice that is issued on `date`.
    pub fn engine_on(&self, date: Option<Date>) -> Result<&PricingEngine, TimelineError> {
        self.timeline.engine_on(self.as_of.or(date))
    }

    /// The engine for `invoice`.
    pub fn engine_for(&self, invoice: &Invoice) -> Result<&PricingEngine, TimelineError> {
        self.engine_on(invoice.issue_date())
    }

    /// The policy with all its versions.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The hashes of the rules, one a period; of the day that was asked for alone.
    #[must_use]
    pub fn hashes(&self) -> Vec<String> {
        let hash = |engine: &PricingEngine| engine.policy().id().hash.clone();
        let of_day = self.as_of.map(|date| self.timeline.engine_on(Some(date)));
        if let Some(Ok(engine)) = of_day {
            return vec![hash(engine)];
        }
        let periods = self.timeline.periods().iter();
        periods.map(|period| hash(&period.engine)).collect()
    }

    /// The day that was asked for.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }
}

/// Reads a policy file: JSON by its extension, otherwise TOML.
pub fn read(path: &Path) -> Result<Timeline, Error> {
    let raw = read_raw(path)?;
    let text = raw.text;
    Timeline::try_from(raw.file).map_err(|error| {
        let line = text.line_of(&error.field);
        bad_input(path, line, Some(error.field), error.problem.to_string())
    })
}

/// The file of the standard policy, as `ledgerly policy init` writes it.
#[must_use]
pub fn standard_file() -> &'static str {
    include_str!("../examples/standard-policy.toml")
}

struct Raw {
    file: RawPolicyFile,
    text: Text,
}

/// A policy's text, in which the line of a field can be found.
enum Text {
    Json(String),
    Toml(Box<toml::Toml>),
}

impl Text {
    fn line_of(&self, field: &str) -> Option<u64> {
        match self {
            Self::Json(json) => Some(line_of(json, field) + 1),
            Self::Toml(toml) => toml.line_of(field),
        }
    }
}

fn read_raw(path: &Path) -> Result<Raw, Error> {
    let text = fs::read_to_string(path)
        .map_err(|error| bad_input(path, None, None, format!("cannot be read: {error}")))?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let (text, json) = if is_json {
        (Text::Json(text.clone()), text)
    } else {
        let toml = toml::Toml::parse(text)
            .map_err(|(line, problem)| bad_input(path, line, None, problem))?;
        let json = toml.to_json();
        (Text::Toml(Box::new(toml)), json)
    };
    let refused = |fault: Fault| {
        let line = match &text {
            Text::Json(_) => Some(fault.line_below + 1),
            Text::Toml(toml) => toml.line_of(fault.field.as_deref().unwrap_or_default()),
        };
        bad_input(path, line, fault.field, fault.problem)
    };
    let file = fault::parse(&json, allowed::allowed_in).map_err(refused)?;
    Ok(Raw { file, text })
}

fn bad_input(path: &Path, line: Option<u64>, field: Option<String>, problem: String) -> Error {
    let file = path.display().to_string();
    BadInput {
        file,
        line,
        field,
        problem,
    }
    .into()
}

#[cfg(test)]
mod tests;
