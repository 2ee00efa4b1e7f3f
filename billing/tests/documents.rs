//! Laws of real invoices in files: each format reads back what was written, and the published schema
//! allows what is read.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;

use billing::read::{Book, InputFormat, ReadError, SCHEMA};
use billing::render::{Form, render};
use ledgerly_tests::documents::full_document;
use pricing::{Invoice, PricingEngine, RawDocument};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(text: &str, format: InputFormat) -> Result<Invoice, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let mut book = Book::new(vec![file.path().to_owned()], Some(format));
    match book.next().unwrap() {
        Ok(read) => Ok(read.invoice),
        Err(ReadError::Rejected(bad)) => Err(bad
            .to_string()
            .replace(&file.path().display().to_string(), "book")),
        Err(ReadError::Fatal(error)) => Err(error
            .to_string()
            .replace(&file.path().display().to_string(), "book")),
    }
}

fn engine_with(taxes: &[Value]) -> PricingEngine {
    PricingEngine::new(serde_json::from_value(json!({ "taxes": taxes })).unwrap())
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_and_json_read_back_as_the_same_invoice(raw in full_document()) {
        let invoice = Invoice::try_from(raw).unwrap();
        let codes = ["standard", "reduced", "city", "zero"].map(|code| json!({"code": code, "rate": 0}));
        let engine = engine_with(&codes);
        for (form, format) in [(Form::Csv, InputFormat::Csv), (Form::Json, InputFormat::Json)] {
            let text = render(&invoice, &engine, form).unwrap();
            let again = read(&text, format);
            prop_assert_eq!(again.as_ref(), Ok(&invoice), "{}", text);
        }
    }

    #[test]
    fn the_schema_allows_what_is_written(raw in full_document()) {
        let invoice = Invoice::try_from(raw).unwrap();
        let json = serde_json::to_value(&invoice).unwrap();
        prop_assert!(validator().is_valid(&json), "{json}");
    }
}

/// The plain invoice with one field changed.
fn changed(pointer: &str, value: Value) -> Value {
    let mut json = json!({
        "invoice_id": "INV-1", "tier": "gold", "loyalty_member": true, "days_overdue": 45,
        "items": [{"unit_price": "40.00", "quantity": 3, "discounts": [{"rate": "0.1"}]}],
        "discounts": [{"amount": 5}], "prepayments": [{"amount": "1"}],
    });
    let (object, field) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(object).unwrap()[field] = value;
    json
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let cases = [
        ("/invoice_id", json!(" ")),
        ("/tier", json!(1)),
        ("/loyalty_member", json!("yes")),
        ("/days_overdue", json!(-1)),
        ("/days_overdue", json!(4_294_967_296_i64)),
        ("/kind", json!("refund")),
        ("/credits", json!("INV-0")),
        ("/issue_date", json!("yesterday")),
        ("/currency", json!("euro")),
        ("/prices_include_tax", json!("true")),
        ("/seller", json!({"city": "Bonn"})),
        ("/seller", json!({"name": "S", "town": "Bonn"})),
        ("/colour", json!("red")),
        ("/items", json!({})),
        ("/items/0/unit_price", json!("-1")),
        ("/items/0/unit_price", json!(-0.5)),
        ("/items/0/quantity", json!("1e3")),
        ("/items/0/quantity", json!("1.")),
        ("/items/0/tax", json!([])),
        ("/items/0/tax", json!(["a", "a"])),
        ("/items/0/tax", json!(" ")),
        ("/items/0/price", json!(1)),
        ("/items/0/discounts/0/rate", json!("15")),
        ("/items/0/discounts/0/amount", json!("15")),
        ("/items/0/discounts/0/tax", json!("standard")),
        ("/discounts", json!([{"reason": "none"}])),
        ("/discounts/0/base", json!("running")),
        ("/discounts/0/amount", json!("-5")),
        ("/prepayments/0/amount", json!("-1")),
        ("/prepayments/0/date", json!("1.2.2026")),
        ("/prepayments/0/rate", json!("1")),
    ];
    let validator = validator();
    for (pointer, value) in cases {
        let json = changed(pointer, value);
        assert!(
            read(&json.to_string(), InputFormat::Json).is_err(),
            "{json}"
        );
        assert!(!validator.is_valid(&json), "{json}");
    }
    let plain = changed("/tier", json!("silver"));
    assert!(read(&plain.to_string(), InputFormat::Json).is_ok());
    assert!(validator.is_valid(&plain));
}

#[test]
fn a_field_that_may_be_absent_may_be_null_where_the_reader_takes_it() {
    for field in [
        "credits",
        "issue_date",
        "due_date",
        "currency",
        "prices_include_tax",
        "seller",
    ] {
        let json = changed(&format!("/{field}"), Value::Null);
        assert!(read(&json.to_string(), InputFormat::Json).is_ok(), "{json}");
        assert!(validator().is_valid(&json), "{json}");
    }
}

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,unit_price,quantity";

