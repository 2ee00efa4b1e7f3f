//! Runs under every failure there is: each crash point, each fault of the gateway, and many at once.
//!
//! `LEDGERLY_SCHEDULES=1000000 cargo test --release -p billing --test simulation` tries more of them,
//! `LEDGERLY_SEED=17` tries one again.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod simulated;

use billing::gateway::{Fault, Faults};
use simulated::{Bug, Plan, Shop};

const FAULTS: [Fault; 7] = [
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::Conflict,
    Fault::RateLimited,
    Fault::SlowSettlement,
];

/// So many schedules are drawn unless the environment says otherwise.
const SCHEDULES: u64 = 200;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap())
}

#[test]
fn every_crash_point_with_every_fault_leaves_each_invoice_charged_once() {
    // A short run has the same kinds of points as a long one; the long one takes minutes.
    let (invoices, batch) = match number("LEDGERLY_SCHEDULES") {
        Some(_) => (50, 20),
        None => (7, 3),
    };
    let calls = Shop::new(invoices, batch, 0).run_through(&Plan::default(), None);
    assert!(calls.crash_points > 2 * invoices as u64, "{calls:?}");
    let mut shop = Shop::new(invoices, batch, 0);
    // Each fault meets some request of each kind of batch; each crash point is met with each fault.
    for (index, fault) in FAULTS.into_iter().enumerate() {
        for crash_at in 1..=calls.crash_points {
            let ordinal = 1 + (crash_at * 7 + index as u64) % (invoices as u64 + 5);
            let plan = Plan {
                crashes: vec![crash_at],
                faults: Faults {
                    ordinals: [(ordinal, fault)].into(),
                    ..Faults::default()
                },
            };
            shop.reset(crash_at);
            let violations = shop.violations_of(&plan, None);
            assert!(
                violations.is_empty(),
                "{fault:?}, crash at {crash_at}: {violations:#?}"
            );
        }
    }
}

#[test]
fn drawn_schedules_of_crashes_and_faults_violate_nothing() {
    let mut shop = Shop::new(4, 3, 0);
    let seeds = match number("LEDGERLY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LEDGERLY_SCHEDULES").unwrap_or(SCHEDULES),
    };
    for seed in seeds {
        shop.reset(seed);
        let violations = shop.violations_of(&Plan::drawn(seed), None);
        assert!(
            violations.is_empty(),
            "LEDGERLY_SEED={seed} shows it again: {violations:#?}"
        );
    }
}

#[test]
fn each_planted_bug_is_found() {
    for bug in [
        Bug::RecordBeforeSend,
        Bug::NewKeyOnRetry,
        Bug::UnknownIsDeclined,
    ] {
        let mut shop = Shop::new(4, 3, 0);
        let found = (0..200).find(|seed| {
            shop.reset(*seed);
            !shop
                .violations_of(&Plan::drawn(*seed), Some(bug))
                .is_empty()
        });
        assert!(found.is_some(), "{bug:?} was not found");
    }
}

#[test]
fn the_same_seed_gives_the_same_ledger() {
    let ledger = || {
        let mut shop = Shop::new(4, 3, 9);
        assert!(shop.violations_of(&Plan::drawn(9), None).is_empty());
        (shop.requests(), shop.postings())
    };
    assert_eq!(ledger(), ledger());
}
