//! Late fees raised after the invoice was issued: once, as its policy says.

use billing::ChargeState;
use billing::late_fee::{Overdue, raise};
use billing::repository::{InvoiceRepository, InvoiceState, NewInvoice};
use pricing::{Policy, PricingEngine};
use rust_decimal::dec;

use super::shop::{NOW, Shop, WORKED, invoice};

/// The worked invoice before it was overdue, to be paid by the first of March.
fn in_time(policy: &str) -> NewInvoice {
    let mut new = invoice(
        &WORKED.replace("\"days_overdue\": 45", "\"days_overdue\": 0"),
        dec!(0),
    );
    assert_eq!(new.invoice.days_overdue(), 0);
    let policy: Policy = serde_json::from_str(policy).unwrap();
    let quote = PricingEngine::new(policy.clone())
        .quote(&new.invoice)
        .unwrap();
    new.total = quote.total.amount;
    new.due = quote.due;
    new.policy = policy.into();
    new.due_on = Some("2026-03-01".parse().unwrap());
    new
}

fn shop_with(new: NewInvoice) -> Shop {
    let mut shop = Shop::empty();
    shop.repository
        .import(&mut std::iter::once(Ok(new)))
        .unwrap();
    shop
}

const STANDARD: &str = r#"{"tiers":[{"tier":"gold","rate":"0.15"}],"loyalty":{"rate":"0.02"},
    "taxes":[{"code":"standard","rate":"0.08"}],"late_fee":{"rate":"0.05","after_days":30}}"#;

fn raised(shop: &mut Shop, as_of: &str, is_dry: bool) -> Vec<Overdue> {
    let mut raised = Vec::new();
    raise(
        &mut shop.repository,
        as_of.parse().unwrap(),
        is_dry,
        &mut |overdue| {
            raised.push(overdue.clone());
            Ok(())
        },
    )
    .unwrap();
    raised
}

#[test]
fn a_late_fee_is_raised_once_and_makes_the_price_that_of_an_overdue_invoice() {
    let mut shop = shop_with(in_time(STANDARD));
    assert_eq!(
        raised(&mut shop, "2026-03-31", false),
        [],
        "30 days are free"
    );
    let would = raised(&mut shop, "2026-04-01", true);
    assert_eq!(
        shop.balance("receivable"),
        13495,
        "a dry run raises nothing"
    );
    let fees = raised(&mut shop, "2026-04-01", false);
    assert_eq!(fees, would);
    assert_eq!((fees[0].days_overdue, fees[0].late_fee), (31, dec!(6.74)));
    assert_eq!(raised(&mut shop, "2026-04-02", false), [], "once");
    let stored = shop.repository.find("INV-1").unwrap().unwrap();
    assert_eq!((stored.total, stored.due), (dec!(141.69), dec!(141.69)));
    assert_eq!(stored.late_fee.unwrap().amount, dec!(6.74));
    assert_eq!(shop.balance("receivable"), 14169);
    assert_eq!(
        (shop.balance("revenue"), shop.balance("late_fees")),
        (-13495, -674)
    );
    assert_eq!(shop.repository.problems().unwrap(), Vec::<String>::new());
    shop.charge("pm_card_visa");
    assert_eq!(shop.gateway.true_ledger().unwrap().captured, 14169);
    assert_eq!(shop.balance("receivable"), 0);
}

#[test]
fn an_invoice_that_bore_a_late_fee_when_it_was_issued_bears_no_other() {
    let mut shop = Shop::empty();
    let mut new = invoice(WORKED, dec!(141.69));
    new.due_on = Some("2026-03-01".parse().unwrap());
    shop.repository
        .import(&mut std::iter::once(Ok(new)))
        .unwrap();
    assert_eq!(raised(&mut shop, "2027-01-01", false), []);
}

#[test]
fn what_is_paid_or_being_charged_bears_no_late_fee() {
    for method in ["pm_card_visa", "pm_card_timeoutAfterCharge"] {
        let mut shop = shop_with(in_time(STANDARD));
        shop.charge(method);
        assert_eq!(raised(&mut shop, "2027-01-01", false), [], "{method}");
    }
    let mut shop = shop_with(in_time(STANDARD));
    shop.charge("pm_card_chargeDeclined");
    assert_eq!(raised(&mut shop, "2027-01-01", false).len(), 1, "declined");
}

#[test]
fn a_policy_without_a_late_fee_raises_none() {
    let mut shop = shop_with(in_time(r#"{"taxes":[{"code":"standard","rate":"0.08"}]}"#));
    assert_eq!(raised(&mut shop, "2027-01-01", false), []);
}

#[test]
fn a_declined_invoice_is_tried_again_when_its_policy_says() {
    const DAY: i64 = 24 * 60 * 60;
    for (dunning, days) in [("[2]", Some(2)), ("[]", None)] {
        let policy = format!(
            r#"{{"taxes":[{{"code":"standard","rate":"0"}}],"dunning":{{"retry_after_days":{dunning}}}}}"#
        );
        let mut shop = shop_with(in_time(&policy));
        let charge = shop.charge("pm_card_chargeDeclinedInsufficientFunds");
        assert!(matches!(charge.state, ChargeState::Declined(_)));
        assert_eq!(shop.state(), InvoiceState::Declined);
        let due_at = |now| !shop.due_at(now).is_empty();
        assert_eq!(due_at(NOW + i64::MAX / 4), days.is_some(), "{dunning}");
        if let Some(days) = days {
            assert!(due_at(NOW + days * DAY) && !due_at(NOW + days * DAY - 1));
        }
    }
}
