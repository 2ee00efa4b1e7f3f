//! What holds of every invoice that a reader took.

use std::collections::HashSet;
use std::fs;

use billing::read::{Book, InputFormat, ReadError};
use billing::render::{Form, render};
use pricing::{Invoice, PricingEngine, Size};
use rust_decimal::Decimal;

/// Where a reader finds its text.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str, text: &[u8]) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

/// The numbers that stand in a text, each in one spelling.
pub(crate) fn numbers(text: &[u8]) -> HashSet<String> {
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let runs = text.split(|byte| !is_of_number(byte));
    runs.map(|run| one_spelling(&String::from_utf8_lossy(run)))
        .collect()
}

pub(crate) fn one_spelling(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let digits = digits.trim_start_matches('0');
    let digits = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    if digits.is_empty() {
        return "0".to_owned();
    }
    format!("{sign}{digits}")
}

fn amounts(invoice: &Invoice) -> Vec<Decimal> {
    let mut amounts = Vec::new();
    for item in invoice.items() {
        amounts.extend([item.unit_price(), item.quantity()]);
    }
    let lines = invoice.items().iter();
    let of_lines = lines.flat_map(|item| item.discounts().iter().chain(item.charges()));
    let all = of_lines.chain(invoice.discounts()).chain(invoice.charges());
    amounts.extend(all.filter_map(|adjustment| match adjustment.size() {
        Size::Amount(amount) => Some(amount),
        Size::Rate(..) => None,
    }));
    amounts.extend(invoice.prepayments().iter().map(|paid| paid.amount));
    amounts
}

/// Every amount stands in the text to its last digit; escapes would hide it.
pub(crate) fn keeps_digits(invoice: &Invoice, text: &[u8]) {
    let has = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    if has("\\u") || has("&#") || has("BaseQuantity") {
        return;
    }
    let written = numbers(text);
    for amount in amounts(invoice) {
        let spelled = one_spelling(&amount.to_string());
        assert!(written.contains(&spelled), "{amount} of {invoice:?}");
    }
}

/// What was read is priced without a panic, and written and read again it is the same.
pub(crate) fn holds(invoice: &Invoice, scratch: &Scratch, engine: &PricingEngine) {
    for engine in [PricingEngine::standard(), engine] {
        drop(engine.quote(invoice));
        drop(engine.trace(invoice));
        if let Ok(rows) = render(invoice, engine, Form::Csv) {
            let again = read(
                &scratch.file("again.csv", rows.as_bytes()),
                InputFormat::Csv,
            );
            assert_eq!(again, std::slice::from_ref(invoice));
        }
    }
    let json = serde_json::to_string(invoice).unwrap();
    assert_eq!(&serde_json::from_str::<Invoice>(&json).unwrap(), invoice);
}

pub(crate) fn read(path: &std::path::Path, format: InputFormat) -> Vec<Invoice> {
    let mut invoices = Vec::new();
    for read in Book::new(vec![path.to_owned()], Some(format)) {
        match read {
            Ok(read) => invoices.push(read.invoice),
            Err(ReadError::Rejected(_)) => {}
            Err(ReadError::Fatal(_)) => break,
        }
    }
    invoices
}

pub(crate) fn engine() -> PricingEngine {
    let rules = r#"{"rounding":{"rule":"shown-amounts"},"taxes":[{"code":"standard","rate":"0.19"},
        {"code":"reduced","rate":"0.07"},{"code":"city","rate":"0.01"},{"code":"zero","rate":"0"}]}"#;
    PricingEngine::new(serde_json::from_str(rules).unwrap())
}
