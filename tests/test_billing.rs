//! Charging with the fake gateway: at most once, whatever the gateway does.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use billing::gateway::{
    Answer, ChargeRequest, FakeGateway, Fault, Faults, GatewayError, MinorUnits, Outcome,
    PaymentGateway, PaymentMethod,
};
use billing::refund::{RefundState, refund};
use billing::repository::{
    Attempt, Begun, BegunRefund, ImportCount, InvoiceRepository, InvoiceState, NewInvoice,
    SqliteRepository, WantedCharge,
};
use billing::{Charge, ChargeState, Error, charge};
use rust_decimal::{Decimal, dec};

/// The shop's time, in seconds since 1970.
const NOW: i64 = 1_800_000_000;

const WORKED: &str = include_str!("../billing/examples/worked.json");

/// A repository with the worked invoice, and a gateway: the one place that knows how they are made.
struct Shop {
    repository: SqliteRepository,
    gateway: FakeGateway,
}

impl Shop {
    fn with_worked_invoice() -> Self {
        let mut repository = SqliteRepository::in_memory().unwrap();
        let imported = repository.import(&mut std::iter::once(Ok(invoice(WORKED, dec!(141.69)))));
        assert_eq!(imported.unwrap().imported, 1);
        let gateway = FakeGateway::in_memory().unwrap();
        Self {
            repository,
            gateway,
        }
    }

    fn charge(&mut self, method: &str) -> Charge {
        let method = method.parse().unwrap();
        charge(
            &mut self.repository,
            &mut self.gateway,
            "INV-1",
            method,
            NOW,
        )
        .unwrap()
    }

    fn state(&self) -> InvoiceState {
        self.repository.find("INV-1").unwrap().unwrap().state
    }

    /// Stores an attempt as a process does that dies before it sends it.
    fn begin(&mut self) -> Attempt {
        let wanted = WantedCharge {
            invoice_id: "INV-1".to_owned(),
            payment_method: "pm_card_visa".parse().unwrap(),
        };
        let begun = self.repository.begin_attempts(&[wanted], NOW).unwrap();
        match &begun[..] {
            [Begun::New(attempt)] => attempt.clone(),
            other => panic!("the invoice was never charged: {other:?}"),
        }
    }

    fn answers(&self) -> Vec<(String, Answer)> {
        answers(&self.gateway)
    }
}

/// What the gateway was asked, and how that ended.
fn answers(gateway: &FakeGateway) -> Vec<(String, Answer)> {
    let requests = gateway.requests().unwrap().into_iter();
    requests
        .map(|request| (request.method, request.answer))
        .collect()
}

fn post(answer: Answer) -> (String, Answer) {
    ("POST".to_owned(), answer)
}

fn invoice(json: &str, total: Decimal) -> NewInvoice {
    NewInvoice {
        invoice: serde_json::from_str(json).unwrap(),
        total,
        due: total,
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "worked.json".to_owned(),
        line: 1,
    }
}

#[test]
fn an_approved_charge_makes_the_invoice_paid() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(shop.state(), InvoiceState::Issued);
    let charge = shop.charge("pm_card_visa");
    assert!(matches!(charge.state, ChargeState::Paid(_)));
    let stored = shop.repository.find("INV-1").unwrap().unwrap();
    assert_eq!(stored.state, InvoiceState::Paid);
    assert_eq!(stored.attempts.len(), 1);
    assert_eq!(stored.attempts[0].amount, dollars(14169));
    assert_eq!(stored.attempts[0].payment_id.as_deref(), Some("pi_1"));
}

#[test]
fn charging_a_paid_invoice_again_sends_nothing() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    let again = shop.charge("pm_card_visa");
    assert_eq!(again.state, ChargeState::AlreadyPaid);
    assert_eq!(shop.answers(), [post(Answer::Executed)]);
}

#[test]
fn each_declining_method_is_declined_for_its_reason() {
    for (method, reason) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_chargeCustomerFail", "generic_decline"),
        (
            "pm_card_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
        ),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
        ),
        ("pm_card_chargeDeclinedLostCard", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error"),
        (
            "pm_card_chargeDeclinedVelocityLimitExceeded",
            "card_velocity_exceeded",
        ),
        ("pm_card_authenticationRequired", "authentication_required"),
    ] {
        let mut shop = Shop::with_worked_invoice();
        let charge = shop.charge(method);
        let ChargeState::Declined(payment) = charge.state else {
            panic!("{method}: {:?}", charge.state);
        };
        let Outcome::Declined(declined) = payment.outcome else {
            panic!("{method}: {:?}", payment.outcome);
        };
        assert_eq!(declined.code(), reason, "{method}");
        let stored = shop.repository.find("INV-1").unwrap().unwrap();
        assert_eq!(stored.state, InvoiceState::Declined, "{method}");
        assert_eq!(
            stored.attempts[0].decline_reason.as_deref(),
            Some(reason),
            "{method}"
        );
    }
}

