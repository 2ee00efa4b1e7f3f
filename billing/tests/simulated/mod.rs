//! A shop in memory whose process dies at any call, and a gateway that fails at any request.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod crashing;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use billing::gateway::{FakeGateway, Fault, Faults, PaymentGateway};
use billing::repository::{InvoiceRepository, InvoiceState, NewInvoice, Posting, SqliteRepository};
use billing::run::{RunOptions, Selection, reconcile, run};
use rust_decimal::Decimal;

use crashing::{Crashes, CrashingGateway, CrashingRepository};

/// Runs that meet no crash any more are enough for everything to settle in this many days.
const DAYS: u32 = 4;
const DAY: u32 = 25 * 60 * 60;

/// A mistake that the simulation has to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    RecordBeforeSend,
    NewKeyOnRetry,
    UnknownIsDeclined,
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// At which calls the process dies, counted over all of its lives.
    pub(crate) crashes: Vec<u64>,
    pub(crate) faults: Faults,
}

impl Plan {
    /// A plan that follows from its seed alone.
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut state = seed;
        let mut draw = |below: u64| {
            // SplitMix64.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut bits = state;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (bits ^ (bits >> 31)) % below
        };
        let crashes = (0..draw(4)).map(|_| 1 + draw(40)).collect();
        let share = |draw: u64| u16::try_from(draw).unwrap();
        let per_thousand = [
            Fault::DropBefore,
            Fault::DropAfter,
            Fault::ErrorBefore,
            Fault::ErrorAfter,
            Fault::Conflict,
            Fault::RateLimited,
            Fault::SlowSettlement,
        ];
        let per_thousand = per_thousand.map(|fault| (fault, share(draw(120)))).into();
        let faults = Faults {
            seed,
            per_thousand,
            ..Faults::default()
        };
        Self { crashes, faults }
    }
}

/// How many calls a run made at which it could have died.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls {
    pub(crate) crash_points: u64,
}

pub(crate) struct Shop {
    repository: SqliteRepository,
    gateway: Arc<Mutex<FakeGateway>>,
    invoices: usize,
    batch: usize,
    now: Rc<Cell<i64>>,
}

impl Shop {
    pub(crate) fn new(invoices: usize, batch: usize, seed: u64) -> Self {
        let mut shop = Self {
            repository: SqliteRepository::in_memory().unwrap(),
            gateway: Arc::new(Mutex::new(FakeGateway::in_memory().unwrap())),
            invoices,
            batch,
            now: Rc::new(Cell::new(0)),
        };
        shop.reset(seed);
        shop
    }

    /// New invoices in a new database; some are declined, chosen by `seed`.
    pub(crate) fn reset(&mut self, seed: u64) {
        self.repository = SqliteRepository::in_memory().unwrap();
        *self.gateway.lock().unwrap() = FakeGateway::in_memory().unwrap();
        self.now.set(1_800_000_000);
        let mut book = (1..=self.invoices).map(|number| Ok(invoice(number, seed)));
        self.repository.import(&mut book).unwrap();
    }

    /// One run that meets nothing; how many calls it made.
    pub(crate) fn run_through(mut self, plan: &Plan, bug: Option<Bug>) -> Calls {
        let crashes = Crashes::at(plan.crashes.clone());
        self.live(&crashes, bug, "pm_card_visa");
        Calls {
            crash_points: crashes.count(),
        }
    }

    /// Lives through the plan, then without new failures until all is settled.
    pub(crate) fn violations_of(&mut self, plan: &Plan, bug: Option<Bug>) -> Vec<String> {
        self.gateway
            .lock()
            .unwrap()
            .set_faults(plan.faults.clone())
            .unwrap();
        let crashes = Crashes::at(plan.crashes.clone());
        for _ in 0..=plan.crashes.len() {
            self.live(&crashes, bug, "pm_card_visa");
        }
        self.gateway
            .lock()
            .unwrap()
            .set_faults(Faults::default())
            .unwrap();
        let calm = Crashes::default();
        for _ in 0..DAYS {
            self.live(&calm, bug, "pm_card_visa");
            self.now.set(self.now.get() + i64::from(DAY));
            self.gateway.lock().unwrap().advance_clock(DAY).unwrap();
        }
        let mut violations = self.settled_violations();
        let before = self.requests().len();
        self.live(&calm, bug, "pm_card_visa");
        if self.requests().len() != before {
            violations.push("a second run sent something".to_owned());
        }
        violations
    }

