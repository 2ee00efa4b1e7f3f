//! Giving money back: never more than was paid, and each refund once.

use billing::Error;
use billing::gateway::Fault;
use billing::refund::RefundState;
use billing::repository::{BegunRefund, InvoiceRepository};
use billing::run::reconcile;
use rust_decimal::dec;

use super::shop::{DAY, NOW, Shop, dollars};

#[test]
fn no_more_is_given_back_than_was_paid() {
    let mut shop = Shop::with_worked_invoice();
    let unpaid = shop.repository.begin_refund("INV-1", None, NOW).unwrap();
    assert_eq!(unpaid, BegunRefund::NotPaid);
    shop.charge("pm_card_visa");
    let mut give_back = |amount| shop.give_back(amount, NOW);
    assert!(matches!(
        give_back(Some(dec!(141.70))),
        Err(Error::Usage(_))
    ));
    assert!(matches!(give_back(Some(dec!(0))), Err(Error::Usage(_))));
    assert!(give_back(Some(dec!(100))).is_ok());
    assert!(matches!(give_back(Some(dec!(41.70))), Err(Error::Usage(_))));
    assert_eq!(give_back(None).unwrap().refund.amount, dollars(4169));
    assert!(matches!(give_back(None), Err(Error::Usage(_))));
}

#[test]
fn a_refund_with_a_lost_answer_is_given_back_once() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    shop.fails_at(2, Fault::DropAfter);
    let first = shop.give_back(Some(dec!(20)), NOW).unwrap();
    assert_eq!(first.state, RefundState::Unknown);
    let second = shop.give_back(Some(dec!(30)), NOW).unwrap();
    assert_eq!(
        second.refund, first.refund,
        "the open one, before a new one"
    );
    assert_eq!(shop.gateway.true_ledger().unwrap().refunded, 2000);
}

#[test]
fn once_the_gateway_has_forgotten_the_key_an_open_refund_is_looked_up_first() {
    for (fault, sent) in [(Fault::DropAfter, 1), (Fault::DropBefore, 2)] {
        for by_reconciling in [false, true] {
            let mut shop = Shop::with_worked_invoice();
            shop.charge("pm_card_visa");
            shop.fails_at(2, fault);
            let lost = shop.give_back(Some(dec!(20)), NOW).unwrap();
            assert_eq!(lost.state, RefundState::Unknown);
            shop.gateway.advance_clock(DAY).unwrap();
            let later = NOW + i64::from(DAY);
            if by_reconciling {
                let found = reconcile(&mut shop.repository, &mut shop.gateway, later).unwrap();
                assert_eq!((found.repaired, found.differences.len()), (1, 0));
            } else {
                let found = shop.give_back(None, later).unwrap();
                assert!(matches!(found.state, RefundState::Refunded { .. }));
                assert_eq!(found.refund, lost.refund);
            }
            assert_eq!(
                shop.gateway.true_ledger().unwrap().refunded,
                2000,
                "{fault:?}"
            );
            let posts = shop.gateway.requests().unwrap().into_iter();
            let refunds =
                posts.filter(|asked| asked.method == "POST" && asked.path == "/v1/refunds");
            assert_eq!(refunds.count(), sent, "{fault:?}");
        }
    }
}

#[test]
fn an_open_refund_is_found_behind_a_hundred_others() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    shop.fails_at(2, Fault::DropAfter);
    shop.give_back(Some(dec!(0.50)), NOW).unwrap();
    let open = shop.repository.open_refunds().unwrap().remove(0);
    for number in 0..120 {
        let other = billing::gateway::RefundRequest {
            refund_id: format!("other {number}"),
            payment_id: open.payment_id.clone(),
            amount: dollars(1),
        };
        billing::gateway::PaymentGateway::refund(&mut shop.gateway, &other).unwrap();
    }
    shop.gateway.advance_clock(DAY).unwrap();
    let found = shop.give_back(None, NOW + i64::from(DAY)).unwrap();
    assert!(matches!(found.state, RefundState::Refunded { .. }));
    assert_eq!(shop.gateway.true_ledger().unwrap().refunded, 50 + 120);
}

#[test]
fn a_refund_that_fails_later_is_taken_back_by_reconciling() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_refundFail");
    let told = shop.give_back(Some(dec!(41.69)), NOW).unwrap();
    assert!(
        matches!(told.state, RefundState::Refunded { .. }),
        "{told:?}"
    );
    assert_eq!(shop.balance("gateway"), 10_000);
    let found = reconcile(&mut shop.repository, &mut shop.gateway, NOW).unwrap();
    assert_eq!((found.repaired, found.agreed), (1, 1));
    assert_eq!(found.differences, []);
    assert_eq!(
        (shop.balance("gateway"), shop.balance("refunds")),
        (14169, 0)
    );
    assert_eq!(shop.repository.problems().unwrap(), Vec::<String>::new());
    let again = reconcile(&mut shop.repository, &mut shop.gateway, NOW).unwrap();
    assert_eq!((again.repaired, again.agreed), (0, 1));
    let next = shop.give_back(None, NOW).unwrap();
    assert_eq!(
        next.refund.amount,
        dollars(14169),
        "all of it is left again"
    );
}

#[test]
fn a_refund_whose_answer_was_lost_and_that_failed_since_gives_nothing_back() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_refundFail");
    shop.fails_at(2, Fault::DropAfter);
    shop.give_back(None, NOW).unwrap();
    let found = shop.give_back(None, NOW).unwrap();
    let reason = "expired_or_canceled_card".to_owned();
    assert_eq!(found.state, RefundState::Refused { reason });
    assert_eq!(shop.balance("refunds"), 0);
}
