use rust_decimal::{Decimal, dec};

use crate::{Invoice, Policy, PricingEngine, Quote, RawInvoice, RawLineItem, Step};

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

/// A quote of `invoice` under `policy`, both written as in a file; the five required fields are given.
fn priced(invoice: &str, policy: &str) -> Quote {
    let five = r#"{"invoice_id":"INV-1","tier":"","loyalty_member":false,"days_overdue":0"#;
    let invoice: Invoice = serde_json::from_str(&format!("{five},{invoice}}}")).unwrap();
    let policy: Policy = serde_json::from_str(policy).unwrap();
    PricingEngine::new(policy).quote(&invoice).unwrap()
}

fn amounts(steps: [&Step; 5]) -> [String; 5] {
    steps.map(|step| step.amount.to_string())
}

#[test]
fn each_rounding_rule_shows_what_its_table_says() {
    let thirds = r#""items":[{"unit_price":"0.333","quantity":1},{"unit_price":"0.333","quantity":1},
        {"unit_price":"0.333","quantity":1}]"#;
    for (rule, expected) in [
        ("total", ["1.00", "0.10", "1.10"]),
        ("precise", ["1.00", "0.10", "1.10"]),
        ("shown-amounts", ["0.99", "0.10", "1.09"]),
    ] {
        let policy = format!(
            r#"{{"rounding":{{"rule":"{rule}"}},"taxes":[{{"code":"standard","rate":"0.1"}}]}}"#
        );
        let quote = priced(thirds, &policy);
        let steps = [&quote.subtotal, &quote.tax, &quote.total];
        assert_eq!(
            steps.map(|step| step.amount.to_string()),
            expected,
            "{rule}"
        );
    }
}

#[test]
fn lines_have_discounts_and_charges_of_their_own() {
    let quote = priced(
        r#""items":[{"unit_price":"10","quantity":"3","charges":[{"amount":"1.50"}],
            "discounts":[{"amount":"2"},{"rate":"0.1","reason":"spring"},{"rate":"0.5","base":"running"}],"tax":"exempt"}]"#,
        "{}",
    );
    let line = &quote.lines[0];
    let shown = |steps: &[Step]| -> Vec<String> {
        steps
            .iter()
            .map(|step| format!("{} {}", step.amount, step.reason))
            .collect()
    };
    // The rates come first: 30 - 3 - half of 27 - 2, and the charge on top.
    assert_eq!(
        shown(&line.discounts),
        [
            "2.00 fixed amount",
            "3.00 spring: 10 % of the subtotal",
            "13.50 50 % of what was left"
        ]
    );
    assert_eq!(shown(&line.charges), ["1.50 fixed amount"]);
    assert_eq!(
        line.gross.as_ref().map(|gross| gross.amount),
        Some(dec!(30))
    );
    assert_eq!(line.amount, dec!(13.00));
}

#[test]
fn a_document_discount_is_spread_over_the_rates_by_largest_remainder() {
    let quote = priced(
        r#""items":[{"unit_price":"10","quantity":1,"tax":"a"},{"unit_price":"10","quantity":1,"tax":"b"},
            {"unit_price":"10","quantity":1,"tax":"a"}],"discounts":[{"amount":"1.00"}],
            "charges":[{"amount":"5","tax":"b"}]"#,
        r#"{"rounding":{"rule":"shown-amounts"},
            "taxes":[{"code":"a","rate":"0.2"},{"code":"b","rate":"0.1"}]}"#,
    );
    let taxes: Vec<String> = quote
        .taxes
        .iter()
        .map(|tax| format!("{} {} {}", tax.code, tax.base, tax.amount))
        .collect();
    assert_eq!(taxes, ["a 19.33 3.87", "b 14.67 1.47"]);
    let steps = [
        &quote.discount,
        &quote.charge,
        &quote.taxable,
        &quote.tax,
        &quote.total,
    ];
    assert_eq!(amounts(steps), ["1.00", "5.00", "34.00", "5.34", "39.34"]);
}

#[test]
fn tax_inside_the_prices_is_taken_out_of_them() {
    let quote = priced(
        r#""prices_include_tax":true,"items":[{"unit_price":"90","quantity":"20"}],"charges":[{"amount":"1","tax":"exempt"}]"#,
        r#"{"taxes":[{"code":"standard","rate":"0.21"}]}"#,
    );
    let steps = [
        &quote.subtotal,
        &quote.charge,
        &quote.taxable,
        &quote.tax,
        &quote.total,
    ];
    assert_eq!(
        amounts(steps),
        ["1800.00", "1.00", "1488.60", "312.40", "1801.00"]
    );
    assert_eq!(quote.taxes[0].exact.to_string(), "37800/121");
    assert_eq!(quote.taxes[0].base, dec!(1487.60));
}