#[test]
fn after_a_decline_another_method_is_tried_under_a_new_key() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_chargeDeclined");
    let second = shop.charge("pm_card_visa");
    assert!(matches!(second.state, ChargeState::Paid(_)));
    let attempts = shop.repository.find("INV-1").unwrap().unwrap().attempts;
    assert_eq!(attempts.len(), 2);
    assert_ne!(attempts[0].attempt_id, attempts[1].attempt_id);
}

#[test]
fn a_lost_answer_is_looked_up_under_the_same_key_and_charged_once() {
    let mut shop = Shop::with_worked_invoice();
    let first = shop.charge("pm_card_timeoutAfterCharge");
    assert_eq!(first.state, ChargeState::Unknown);
    assert_eq!(shop.state(), InvoiceState::Unknown);
    let second = shop.charge("pm_card_visa");
    assert!(matches!(second.state, ChargeState::Paid(_)));
    assert_eq!(
        first.attempt, second.attempt,
        "the same attempt, under its own key"
    );
    assert_eq!(
        shop.answers(),
        [post(Answer::LostAfter), post(Answer::Replayed)]
    );
}

#[test]
fn a_lost_request_is_sent_again_under_the_same_key() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(
        shop.charge("pm_card_timeoutBeforeCharge").state,
        ChargeState::Unknown
    );
    assert!(matches!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(_)
    ));
    assert_eq!(
        shop.answers(),
        [post(Answer::LostBefore), post(Answer::Executed)]
    );
    let requests = shop.gateway.requests().unwrap().into_iter();
    let keys = requests.filter_map(|request| request.idempotency_key);
    assert_eq!(keys.collect::<std::collections::BTreeSet<_>>().len(), 1);
}

#[test]
fn an_attempt_that_was_stored_but_never_sent_is_sent_under_its_own_key() {
    let mut shop = Shop::with_worked_invoice();
    let stored = shop.begin();
    assert_eq!(shop.state(), InvoiceState::Unknown);
    let charge = shop.charge("pm_card_chargeDeclined");
    assert!(
        matches!(charge.state, ChargeState::Paid(_)),
        "with the first attempt's method"
    );
    assert_eq!(charge.attempt.unwrap().attempt_id, stored.attempt_id);
}

#[test]
fn a_decision_that_was_made_but_not_recorded_is_found_again() {
    let mut shop = Shop::with_worked_invoice();
    let attempt = shop.begin();
    // A process that charges and dies before it records the answer.
    let request = request(&attempt.attempt_id, 14169, "pm_card_visa");
    let payment = shop.gateway.charge(&request).unwrap();
    assert_eq!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(payment)
    );
}

#[test]
fn the_same_key_is_answered_the_same_and_charges_once() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    let request = request("key", 100, "pm_card_visa");
    let first = gateway.charge(&request).unwrap();
    assert_eq!(gateway.charge(&request).unwrap(), first);
    assert_eq!(
        answers(&gateway),
        [post(Answer::Executed), post(Answer::Replayed)]
    );
    assert_eq!(gateway.true_ledger().unwrap().captured, 100);
}

#[test]
fn the_same_key_with_other_parameters_is_a_conflict_and_charges_nothing() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    gateway
        .charge(&request("key", 100, "pm_card_visa"))
        .unwrap();
    let mut other_invoice = request("key", 100, "pm_card_visa");
    other_invoice.invoice_id = "INV-2".to_owned();
    for other in [
        request("key", 101, "pm_card_visa"),
        request("key", 100, "pm_card_refundFail"),
        other_invoice,
    ] {
        let refused = gateway.charge(&other);
        assert!(
            matches!(refused, Err(GatewayError::IdempotencyConflict { .. })),
            "{refused:?}"
        );
    }
    let conflict = post(Answer::Conflict);
    assert_eq!(
        answers(&gateway),
        [
            post(Answer::Executed),
            conflict.clone(),
            conflict.clone(),
            conflict
        ]
    );
    assert_eq!(gateway.true_ledger().unwrap().captured, 100);
}

#[test]
fn a_key_that_is_empty_or_too_long_is_refused() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    for key in ["", &"k".repeat(256)] {
        let refused = gateway.charge(&request(key, 100, "pm_card_visa"));
        assert!(matches!(
            refused,
            Err(GatewayError::IdempotencyConflict { .. })
        ));
    }
    assert!(
        gateway
            .charge(&request(&"k".repeat(255), 100, "pm_card_visa"))
            .is_ok()
    );
}

