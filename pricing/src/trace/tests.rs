use super::{ReplayError, Trace};
use crate::{Invoice, Policy, PricingEngine};

fn worked() -> Trace {
    let invoice: Invoice = serde_json::from_str(
        r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":true,"days_overdue":45,
            "items":[{"unit_price":"40.00","quantity":3},{"unit_price":15,"quantity":2}]}"#,
    )
    .unwrap();
    PricingEngine::standard().trace(&invoice).unwrap()
}

fn lines(trace: &Trace) -> Vec<String> {
    let lines = trace.entries.iter().map(|entry| {
        let shown = entry
            .shown
            .map_or("-".to_owned(), |shown| shown.to_string());
        let moved = entry
            .moved
            .map_or("-".to_owned(), |moved| moved.to_string());
        let formula = &entry.formula;
        format!(
            "{} = {formula} = {} {shown} {moved} {}",
            entry.step, entry.exact, entry.rule
        )
    });
    lines.collect()
}

#[test]
fn the_worked_invoice_can_be_followed_with_a_pencil() {
    let expected = [
        "items[0].gross = 40 × 3 = 120 120.00 0 unit price × quantity",
        "items[0].net = items[0].gross = 120 120.00 0 gross, less discounts, plus charges",
        "items[1].gross = 15 × 2 = 30 30.00 0 unit price × quantity",
        "items[1].net = items[1].gross = 30 30.00 0 gross, less discounts, plus charges",
        "subtotal = items[0].net + items[1].net = 150 150.00 0 all lines",
        "tier_discount = subtotal × 0.15 = 22.5 22.50 0 gold tier, 15 %",
        "after tier_discount = subtotal - tier_discount = 127.5 - - what is left of the document",
        "loyalty_discount = after tier_discount × 0.02 = 2.55 2.55 0 loyalty member, 2 %",
        "after loyalty_discount = after tier_discount - loyalty_discount = 124.95 - - what is left of the document",
        "taxes[standard].base = after loyalty_discount = 124.95 - - all that bears it",
        "taxes[standard] = taxes[standard].base × 0.08 = 9.996 9.99 -0.006 tax code standard",
        "tax = taxes[standard] = 9.996 9.99 -0.006 8 % of taxable",
        "taxable = subtotal - tier_discount - loyalty_discount = 124.95 124.95 0 after both discounts",
        "outstanding = taxable + tax = 134.946 - - what is to be paid after tax",
        "late_fee = outstanding × 0.05 = 6.7473 6.75 0.0027 45 days overdue, more than 30: 5 %",
        "total = taxable + tax + late_fee = 141.6933 141.69 -0.0033 rounded once, half away from zero",
        "payable = total = 141.6933 - - the total in minor units",
        "due = payable = 141.69 141.69 0 what is left to pay",
    ];
    assert_eq!(lines(&worked()), expected);
}

#[test]
fn a_replay_leads_to_the_total() {
    assert_eq!(worked().replay().unwrap().to_string(), "141.69");
}

#[test]
fn a_trace_that_was_tampered_with_is_found_out() {
    let changed = |change: fn(&mut Trace)| {
        let mut trace = worked();
        change(&mut trace);
        trace.replay().unwrap_err().to_string()
    };
    assert_eq!(
        changed(|trace| trace.entries[5].exact = "18".parse().unwrap()),
        "tier_discount: exact is 18 in the trace, but 22.5 when computed again"
    );
    assert_eq!(
        changed(|trace| trace.entries[15].shown = "142.69".parse().ok()),
        "total: moved is -0.0033 in the trace, but 0.9967 when computed again"
    );
    assert_eq!(
        changed(|trace| trace.entries[5].carried = "22".parse().unwrap()),
        "tier_discount: carried is 22.5 in the trace, but 22.5 when computed again"
            .replace("is 22.5", "is 22")
    );
    assert_eq!(
        changed(|trace| drop(trace.entries.remove(4))),
        r#"tier_discount: there is no earlier amount "subtotal""#
    );
    assert_eq!(
        changed(|trace| trace.entries.truncate(14)),
        ReplayError::NoTotal.to_string()
    );
    assert_eq!(
        changed(|trace| trace.entries.push(trace.entries[0].clone())),
        "items[0].gross: stands twice in the trace"
    );
}

#[test]
fn the_part_of_a_tax_inside_a_price_is_a_fraction() {
    let invoice: Invoice = serde_json::from_str(
        r#"{"invoice_id":"I","tier":"","loyalty_member":false,"days_overdue":0,
            "prices_include_tax":true,"items":[{"unit_price":"100","quantity":1}],
            "discounts":[{"amount":"10","reason":"coupon"}]}"#,
    )
    .unwrap();
    let policy = r#"{"taxes":[{"code":"standard","rate":"0.21"}]}"#;
    let policy: Policy = serde_json::from_str(policy).unwrap();
    let trace = PricingEngine::new(policy).trace(&invoice).unwrap();
    let inside = lines(&trace)
        .into_iter()
        .find(|line| line.contains("inside"));
    assert_eq!(
        inside.unwrap(),
        "taxes[standard] inside standard = after discounts[0] × 0.21 / 1.21 = 1890/121 - - tax code standard"
    );
    assert_eq!(trace.replay().unwrap().to_string(), "90.00");
}
