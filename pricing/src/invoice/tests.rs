use rust_decimal::dec;

use super::{Invoice, LineItem, RawInvoice, RawLineItem};
use crate::error::Problem;

fn raw() -> RawInvoice {
    RawInvoice {
        invoice_id: "INV-1".to_owned(),
        tier: "gold".to_owned(),
        loyalty_member: true,
        days_overdue: 45,
        items: vec![item(), item()],
    }
}

fn item() -> RawLineItem {
    RawLineItem {
        sku: "A".to_owned(),
        unit_price: dec!(40.00),
        quantity: dec!(3),
    }
}

fn refusal(change: impl FnOnce(&mut RawInvoice)) -> (String, Problem) {
    let mut raw = raw();
    change(&mut raw);
    let error = Invoice::try_from(raw).unwrap_err();
    (error.field, error.problem)
}

#[test]
fn the_door_names_the_field_and_the_problem() {
    let below = dec!(-1.00);
    let cases: [(_, &str, Problem); 5] = [
        (
            refusal(|raw| raw.invoice_id = " ".to_owned()),
            "invoice_id",
            Problem::EmptyId,
        ),
        (
            refusal(|raw| raw.days_overdue = -1),
            "days_overdue",
            Problem::DaysOverdue(-1),
        ),
        (
            refusal(|raw| raw.days_overdue = 1 << 32),
            "days_overdue",
            Problem::DaysOverdue(1 << 32),
        ),
        (
            refusal(|raw| raw.items[1].unit_price = below),
            "items[1].unit_price",
            Problem::NegativeUnitPrice(below),
        ),
        (
            refusal(|raw| raw.items[0].quantity = below),
            "items[0].quantity",
            Problem::NegativeQuantity(below),
        ),
    ];
    for ((found_field, found), field, problem) in cases {
        assert_eq!((found_field.as_str(), found), (field, problem));
    }
}

#[test]
fn a_message_says_what_is_wrong_and_what_to_do() {
    let error = LineItem::new("A", dec!(-1.00), dec!(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unit_price: unit price -1.00 is below zero (use a credit note instead)"
    );
}

#[test]
fn an_invoice_comes_back_from_json_the_same() {
    let invoice = Invoice::try_from(raw()).unwrap();
    let json = serde_json::to_string(&invoice).unwrap();
    assert_eq!(serde_json::from_str::<Invoice>(&json).unwrap(), invoice);
}

#[test]
fn json_passes_the_same_door() {
    let json = serde_json::to_string(&raw())
        .unwrap()
        .replace(":45", ":-45");
    let refused = serde_json::from_str::<Invoice>(&json)
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("days_overdue: -45 days overdue is out of range"),
        "{refused}"
    );
    let misspelt = json.replace("tier", "teir");
    assert!(serde_json::from_str::<Invoice>(&misspelt).is_err());
}
