use rust_decimal::{Decimal, dec};

use crate::{Invoice, PricingEngine, Quote, RawInvoice, RawLineItem};

fn quote(tier: &str, loyalty_member: bool, days_overdue: i64, prices: &[Decimal]) -> Quote {
    let items = prices.iter().map(|&unit_price| RawLineItem {
        sku: "A".to_owned(),
        unit_price,
        quantity: dec!(1),
    });
    let invoice = Invoice::try_from(RawInvoice {
        invoice_id: "INV-1".to_owned(),
        tier: tier.to_owned(),
        loyalty_member,
        days_overdue,
        items: items.collect(),
    });
    PricingEngine::standard().quote(&invoice.unwrap()).unwrap()
}

#[test]
fn the_worked_invoice_is_explained_step_by_step() {
    let quote = quote("gold", true, 45, &[dec!(120), dec!(30)]);
    let steps = [
        (&quote.subtotal, "150.00", "150", "2 line items"),
        (&quote.tier_discount, "22.50", "22.5", "gold tier, 15 %"),
        (
            &quote.loyalty_discount,
            "2.55",
            "2.55",
            "loyalty member, 2 %",
        ),
        (&quote.taxable, "124.95", "124.95", "after both discounts"),
        (&quote.tax, "9.99", "9.996", "8 % of taxable"),
        (
            &quote.late_fee,
            "6.75",
            "6.7473",
            "45 days overdue, more than 30: 5 %",
        ),
        (
            &quote.total,
            "141.69",
            "141.6933",
            "rounded once, half away from zero",
        ),
    ];
    for (step, amount, exact, reason) in steps {
        let found = (
            step.amount.to_string(),
            step.exact.to_string(),
            step.reason.to_string(),
        );
        assert_eq!(
            found,
            (amount.to_owned(), exact.to_owned(), reason.to_owned())
        );
    }
}

#[test]
fn a_step_that_does_not_apply_says_why() {
    let unlisted = quote("Gold", false, 30, &[dec!(1)]);
    assert_eq!(
        unlisted.tier_discount.reason.to_string(),
        r#"no discount for tier "Gold" (did you mean "gold"?)"#
    );
    assert_eq!(
        unlisted.loyalty_discount.reason.to_string(),
        "not a loyalty member"
    );
    assert_eq!(
        unlisted.late_fee.reason.to_string(),
        "30 days overdue, not more than 30"
    );
    let current = quote("bronze", false, 0, &[]);
    assert_eq!(
        current.tier_discount.reason.to_string(),
        r#"no discount for tier "bronze""#
    );
    assert_eq!(current.late_fee.reason.to_string(), "not overdue");
    assert_eq!(current.total.amount.to_string(), "0.00");
}

#[test]
fn the_lines_add_up_to_the_subtotal() {
    let quote = quote("none", false, 0, &[dec!(0.005), dec!(0.005), dec!(0.005)]);
    let amounts: Vec<String> = quote
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(quote.subtotal.amount.to_string(), "0.02");
    assert_eq!(amounts, ["0.01", "0.01", "0.00"]);
}

#[test]
fn a_quote_in_json_holds_texts_only() {
    let quote = quote("gold", true, 45, &[dec!(150)]);
    let json = serde_json::to_value(&quote).unwrap();
    assert_eq!(
        json["tier_discount"],
        serde_json::json!({"amount": "22.50", "exact": "22.5", "reason": "gold tier, 15 %"})
    );
    assert_eq!(json["lines"][0]["amount"], "150.00");
}