#[test]
fn a_mistake_in_an_optional_column_is_named_with_its_line_and_column() {
    let cases = [
        (
            "currency",
            "euro",
            "euro",
            "line 2: currency: \"euro\" is not a currency of ISO 4217 (allowed: its three capital letters, such as EUR)",
        ),
        (
            "currency",
            "EUR",
            "USD",
            "line 3: currency: \"USD\" differs from \"EUR\" on line 2 (all rows of an invoice must agree)",
        ),
        (
            "currency",
            "EUR",
            "",
            "line 3: currency: \"\" differs from \"EUR\" on line 2 (all rows of an invoice must agree)",
        ),
        (
            "kind",
            "refund",
            "refund",
            "line 2: kind: \"refund\" is not allowed here (allowed: invoice, credit-note)",
        ),
        (
            "prices_include_tax",
            "yes",
            "yes",
            "line 2: prices_include_tax: \"yes\" is not allowed here (allowed: true or false)",
        ),
        (
            "line_discount_rate",
            "0.1",
            "15",
            "line 3: line_discount_rate: rate 15 is above 1 (allowed: 0 to 1; 15 % is written 0.15)",
        ),
        (
            "line_charge_2_amount",
            "",
            "1e3",
            "line 3: line_charge_2_amount: \"1e3\" has an exponent (write all digits, such as 1000 for 1e3)",
        ),
        (
            "line_discount_reason",
            "",
            "spring",
            "line 3: line_discount_reason: a discount or charge needs a rate (0.10 for 10 %) or an amount (5.00)",
        ),
        (
            "document_discount_amount",
            "-5",
            "-5",
            "line 2: document_discount_amount: amount -5 is below zero (allowed: 0 or more; a discount below zero is written as a charge, and the other way round)",
        ),
        (
            "document_charge_base",
            "all",
            "all",
            "line 2: document_charge_base: \"all\" is not allowed here (allowed: subtotal, running)",
        ),
        (
            "prepayment_reason",
            "card",
            "card",
            "line 2: prepayment_reason: its amount is missing beside it (allowed: a decimal number such as 40.00, as text or number)",
        ),
        (
            "prepayment_date",
            "1.2.2026",
            "1.2.2026",
            "line 2: prepayment_date: \"1.2.2026\" is not allowed here (allowed: a day such as 2026-01-31)",
        ),
        (
            "seller_city",
            "Bonn",
            "Bonn",
            "line 2: seller_city: its name is missing beside it (allowed: a text in quotes)",
        ),
        (
            "tax",
            "reduced + reduced",
            "",
            "line 2: tax: tax code \"reduced\" stands twice (write it once)",
        ),
        (
            "credits",
            "INV-0",
            "INV-0",
            "line 2: credits: only a credit note takes an invoice back (add \"kind\": \"credit-note\", or name the invoice in preceding_invoices)",
        ),
    ];
    for (column, first, second, expected) in cases {
        let text = format!(
            "{HEADER},{column}\nINV-1,gold,true,45,40,3,{first}\nINV-1,gold,true,45,15,2,{second}\n"
        );
        let message = read(&text, InputFormat::Csv).unwrap_err();
        let expected = format!("book: {expected}");
        assert!(message.starts_with(&expected), "{message}\n{expected}");
    }
}

#[test]
fn a_price_below_zero_beside_optional_columns_is_named_as_without_them() {
    let text =
        format!("{HEADER},unit\nINV-1,gold,true,45,40,3,HUR\nINV-1,gold,true,45,-15,2,HUR\n");
    assert_eq!(
        read(&text, InputFormat::Csv).unwrap_err(),
        "book: line 3: unit_price: unit price -15 is below zero (use a credit note instead)"
    );
}

#[test]
fn entries_are_told_apart_by_numbers_and_an_empty_one_is_none() {
    let text = format!(
        "{HEADER},line_discount_3_amount,line_discount_1_rate,line_discount_1_base,document_charge_amount,document_charge_tax,tax\n\
         INV-1,,false,0,40,3,1.50,0.1,running,7.90,exempt,state + city\n\
         INV-1,,false,0,15,2,2.50,,,7.90,exempt,\n"
    );
    let raw: RawDocument = read(&text, InputFormat::Csv).unwrap().into();
    let json = serde_json::to_value(raw).unwrap();
    assert_eq!(
        json["items"][0]["discounts"],
        json!([{"rate": "0.1", "base": "running"}, {"amount": "1.50"}])
    );
    assert_eq!(json["items"][0]["tax"], json!(["state", "city"]));
    assert_eq!(json["items"][1]["discounts"], json!([{"amount": "2.50"}]));
    assert_eq!(
        json["charges"],
        json!([{"amount": "7.90", "tax": "exempt"}])
    );
}

#[test]
fn what_rows_would_lose_is_not_written_as_rows() {
    let cases = [
        (
            changed("/items", json!([])),
            "it has no line item, and a row is one",
        ),
        (
            changed("/items/0/tax", json!("a+b")),
            "a text of it is one that CSV reads in another way",
        ),
    ];
    for (json, problem) in cases {
        let invoice: Invoice = serde_json::from_value(json).unwrap();
        let engine = engine_with(&[json!({"code": "a+b", "rate": 0})]);
        let message = render(&invoice, &engine, Form::Csv)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            format!("rows of CSV cannot hold all of it: {problem} (write it as JSON)")
        );
    }
}
