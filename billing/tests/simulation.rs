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
const SCHEDULES: u64 = 100;

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
        None => (3, 2),
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
                pauses: Vec::from_iter((crash_at % 2 == 0).then_some(0)),
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
    let seeds = if let Some(seed) = number("LEDGERLY_SEED") {
        seed..seed + 1
    } else {
        let first = number("LEDGERLY_FIRST_SEED").unwrap_or(0);
        first..first + number("LEDGERLY_SCHEDULES").unwrap_or(SCHEDULES)
    };
    let threads = number("LEDGERLY_THREADS").unwrap_or(1);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let seeds = seeds.clone();
            scope.spawn(move || live_through(seeds.filter(|seed| seed % threads == thread)));
        }
    });
    println!("{} schedules, nothing violated", seeds.end - seeds.start);
}

fn live_through(seeds: impl Iterator<Item = u64>) {
    let mut shop = Shop::new(4, 3, 0);
    for seed in seeds {
        shop.reset(seed);
        let violations = shop.violations_of(&Plan::drawn(seed), None);
        assert!(
            violations.is_empty(),
            "LEDGERLY_SEED={seed} shows it again: {violations:#?}"
        );
    }
}

/// Each bug is looked for in so many stretches of seeds, and must be found in every one.
const STRETCHES: u64 = 3;
const STRETCH: u64 = 200;

#[test]
fn each_planted_bug_is_found_each_time_by_a_seed_that_shows_it_again() {
    let mut shop = Shop::new(4, 3, 0);
    let mut violations_of = |seed: u64, bug: Bug| {
        shop.reset(seed);
        shop.violations_of(&Plan::drawn(seed), Some(bug))
    };
    for bug in Bug::ALL {
        for stretch in 0..STRETCHES {
            let mut seeds = stretch * STRETCH..(stretch + 1) * STRETCH;
            let found = seeds.find_map(|seed| {
                let violation = violations_of(seed, bug).into_iter().next()?;
                Some((seed, violation))
            });
            let (seed, violation) = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
            println!("{bug:?} is shown by seed {seed}: {violation}");
            let again = violations_of(seed, bug);
            assert_eq!(again.first(), Some(&violation), "{bug:?}, seed {seed}");
        }
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
