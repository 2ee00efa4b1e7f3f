//! Example invoices of invopop/gobl (Apache-2.0), written as Ledgerly's files and policies.

use pricing::{Invoice, Policy, PricingEngine, Quote, amount};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// What went wrong with the cases of `level`, a line an amount.
pub(crate) fn failures(cases: &[Value], level: i64) -> Vec<String> {
    let of_level = |case: &&Value| case["ledgerly_level"] == level;
    let tried: Vec<_> = cases.iter().filter(of_level).collect();
    let mut failures: Vec<String> = tried.iter().flat_map(|case| failures_of(case)).collect();
    if tried.is_empty() {
        failures.push(format!("there is no case of level {level}"));
    }
    failures
}

fn failures_of(case: &Value) -> Vec<String> {
    let quote = match quote(case) {
        Ok(quote) => quote,
        Err(error) => return vec![format!("{}: {error}", case["id"])],
    };
    let lines = case["lines"].as_array().into_iter().flatten();
    let lines = lines
        .zip(&quote.lines)
        .map(|(line, quoted)| ("line", &line["expected_total"], quoted.amount));
    let expected = &case["expected"];
    let amounts = [
        ("sum", &expected["sum"], quote.subtotal.amount),
        ("discount", &expected["discount"], quote.discount.amount),
        ("charge", &expected["charge"], quote.charge.amount),
        ("total", &expected["total"], quote.taxable.amount),
        ("tax", &expected["tax"], quote.tax.amount),
        ("payable", &expected["payable"], quote.total.amount),
        ("advance", &expected["advance"], quote.prepaid),
    ];
    let wrong = |&(_, expected, actual): &(&str, &Value, Decimal)| {
        let expected = expected.as_str().map_or(Ok(Decimal::ZERO), amount::parse);
        expected != Ok(actual)
    };
    let amounts = amounts.into_iter().chain(lines).filter(wrong);
    amounts
        .map(|(name, expected, actual)| {
            format!("{}: {name} {actual}, expected {expected}", case["id"])
        })
        .collect()
}

fn quote(case: &Value) -> Result<Quote, Box<dyn std::error::Error>> {
    let invoice: Invoice = serde_json::from_value(invoice(case))?;
    let policy: Policy = serde_json::from_value(policy(case))?;
    Ok(PricingEngine::new(policy).quote(&invoice)?)
}

fn invoice(case: &Value) -> Value {
    json!({
        "invoice_id": case["id"], "tier": "", "loyalty_member": false, "days_overdue": 0,
        "currency": case["currency"], "issue_date": case["issue_date"],
        "prices_include_tax": !case["prices_include"].is_null(),
        "items": each(&case["lines"], |line| json!({
            "description": line["name"],
            "quantity": line["quantity"],
            "unit_price": line["unit_price"],
            "tax": codes(line),
            "discounts": each(&line["discounts"], |discount| adjustment(discount, None)),
        })),
        "discounts": each(&case["discounts"], |discount| adjustment(discount, Some(codes(discount)))),
        "charges": each(&case["charges"], |charge| adjustment(charge, Some(codes(charge)))),
        "prepayments": each(&case["advances"], |paid| json!({"amount": paid["amount"]})),
    })
}

fn policy(case: &Value) -> Value {
    let rule = match case["rounding"]["rule"].as_str() {
        Some("currency") => "shown-amounts",
        _ => "precise",
    };
    let parts = ["lines", "discounts", "charges"];
    let parts = parts
        .iter()
        .filter_map(|part| case[part].as_array())
        .flatten();
    let taxes = parts.filter_map(|part| part["taxes"].as_array()).flatten();
    let listed: Map<String, Value> = taxes
        .map(|tax| {
            (
                code(tax),
                json!({"code": code(tax), "rate": rate(&tax["percent"])}),
            )
        })
        .collect();
    json!({
        "name": "published", "rounding": {"rule": rule}, "overdiscount": "allowed",
        "taxes": listed.into_iter().map(|(_, tax)| tax).collect::<Vec<_>>(),
    })
}

fn each(list: &Value, written: impl Fn(&Value) -> Value) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(written).collect()
}

fn adjustment(published: &Value, tax: Option<Value>) -> Value {
    let mut written = Map::new();
    match published["percent"].as_str() {
        Some(_) => written.insert("rate".into(), rate(&published["percent"])),
        None => written.insert("amount".into(), published["amount"].clone()),
    };
    tax.and_then(|tax| written.insert("tax".into(), tax));
    written.into()
}

/// The tax codes of a line, discount or charge; what bears no tax there is exempt here.
fn codes(taxed: &Value) -> Value {
    let codes: Vec<String> = taxed["taxes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(code)
        .collect();
    if codes.is_empty() {
        json!("exempt")
    } else {
        json!(codes)
    }
}

fn code(tax: &Value) -> String {
    let text = |name: &str| tax[name].as_str().unwrap_or_default();
    let parts = [text("cat"), text("country"), text("key"), text("percent")];
    parts.join(" ")
}

/// A rate from per cent; what has none bears no tax.
fn rate(percent: &Value) -> Value {
    let percent = percent.as_str().and_then(|text| amount::parse(text).ok());
    json!((percent.unwrap_or_default() / Decimal::ONE_HUNDRED).to_string())
}
