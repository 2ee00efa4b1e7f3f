use super::{BookSummary, Sum, SummaryError};
use crate::{Invoice, PricingEngine};

fn invoice(json: &str) -> Invoice {
    serde_json::from_str(json).unwrap()
}

fn book() -> Vec<Invoice> {
    [
        r#"{"invoice_id":"1","tier":"gold","loyalty_member":true,"days_overdue":45,
            "items":[{"unit_price":"40.00","quantity":3},{"unit_price":15,"quantity":2}]}"#,
        r#"{"invoice_id":"2","tier":"none","loyalty_member":false,"days_overdue":0,"items":[{"unit_price":"0.333","quantity":1}]}"#,
        r#"{"invoice_id":"3","kind":"credit-note","tier":"gold","loyalty_member":false,"days_overdue":0,"items":[{"unit_price":"1.11","quantity":1}]}"#,
        r#"{"invoice_id":"4","currency":"JPY","tier":"","loyalty_member":false,"days_overdue":0,"items":[{"unit_price":"100","quantity":3}]}"#,
        r#"{"invoice_id":"5","currency":"KWD","tier":"","loyalty_member":false,"days_overdue":0,"discounts":[{"rate":"0.1"}],
            "prepayments":[{"amount":"0.125"}],"items":[{"unit_price":"1.0005","quantity":"3"}]}"#,
    ]
    .map(invoice)
    .to_vec()
}

fn summary_of(invoices: &[Invoice]) -> BookSummary {
    let mut summary = BookSummary::default();
    for invoice in invoices {
        let quote = PricingEngine::standard().quote(invoice).unwrap();
        summary.add(invoice, &quote).unwrap();
    }
    summary
}

#[test]
fn each_step_is_added_up_by_currency_and_tier() {
    let summary = summary_of(&book());
    let codes = summary.currencies().iter();
    let codes: Vec<_> = codes
        .map(|of| of.currency.map(crate::Currency::code))
        .collect();
    assert_eq!(codes, [None, Some("JPY"), Some("KWD")]);
    let plain = &summary.currencies()[0];
    assert_eq!(
        (plain.all.invoices, plain.all.credit_notes, plain.all.late),
        (3, 1, 1)
    );
    let gold = &plain.tiers["gold"];
    // 141.69 less 1.11 × 0.85 × 1.08 = 1.02.
    assert_eq!(gold.total.to_string(), "140.67");
    assert_eq!(gold.subtotal.to_string(), "148.89");
    assert_eq!(plain.all.total.to_string(), "141.03");
    assert_eq!(plain.all.late_fee.to_string(), "6.75");
    assert_eq!(summary.currencies()[1].all.total.to_string(), "324");
    assert_eq!(summary.currencies()[2].all.prepaid.to_string(), "0.125");
}

#[test]
fn the_exact_amount_is_the_shown_one_less_what_rounding_moved() {
    let summary = summary_of(&book());
    let plain = &summary.currencies()[0];
    let total = plain
        .rounding
        .by_rule()
        .find(|(rule, _)| *rule == "total")
        .unwrap()
        .1;
    // 141.6933, 0.35964 and -1.018980: together 141.03396 are billed as 141.03.
    let moved = total.gained.plus(total.lost, "").unwrap();
    assert_eq!(moved.to_string(), "-0.00396");
    assert_eq!(summary.rounding().unwrap().by_rule().count(), 6);
}

#[test]
fn a_summary_that_does_not_add_up_is_refused() {
    let json = serde_json::to_string(&summary_of(&book())).unwrap();
    let damaged = json.replacen("140.67", "140.68", 1);
    assert_ne!(json, damaged);
    let read = serde_json::from_str::<BookSummary>(&damaged);
    let problem = read.unwrap_err().to_string();
    assert!(
        problem.starts_with("the sums of the tiers are not"),
        "{problem}"
    );
}

#[test]
fn counts_that_pass_their_limit_are_an_error() {
    let json = serde_json::to_string(&summary_of(&book())).unwrap();
    let json = json.replace("\"late\":1", "\"late\":18446744073709551615");
    let mut summary: BookSummary = serde_json::from_str(&json).unwrap();
    let other = summary.clone();
    assert_eq!(summary.merge(&other), Err(SummaryError::TooMany));
}

#[test]
fn sums_pass_every_limit_of_an_amount() {
    let mut sum = Sum::zero(2);
    for _ in 0..3 {
        sum.add(rust_decimal::Decimal::MAX);
        sum.add("0.0000000000000000000000000001".parse().unwrap());
    }
    assert_eq!(
        sum.to_string(),
        "237684487542793012780631851005.0000000000000000000000000003"
    );
    assert_eq!(sum.to_string().parse(), Ok(sum));
    for refused in [
        "",
        "-",
        "1.",
        ".5",
        "+1",
        "1e3",
        "0.00000000000000000000000000001",
    ] {
        assert!(refused.parse::<Sum>().is_err(), "{refused}");
    }
    assert_eq!("-0.05".parse::<Sum>().unwrap().to_string(), "-0.05");
}
