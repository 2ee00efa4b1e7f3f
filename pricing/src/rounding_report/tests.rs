use super::RoundingReport;
use crate::{Invoice, PricingEngine};

#[test]
fn the_parts_of_a_cent_are_added_up_by_rule() {
    let invoice: Invoice = serde_json::from_str(
        r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":true,"days_overdue":45,
            "items":[{"unit_price":"40.00","quantity":3},{"unit_price":15,"quantity":2}]}"#,
    )
    .unwrap();
    let quote = PricingEngine::standard().quote(&invoice).unwrap();
    let mut report = RoundingReport::default();
    report.add(&quote).unwrap();
    report.add(&quote).unwrap();
    assert_eq!(
        serde_json::to_string(&report).unwrap(),
        concat!(
            r#"{"late fee":{"amounts":2,"gained":"0.0054","lost":"0"},"#,
            r#""tax":{"amounts":2,"gained":"0","lost":"-0.012"},"#,
            r#""total":{"amounts":2,"gained":"0","lost":"-0.0066"}}"#
        )
    );
}
