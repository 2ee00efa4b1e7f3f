use rust_decimal::{Decimal, dec};

use crate::{Invoice, Policy, PricingEngine, Quote};

fn quote() -> Quote {
    let invoice: Invoice = serde_json::from_str(
        r#"{"invoice_id":"I","tier":"gold","loyalty_member":true,"days_overdue":31,"items":[
            {"unit_price":"9.99","quantity":3},{"unit_price":"0.35","quantity":"7","tax":"reduced"}]}"#,
    )
    .unwrap();
    let policy: Policy = serde_json::from_str(
        r#"{"rounding":{"rule":"shown-amounts"},"tiers":[{"tier":"gold","rate":"0.15"}],
            "loyalty":{"rate":"0.02"},"late_fee":{"rate":"0.05","after_days":30},
            "taxes":[{"code":"standard","rate":"0.19"},{"code":"reduced","rate":"0.07"}]}"#,
    )
    .unwrap();
    PricingEngine::new(policy).quote(&invoice).unwrap()
}

#[test]
fn the_credits_of_all_parts_come_to_the_invoice() {
    let quote = quote();
    let parts: Vec<Vec<Decimal>> = (0..3)
        .map(|part| vec![dec!(1), if part == 0 { dec!(3) } else { dec!(2) }])
        .collect();
    let credits = quote.credits(&parts).unwrap();
    let totals: Vec<Decimal> = credits.iter().map(|credit| credit.total).collect();
    assert_eq!(totals.iter().sum::<Decimal>(), quote.total.amount);
    let lines: Decimal = credits.iter().flat_map(|credit| &credit.lines).sum();
    assert_eq!(lines, quote.subtotal.amount);
    assert_eq!(totals, [dec!(11.41), dec!(11.04), dec!(11.03)]);
}

#[test]
fn what_is_kept_is_not_credited() {
    let credits = quote()
        .credits(&[vec![dec!(0), dec!(0)], vec![dec!(3), dec!(0)]])
        .unwrap();
    assert_eq!(credits[0].total, dec!(0));
    assert_eq!(credits[1].lines, [dec!(29.97), dec!(0)]);
}

#[test]
fn more_than_was_sold_cannot_be_taken_back() {
    let refused = |parts: &[Vec<Decimal>]| quote().credits(parts).unwrap_err().to_string();
    assert_eq!(
        refused(&[vec![dec!(2), dec!(0)], vec![dec!(1.5), dec!(0)]]),
        "line 0: 3.5 are taken back, but only 3 were sold"
    );
    assert_eq!(
        refused(&[vec![dec!(1)]]),
        "part 0 has 1 quantities, but the invoice has 2 lines (give one for each)"
    );
}