#[test]
fn a_discount_takes_no_more_than_is_left_unless_the_policy_allows_it() {
    let invoice = r#""items":[{"unit_price":"10","quantity":1}],
        "discounts":[{"rate":"0.6"},{"rate":"0.6","reason":"sale"}]"#;
    let capped = priced(invoice, r#"{"taxes":[{"code":"standard","rate":0}]}"#);
    assert_eq!(capped.taxable.amount, dec!(0));
    assert_eq!(capped.discounts[1].amount, dec!(4));
    assert_eq!(
        capped.discounts[1].reason.to_string(),
        "sale: all that was left"
    );
    let allowed = priced(
        invoice,
        r#"{"taxes":[{"code":"standard","rate":0}],"overdiscount":"allowed"}"#,
    );
    assert_eq!(allowed.taxable.amount, dec!(-2));
}

#[test]
fn what_is_due_is_the_total_less_prepayments_in_the_smallest_coin() {
    let quote = priced(
        r#""items":[{"unit_price":"10.13","quantity":1,"tax":"exempt"}],"prepayments":[{"amount":"5"}]"#,
        r#"{"currency":"CHF","cash_step":"0.05"}"#,
    );
    assert_eq!(quote.total.amount, dec!(10.13));
    assert_eq!(
        [quote.prepaid, quote.cash_rounding, quote.due],
        [dec!(5), dec!(0.02), dec!(5.15)]
    );
}

#[test]
fn a_rounding_that_the_invoice_states_counts_before_the_smallest_coin() {
    let due = |stated: &str, policy: &str| {
        let items = r#""items":[{"unit_price":"10.13","quantity":1,"tax":"exempt"}]"#;
        let quote = priced(&format!("{items},\"payable_rounding\":{stated}"), policy);
        (quote.cash_rounding, quote.due)
    };
    let coins = r#"{"currency":"CHF","cash_step":"0.05"}"#;
    assert_eq!(due("\"0.30\"", coins), (dec!(0.30), dec!(10.43)));
    assert_eq!(due("0", coins), (dec!(0), dec!(10.13)));
    assert_eq!(due("\"-0.13\"", "{}"), (dec!(-0.13), dec!(10.00)));
}

#[test]
fn the_late_fee_is_on_what_is_outstanding_within_minimum_and_cap() {
    let fee = |price: u32, prepaid: u32, rule: &str| {
        let json = format!(
            r#"{{"invoice_id":"I","tier":"","loyalty_member":false,"days_overdue":31,
                "items":[{{"unit_price":{price},"quantity":1,"tax":"exempt"}}],
                "prepayments":[{{"amount":{prepaid}}}]}}"#
        );
        let invoice: Invoice = serde_json::from_str(&json).unwrap();
        let policy = format!(r#"{{"currency":"EUR","late_fee":{{"after_days":30,{rule}}}}}"#);
        let policy: Policy = serde_json::from_str(&policy).unwrap();
        let quote = PricingEngine::new(policy).quote(&invoice).unwrap();
        format!("{} {}", quote.late_fee.amount, quote.late_fee.reason)
    };
    let bounded = r#""rate":"0.05","minimum":"2","cap":"40""#;
    assert_eq!(
        fee(100, 0, bounded),
        "5.00 31 days overdue, more than 30: 5 %"
    );
    assert_eq!(
        fee(100, 80, bounded),
        "2.00 31 days overdue, more than 30: 5 %"
    );
    assert_eq!(
        fee(1000, 0, bounded),
        "40.00 31 days overdue, more than 30: 5 %"
    );
    assert_eq!(fee(100, 100, bounded), "0.00 nothing is outstanding");
    assert_eq!(
        fee(100, 0, r#""amount":"9""#),
        "9.00 31 days overdue, more than 30: fixed amount"
    );
}

#[test]
fn currencies_have_their_own_minor_units() {
    let shown = |currency: &str| {
        let invoice = format!(
            r#""currency":"{currency}","items":[{{"unit_price":"1.2345","quantity":1,"tax":"exempt"}}]"#
        );
        priced(&invoice, "{}").total.amount.to_string()
    };
    assert_eq!(
        ["JPY", "EUR", "KWD", "CLF"].map(shown),
        ["1", "1.23", "1.235", "1.2345"]
    );
}

#[test]
fn a_tax_code_or_a_currency_that_the_policy_cannot_price_is_refused() {
    let five = r#"{"invoice_id":"I","tier":"","loyalty_member":false,"days_overdue":0"#;
    let refused = |invoice: &str, policy: &str| {
        let invoice: Invoice = serde_json::from_str(&format!("{five},{invoice}}}")).unwrap();
        let policy: Policy = serde_json::from_str(policy).unwrap();
        PricingEngine::new(policy)
            .quote(&invoice)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(
            r#""items":[{"unit_price":1,"quantity":1,"tax":"luxury"}]"#,
            "{}"
        ),
        r#"tax code "luxury" is not in the policy (allowed: exempt)"#
    );
    assert_eq!(
        refused(
            r#""currency":"USD","items":[]"#,
            r#"{"currency":"EUR","cash_step":"0.05"}"#
        ),
        "the invoice is in USD, but the policy has fixed amounts in EUR (use a policy for USD)"
    );
}
