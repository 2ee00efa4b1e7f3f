//! Replaying explanations: every amount computed again, by its own formula and by the engine.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use pricing::policy::RawPolicy;
use pricing::{Invoice, Policy, PricingEngine, RawDocument, Trace};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{BadInput, Error};
use crate::read::fault;
use crate::read::records::{CutError, Records};

/// An explanation as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExplanation {
    invoice: RawDocument,
    policy: RawPolicy,
    quote: Value,
    trace: Trace,
}

/// An explanation that was replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The invoice.
    pub invoice_id: String,
    /// The total to which the trace leads, or the first thing that does not agree.
    pub total: Result<Decimal, String>,
    /// How many amounts were computed again.
    pub amounts: usize,
}

/// Replays each explanation of the file at `path` (`-` is standard input): JSON or NDJSON as
/// `ledgerly explain` writes it.
pub fn replay(
    path: &Path,
    seen: &mut impl FnMut(Replayed) -> Result<(), Error>,
) -> Result<(), Error> {
    let is_stdin = path.as_os_str() == "-";
    let file = if is_stdin {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let bytes: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| Error::io("reading", &file, error))?)
    };
    let is_lines = path
        .extension()
        .is_some_and(|extension| extension == "ndjson" || extension == "jsonl");
    let input = BufReader::new(bytes);
    let mut records = if is_lines {
        Records::lines(input)
    } else {
        Records::document(input)
    };
    let mut record = Vec::new();
    let bad = |line, field, problem| BadInput {
        file: file.clone(),
        line: Some(line),
        field,
        problem,
    };
    loop {
        let line = match records.read(&mut record) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(CutError::Io(error)) => return Err(Error::io("reading", &file, error)),
            Err(CutError::Torn(line, problem)) => return Err(bad(line, None, problem).into()),
        };
        let json = String::from_utf8_lossy(&record);
        let raw: RawExplanation = fault::parse(&json, |_| "allowed: what ledgerly explain writes")
            .map_err(|fault| bad(line + fault.line_below, fault.field, fault.problem))?;
        seen(replayed(raw))?;
    }
}

fn replayed(raw: RawExplanation) -> Replayed {
    Replayed {
        invoice_id: raw.trace.invoice_id.clone(),
        amounts: raw.trace.entries.len(),
        total: checked(raw),
    }
}

/// By the formulas of the trace, and then by the engine under the policy that stands beside it.
fn checked(raw: RawExplanation) -> Result<Decimal, String> {
    let total = raw.trace.replay().map_err(|error| error.to_string())?;
    let policy = Policy::try_from(raw.policy).map_err(|error| format!("policy: {error}"))?;
    let (stated, found) = (&raw.trace.policy.hash, &policy.id().hash);
    if stated != found {
        return Err(format!(
            "policy: its hash is {found}, but the trace was made under {stated}"
        ));
    }
    let invoice = Invoice::try_from(raw.invoice).map_err(|error| format!("invoice: {error}"))?;
    let engine = PricingEngine::new(policy);
    let failed = |error: pricing::PricingError| format!("pricing again failed: {error}");
    let trace = engine.trace(&invoice).map_err(failed)?;
    if trace != raw.trace {
        return Err("the invoice, priced again under this policy, has another trace".to_owned());
    }
    let quote = engine.quote(&invoice).map_err(failed)?;
    if serde_json::to_value(quote).ok() != Some(raw.quote) {
        return Err("the invoice, priced again under this policy, has another quote".to_owned());
    }
    Ok(total)
}