    /// One life of the process: a run that ends, or dies at a crash point.
    fn live(&mut self, crashes: &Crashes, bug: Option<Bug>, method: &str) {
        let mut repository = CrashingRepository {
            inner: &mut self.repository,
            crashes: crashes.clone(),
            bug,
        };
        let gateway = CrashingGateway {
            inner: Arc::clone(&self.gateway),
            crashes: crashes.clone(),
            bug,
        };
        let mut gateways: Vec<Box<dyn PaymentGateway + Send>> = vec![Box::new(gateway)];
        let options = RunOptions {
            selection: Selection::Due(None),
            payment_method: method.parse().unwrap(),
            batch: self.batch,
            rate: None,
        };
        let now = Rc::clone(&self.now);
        let clock = move || now.get();
        // Dying is an error that the run passes on at once; what it still writes is refused.
        drop(run(
            &mut repository,
            &mut gateways,
            &options,
            &clock,
            &mut |_| {},
        ));
        crashes.reborn();
    }

    fn settled_violations(&mut self) -> Vec<String> {
        let mut violations = Vec::new();
        let truth = self.gateway.lock().unwrap().true_ledger().unwrap();
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        for payment in &truth.payments {
            *taken
                .entry(payment.invoice_id.clone().unwrap())
                .or_default() += 1;
        }
        self.repository
            .list(None, &mut |invoice| {
                let times = taken.get(&invoice.invoice_id).copied().unwrap_or(0);
                match (invoice.state, times) {
                    (InvoiceState::Paid, 1) => {}
                    (state, times) => violations.push(format!(
                        "{} is {} and was charged {times} times",
                        invoice.invoice_id,
                        state.name()
                    )),
                }
                Ok(())
            })
            .unwrap();
        let balances = self.repository.balances().unwrap();
        let sum: i64 = balances.iter().map(|balance| balance.amount_minor).sum();
        if sum != 0 {
            violations.push(format!("the journal adds up to {sum}"));
        }
        let at_gateway = balances.iter().find(|balance| balance.account == "gateway");
        let at_gateway = at_gateway.map_or(0, |balance| balance.amount_minor);
        if at_gateway != truth.captured - truth.refunded {
            violations.push(format!(
                "the journal has {at_gateway} at the gateway, which has {}",
                truth.captured
            ));
        }
        let mut gateway = self.gateway.lock().unwrap();
        let found = reconcile(&mut self.repository, &mut *gateway, self.now.get()).unwrap();
        violations.extend(found.differences.into_iter().map(|found| found.problem));
        violations
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.gateway.lock().unwrap().requests().unwrap().into_iter();
        let posts = requests.filter(|request| request.method == "POST");
        posts.map(|request| format!("{request:?}")).collect()
    }

    pub(crate) fn postings(&self) -> Vec<Posting> {
        let postings = RefCell::new(Vec::new());
        let mut each = |posting| {
            postings.borrow_mut().push(posting);
            Ok(())
        };
        self.repository.journal(None, &mut each).unwrap();
        postings.into_inner()
    }
}

fn invoice(number: usize, seed: u64) -> NewInvoice {
    let cents = 100 + (seed.wrapping_mul(31).wrapping_add(number as u64 * 17)) % 9000;
    let price = Decimal::new(i64::try_from(cents).unwrap(), 2);
    let json = format!(
        r#"{{"invoice_id":"INV-{number}","tier":"","loyalty_member":false,"days_overdue":0,
            "items":[{{"sku":"A","unit_price":"{price}","quantity":1}}]}}"#
    );
    NewInvoice {
        invoice: serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}")),
        total: price,
        due: price,
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "simulated".to_owned(),
        line: 1,
    }
}
