//! Allocations as other billing systems test theirs.

use pricing::{allocate, amount};
use rust_decimal::Decimal;
use serde_json::Value;

/// What went wrong, a line a case. Cases whose publisher does not use largest remainder are left out.
pub(crate) fn failures(cases: &[Value]) -> Vec<String> {
    let flagged = |case: &&Value| case["largest_remainder_lowest_index_gives_same"] == true;
    let tried: Vec<_> = cases.iter().filter(flagged).collect();
    let mut failures: Vec<String> = tried.iter().filter_map(|case| failure(case)).collect();
    if tried.is_empty() {
        failures.push("there is no case to try".to_owned());
    }
    failures
}

fn failure(case: &Value) -> Option<String> {
    let total = Decimal::from(case["total_minor_units"].as_i64()?);
    let texts = case["weights"].as_array()?.iter().filter_map(Value::as_str);
    let weights: Result<Vec<Decimal>, _> = texts.map(amount::parse).collect();
    let expected = case["expected_shares"].as_array()?.iter();
    let expected: Vec<Decimal> = expected
        .filter_map(Value::as_i64)
        .map(Decimal::from)
        .collect();
    let shares = allocate(total, &weights.ok()?, 0);
    (shares.as_ref() != Ok(&expected))
        .then(|| format!("{}: {shares:?}, expected {expected:?}", case["id"]))
}
