//! What the repository keeps: invoices as they were imported, and a journal of all money.

use billing::gateway::GatewayError;
use billing::refund::RefundState;
use billing::repository::{ImportCount, InvoiceRepository, InvoiceState};
use billing::run::reconcile;
use billing::{ChargeState, Error, charge};
use rust_decimal::dec;

use super::shop::{DAY, NOW, Shop, WORKED, invoice};

#[test]
fn importing_the_same_invoice_twice_changes_nothing() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    let again = shop
        .repository
        .import(&mut std::iter::once(Ok(invoice(WORKED, dec!(141.69)))));
    assert_eq!(
        again.unwrap(),
        ImportCount {
            imported: 0,
            unchanged: 1
        }
    );
    assert_eq!(shop.state(), InvoiceState::Paid);
}

#[test]
fn an_import_with_one_changed_invoice_imports_none() {
    let mut shop = Shop::with_worked_invoice();
    let new = invoice(&WORKED.replace("INV-1", "INV-2"), dec!(141.69));
    let changed = invoice(&WORKED.replace("40.00", "41.00"), dec!(144.53));
    let result = shop
        .repository
        .import(&mut [Ok(new), Ok(changed)].into_iter());
    let Err(Error::BadInput(bad)) = result else {
        panic!("{result:?}");
    };
    assert!(
        bad.to_string()
            .starts_with("worked.json: line 1: invoice_id: \"INV-1\" is in the database")
    );
    assert_eq!(shop.repository.find("INV-2").unwrap(), None);
}

#[test]
fn an_invoice_that_costs_nothing_is_paid_without_a_charge() {
    let mut shop = Shop::with_worked_invoice();
    let free = invoice(&WORKED.replace("INV-1", "INV-0"), dec!(0.00));
    shop.repository
        .import(&mut std::iter::once(Ok(free)))
        .unwrap();
    let method = "pm_card_visa".parse().unwrap();
    let charged = charge(
        &mut shop.repository,
        &mut shop.gateway,
        "INV-0",
        method,
        NOW,
    )
    .unwrap();
    assert_eq!(charged.state, ChargeState::NothingDue);
    assert_eq!(shop.answers(), []);
    let stored = shop.repository.find("INV-0").unwrap().unwrap();
    assert_eq!(stored.state, InvoiceState::Paid);
}

#[test]
fn an_amount_beyond_what_gateways_take_is_refused_and_leaves_the_invoice_as_it_was() {
    let mut shop = Shop::with_worked_invoice();
    let huge = invoice(&WORKED.replace("INV-1", "INV-9"), dec!(1000000000000.00));
    shop.repository
        .import(&mut std::iter::once(Ok(huge)))
        .unwrap();
    let method = "pm_card_visa".parse().unwrap();
    let refused = charge(
        &mut shop.repository,
        &mut shop.gateway,
        "INV-9",
        method,
        NOW,
    );
    assert!(matches!(
        refused,
        Err(Error::Gateway(GatewayError::NotChargeable { .. }))
    ));
    let stored = shop.repository.find("INV-9").unwrap().unwrap();
    assert_eq!(stored.state, InvoiceState::Issued);
}

#[test]
fn the_journal_follows_the_money_and_adds_up_to_zero() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_chargeDeclined");
    shop.charge("pm_card_visa");
    let refunded = shop.give_back(Some(dec!(41.69)), NOW);
    assert!(matches!(
        refunded.unwrap().state,
        RefundState::Refunded { .. }
    ));
    let balances = shop.repository.balances().unwrap();
    let shown: Vec<_> = balances
        .iter()
        .map(|balance| (balance.account.as_str(), balance.amount_minor))
        .collect();
    assert_eq!(
        shown,
        [
            ("gateway", 10_000),
            ("receivable", 0),
            ("refunds", 4169),
            ("revenue", -14169)
        ]
    );
    let truth = shop.gateway.true_ledger().unwrap();
    assert_eq!(truth.captured - truth.refunded, 10_000);
}

#[test]
fn databases_that_share_a_gateway_do_not_meet() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    let mut other = Shop::with_worked_invoice();
    std::mem::swap(&mut shop.gateway, &mut other.gateway);
    let new = invoice(&WORKED.replace("INV-1", "INV-2"), dec!(141.69));
    other
        .repository
        .import(&mut std::iter::once(Ok(new)))
        .unwrap();
    let method = "pm_card_visa".parse().unwrap();
    let charged = charge(
        &mut other.repository,
        &mut other.gateway,
        "INV-2",
        method,
        NOW,
    );
    assert!(matches!(charged.unwrap().state, ChargeState::Paid(_)));
    let found = reconcile(&mut other.repository, &mut other.gateway, NOW).unwrap();
    assert_eq!((found.agreed, found.of_others), (1, 1));
    assert_eq!(found.differences, []);
}

#[test]
fn an_invoice_that_another_database_was_paid_for_is_not_taken_for_paid() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    let mut other = Shop::with_worked_invoice();
    std::mem::swap(&mut shop.gateway, &mut other.gateway);
    for later in [0, 0, DAY] {
        other.gateway.advance_clock(later).unwrap();
        let refused = charge(
            &mut other.repository,
            &mut other.gateway,
            "INV-1",
            "pm_card_visa".parse().unwrap(),
            NOW + i64::from(later),
        );
        assert!(
            matches!(
                refused,
                Err(Error::Gateway(GatewayError::IdempotencyConflict { .. }))
            ),
            "{refused:?}"
        );
    }
    assert_eq!(other.gateway.true_ledger().unwrap().captured, 14169);
}

#[test]
fn a_database_that_was_lost_is_continued_under_its_name() {
    let mut lost = Shop::with_worked_invoice();
    lost.charge("pm_card_visa");
    let name = lost.repository.database_id().unwrap();
    let mut again = Shop::with_worked_invoice();
    std::mem::swap(&mut lost.gateway, &mut again.gateway);
    again.repository.adopt(&name).unwrap();
    assert!(matches!(
        again.charge("pm_card_visa").state,
        ChargeState::Paid(_)
    ));
    assert_eq!(again.gateway.true_ledger().unwrap().payments.len(), 1);
}
