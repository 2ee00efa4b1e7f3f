//! The program that one would write without Ledgerly: `csv` or `serde_json`, `serde`, `rust_decimal`; one
//! pass over adjacent rows, operators that panic on overflow, rounded once.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use rust_decimal::{Decimal, RoundingStrategy, dec};
use serde::Deserialize;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Row {
    invoice_id: String,
    tier: String,
    loyalty_member: bool,
    days_overdue: u32,
    #[serde(with = "rust_decimal::serde::str")]
    unit_price: Decimal,
    quantity: u32,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields of the file are called so"
)]
struct Invoice {
    invoice_id: String,
    tier: String,
    loyalty_member: bool,
    days_overdue: u32,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(with = "rust_decimal::serde::str")]
    unit_price: Decimal,
    quantity: u32,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = arguments.as_slice() else {
        return Err("usage: books-plain BOOK.csv|BOOK.ndjson TOTALS.csv".into());
    };
    let mut out = BufWriter::new(File::create(output)?);
    writeln!(out, "invoice_id,total")?;
    let extension = Path::new(input).extension();
    if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        of_csv(input, &mut out)?;
    } else {
        of_ndjson(input, &mut out)?;
    }
    Ok(out.flush()?)
}

fn of_csv(input: &str, out: &mut impl Write) -> Result<(), Failure> {
    let mut current: Option<(Row, Decimal)> = None;
    for row in csv::Reader::from_path(input)?.deserialize() {
        let row: Row = row?;
        let amount = row.unit_price * Decimal::from(row.quantity);
        match &mut current {
            Some((head, subtotal)) if head.invoice_id == row.invoice_id => *subtotal += amount,
            _ => {
                if let Some((head, subtotal)) = current.replace((row, amount)) {
                    of_row(&head, subtotal, out)?;
                }
            }
        }
    }
    match current {
        Some((head, subtotal)) => of_row(&head, subtotal, out),
        None => Ok(()),
    }
}

fn of_row(head: &Row, subtotal: Decimal, out: &mut impl Write) -> Result<(), Failure> {
    let total = total(subtotal, &head.tier, head.loyalty_member, head.days_overdue);
    Ok(writeln!(out, "{},{total}", head.invoice_id)?)
}

fn of_ndjson(input: &str, out: &mut impl Write) -> Result<(), Failure> {
    for line in BufReader::new(File::open(input)?).lines() {
        let invoice: Invoice = serde_json::from_str(&line?)?;
        let amounts = invoice.items.iter();
        let amounts = amounts.map(|item| item.unit_price * Decimal::from(item.quantity));
        let total = total(
            amounts.sum(),
            &invoice.tier,
            invoice.loyalty_member,
            invoice.days_overdue,
        );
        writeln!(out, "{},{total}", invoice.invoice_id)?;
    }
    Ok(())
}

fn total(subtotal: Decimal, tier: &str, is_member: bool, days_overdue: u32) -> Decimal {
    let mut amount = subtotal
        * match tier {
            "gold" => dec!(0.85),
            "silver" => dec!(0.95),
            _ => Decimal::ONE,
        };
    if is_member {
        amount *= dec!(0.98);
    }
    amount *= dec!(1.08);
    if days_overdue > 30 {
        amount *= dec!(1.05);
    }
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
