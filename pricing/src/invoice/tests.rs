use rust_decimal::dec;

use super::{Invoice, LineItem};
use crate::document::{
    DocumentKind, RawAdjustment, RawDocument, RawInvoice, RawLineItem, RawPrepayment,
};
use crate::error::{Problem, RateError};

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
    let cases: [(_, &str, Problem); 4] = [
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

fn document() -> RawDocument {
    RawDocument::from(raw())
}

fn rated(rate: rust_decimal::Decimal) -> RawAdjustment {
    RawAdjustment {
        rate: Some(rate),
        ..RawAdjustment::default()
    }
}

fn message(change: impl FnOnce(&mut RawDocument)) -> String {
    let mut raw = document();
    change(&mut raw);
    Invoice::try_from(raw).unwrap_err().to_string()
}

#[test]
fn discounts_charges_and_prepayments_are_checked_where_they_stand() {
    let none = RawAdjustment::default();
    let both = RawAdjustment {
        amount: Some(dec!(5)),
        ..rated(dec!(0.1))
    };
    let below = RawAdjustment {
        amount: Some(dec!(-5)),
        ..none.clone()
    };
    let taxed = RawAdjustment {
        tax: Some("reduced".into()),
        ..rated(dec!(0.1))
    };
    let cases = [
        (
            message(|raw| raw.discounts = vec![rated(dec!(15))]),
            "discounts[0].rate: rate 15 is above 1 (allowed: 0 to 1; 15 % is written 0.15)",
        ),
        (
            message(|raw| raw.charges = vec![none]),
            "charges[0]: a discount or charge needs a rate (0.10 for 10 %) or an amount (5.00)",
        ),
        (
            message(|raw| raw.items[1].discounts = vec![rated(dec!(0.1)), both]),
            "items[1].discounts[1].amount: a discount or charge has a rate or an amount, not both (split it in two)",
        ),
        (
            message(|raw| raw.discounts = vec![below]),
            "discounts[0].amount: amount -5 is below zero (allowed: 0 or more; a discount below zero is written as a charge, and the other way round)",
        ),
        (
            message(|raw| raw.items[0].charges = vec![taxed]),
            "items[0].charges[0].tax: a discount or charge of a line is taxed as the line is (set tax on the line instead)",
        ),
        (
            message(|raw| {
                raw.prepayments = vec![RawPrepayment {
                    amount: dec!(-1),
                    ..RawPrepayment::default()
                }];
            }),
            "prepayments[0].amount: amount -1 is below zero (allowed: 0 or more; a discount below zero is written as a charge, and the other way round)",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    let negative = Problem::Rate(RateError::Negative(dec!(-0.1)));
    assert!(message(|raw| raw.discounts = vec![rated(dec!(-0.1))]).contains(&negative.to_string()));
}

#[test]
fn only_a_credit_note_credits() {
    let credits = |kind, credits: &str| {
        message(|raw| {
            raw.kind = kind;
            raw.credits = Some(credits.to_owned());
        })
    };
    assert_eq!(
        credits(DocumentKind::Invoice, "INV-0"),
        r#"credits: only a credit note takes an invoice back (add "kind": "credit-note", or name the invoice in preceding_invoices)"#
    );
    assert_eq!(
        credits(DocumentKind::CreditNote, " "),
        "credits: the credited invoice's identifier is empty (write it, or leave credits out)"
    );
}

#[test]
fn a_full_document_comes_back_from_json_the_same() {
    let json = r#"{"invoice_id":"CN-1","tier":"gold","loyalty_member":false,"days_overdue":0,
        "kind":"credit-note","credits":"INV-1","issue_date":"2026-02-28","due_date":"2026-03-30",
        "currency":"KWD","prices_include_tax":true,"seller":{"name":"S","country":"KW"},
        "buyer":{"name":"B","tax_id":"7"},"note":"returned","payment_terms":"within 30 days",
        "preceding_invoices":[{"invoice_id":"INV-0","issue_date":"2026-01-31"},{"invoice_id":"INV-2"}],
        "items":[{"sku":"A","description":"Hours","unit_price":"1.005","quantity":"-1.5","unit":"HUR",
          "tax":["state","city"],"discounts":[{"rate":"0.1","base":"running","reason":"late"}],
          "charges":[{"amount":"0.250"}]}],
        "discounts":[{"amount":"1","tax":"state"}],"charges":[{"rate":"0.01"}],
        "prepayments":[{"amount":"0.5","date":"2026-01-31","reason":"deposit"}]}"#;
    let invoice: Invoice = serde_json::from_str(json).unwrap();
    let written: serde_json::Value = serde_json::to_value(&invoice).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
    let plain = serde_json::to_value(Invoice::try_from(raw()).unwrap()).unwrap();
    assert_eq!(plain, serde_json::to_value(raw()).unwrap());
}