#[test]
fn the_gateway_remembers_its_decisions_between_two_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let request = request("key", 100, "pm_card_timeoutAfterCharge");
    let first = FakeGateway::open(&path).unwrap().charge(&request);
    assert!(matches!(first, Err(GatewayError::TimedOut)));
    let mut reopened = FakeGateway::open(&path).unwrap();
    let found = reopened.find("key").unwrap().unwrap();
    assert_eq!(reopened.charge(&request).unwrap(), found);
    assert_eq!(reopened.find("another key").unwrap(), None);
}

#[test]
fn an_unknown_payment_method_names_the_one_that_was_meant() {
    let remedy = FakeGateway::method_remedy("pm_card_vissa").unwrap();
    assert!(
        remedy.starts_with("did you mean \"pm_card_visa\"?"),
        "{remedy}"
    );
    assert_eq!(FakeGateway::method_remedy("pm_card_visa"), None);
}

#[test]
fn a_card_number_is_no_payment_method_and_is_not_repeated() {
    let error = "4242424242424242".parse::<PaymentMethod>().unwrap_err();
    assert!(!error.to_string().contains("4242"), "{error}");
}

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
fn once_the_gateway_has_forgotten_the_key_an_open_attempt_is_looked_up_first() {
    const DAY: u32 = 24 * 60 * 60;
    for (method, sent_again) in [
        ("pm_card_timeoutAfterCharge", 0),
        ("pm_card_timeoutBeforeCharge", 1),
    ] {
        let mut shop = Shop::with_worked_invoice();
        assert_eq!(shop.charge(method).state, ChargeState::Unknown);
        shop.gateway.advance_clock(DAY).unwrap();
        let later = NOW + i64::from(DAY);
        let other = "pm_card_chargeDeclined".parse().unwrap();
        let charged = charge(
            &mut shop.repository,
            &mut shop.gateway,
            "INV-1",
            other,
            later,
        );
        assert!(
            matches!(charged.unwrap().state, ChargeState::Paid(_)),
            "{method}"
        );
        let posts = shop
            .answers()
            .into_iter()
            .filter(|(verb, _)| verb == "POST")
            .count();
        assert_eq!(posts, 1 + sent_again, "{method}");
        assert_eq!(
            shop.gateway.true_ledger().unwrap().captured,
            14169,
            "{method}"
        );
    }
}

#[test]
fn a_slow_settlement_is_unknown_until_it_is_done() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(
        shop.charge("pm_card_slowSettlement").state,
        ChargeState::Unknown
    );
    assert_eq!(shop.charge("pm_card_visa").state, ChargeState::Unknown);
    shop.gateway.advance_clock(60).unwrap();
    assert!(matches!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(_)
    ));
    assert_eq!(shop.gateway.true_ledger().unwrap().payments.len(), 1);
}

#[test]
fn the_journal_follows_the_money_and_adds_up_to_zero() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_chargeDeclined");
    shop.charge("pm_card_visa");
    let refunded = refund(
        &mut shop.repository,
        &mut shop.gateway,
        "INV-1",
        Some(dec!(41.69)),
    );
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
fn no_more_is_given_back_than_was_paid() {
    let mut shop = Shop::with_worked_invoice();
    let unpaid = shop.repository.begin_refund("INV-1", None).unwrap();
    assert_eq!(unpaid, BegunRefund::NotPaid);
    shop.charge("pm_card_visa");
    let mut give_back = |amount| refund(&mut shop.repository, &mut shop.gateway, "INV-1", amount);
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
    let lost = Faults {
        ordinals: [(2, Fault::DropAfter)].into(),
        ..Faults::default()
    };
    shop.gateway.set_faults(lost).unwrap();
    let mut give_back = |amount| refund(&mut shop.repository, &mut shop.gateway, "INV-1", amount);
    let first = give_back(Some(dec!(20))).unwrap();
    assert_eq!(first.state, RefundState::Unknown);
    let second = give_back(Some(dec!(30))).unwrap();
    assert_eq!(
        second.refund, first.refund,
        "the open one, before a new one"
    );
    assert_eq!(shop.gateway.true_ledger().unwrap().refunded, 2000);
}

fn dollars(minor: i64) -> MinorUnits {
    MinorUnits::new(minor, "USD".parse().unwrap()).unwrap()
}

fn request(key: &str, amount_minor: i64, method: &str) -> ChargeRequest {
    ChargeRequest {
        attempt_id: key.to_owned(),
        invoice_id: "INV-1".to_owned(),
        amount: dollars(amount_minor),
        payment_method: method.parse().unwrap(),
    }
}
