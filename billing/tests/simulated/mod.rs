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

use billing::Error;
use billing::gateway::{FakeGateway, Fault, Faults, PaymentGateway};
use billing::refund::refund;
use billing::repository::{InvoiceRepository, InvoiceState, NewInvoice, Posting, Repository};
use billing::run::{Overlap, RunOptions, Selection, reconcile, run};
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
    OldRefundIsSentAgain,
}

impl Bug {
    pub(crate) const ALL: [Self; 4] = [
        Self::RecordBeforeSend,
        Self::NewKeyOnRetry,
        Self::UnknownIsDeclined,
        Self::OldRefundIsSentAgain,
    ];
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// At which calls the process dies, counted over all of its lives.
    pub(crate) crashes: Vec<u64>,
    /// After which lives so much time passes that the gateway forgets its keys.
    pub(crate) pauses: Vec<usize>,
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
        let crashes: Vec<_> = (0..draw(4)).map(|_| 1 + draw(60)).collect();
        let lives = 0..=crashes.len();
        let pauses = lives.filter(|_| draw(3) == 0).collect();
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
        Self {
            crashes,
            pauses,
            faults,
        }
    }
}

/// How many calls a run made at which it could have died.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls {
    pub(crate) crash_points: u64,
}

pub(crate) struct Shop {
    /// What each schedule starts with: making tables takes longer than the schedule.
    empty: (Repository, FakeGateway),
    repository: Repository,
    gateway: Arc<Mutex<FakeGateway>>,
    invoices: usize,
    batch: usize,
    now: Rc<Cell<i64>>,
}

impl Shop {
    pub(crate) fn new(invoices: usize, batch: usize, seed: u64) -> Self {
        let mut repository = Repository::in_memory().unwrap();
        repository.adopt("simulated").unwrap();
        let gateway = FakeGateway::in_memory().unwrap();
        let mut shop = Self {
            repository: repository.forked().unwrap(),
            gateway: Arc::new(Mutex::new(gateway.forked().unwrap())),
            empty: (repository, gateway),
            invoices,
            batch,
            now: Rc::new(Cell::new(0)),
        };
        shop.reset(seed);
        shop
    }

    /// New invoices in a new database, their prices chosen by `seed`.
    pub(crate) fn reset(&mut self, seed: u64) {
        let (repository, gateway) = &self.empty;
        self.repository = repository.forked().unwrap();
        *self.gateway.lock().unwrap() = gateway.forked().unwrap();
        self.now.set(1_800_000_000);
        let mut book = (1..=self.invoices).map(|number| Ok(invoice(number, seed)));
        self.repository.import(&mut book).unwrap();
    }

    /// One run that meets nothing; how many calls it made.
    pub(crate) fn run_through(mut self, plan: &Plan, bug: Option<Bug>) -> Calls {
        let crashes = Crashes::at(plan.crashes.clone());
        self.live(&crashes, bug);
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
        for life in 0..=plan.crashes.len() {
            self.live(&crashes, bug);
            if plan.pauses.contains(&life) {
                self.pass_a_day();
            }
        }
        self.gateway
            .lock()
            .unwrap()
            .set_faults(Faults::default())
            .unwrap();
        let calm = Crashes::default();
        for _ in 0..DAYS {
            self.live(&calm, bug);
            self.pass_a_day();
        }
        let mut violations = self.settled_violations();
        let before = self.requests().len();
        self.live(&calm, bug);
        if self.requests().len() != before {
            violations.push("a second run sent something".to_owned());
        }
        violations
    }

    /// The gateway forgets its keys.
    fn pass_a_day(&mut self) {
        self.now.set(self.now.get() + i64::from(DAY));
        self.gateway.lock().unwrap().advance_clock(DAY).unwrap();
    }

    /// One life of the process: a run and some refunds, ending or dying at a crash point.
    fn live(&mut self, crashes: &Crashes, bug: Option<Bug>) {
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
            payment_method: "pm_card_visa".parse().unwrap(),
            batch: self.batch,
            rate: None,
            overlap: Overlap::InTurn,
        };
        let now = Rc::clone(&self.now);
        let clock = move || now.get();
        // Dying is an error that the run passes on at once; what it still writes is refused.
        let ended = run(
            &mut repository,
            &mut gateways,
            &options,
            &clock,
            &mut |_| {},
        );
        if ended.is_ok() {
            drop(give_back(&mut repository, gateways[0].as_mut(), clock()));
        }
        crashes.reborn();
    }

    fn settled_violations(&mut self) -> Vec<String> {
        let mut violations = Vec::new();
        let truth = self.gateway.lock().unwrap().true_ledger().unwrap();
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        for payment in &truth.payments {
            let invoice_id = payment.invoice_id.as_deref().unwrap();
            let expected = if is_given_back(invoice_id) {
                GIVEN_BACK
            } else {
                0
            };
            if payment.refunded != expected {
                violations.push(format!("{invoice_id}: {} given back", payment.refunded));
            }
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

/// Every second invoice gets so much back, in minor units, once.
const GIVEN_BACK: i64 = 50;

fn is_given_back(invoice_id: &str) -> bool {
    invoice_id.ends_with(['1', '3', '5', '7', '9'])
}

/// Gives back what is to be given back and is not yet.
fn give_back(
    repository: &mut CrashingRepository<'_>,
    gateway: &mut (dyn PaymentGateway + Send),
    now: i64,
) -> Result<(), Error> {
    let mut wanted = Vec::new();
    repository.collected(&mut |paid| {
        if is_given_back(&paid.invoice_id) && paid.refunded == 0 {
            wanted.push(paid.invoice_id);
        }
        Ok(())
    })?;
    for invoice_id in wanted {
        let amount = Some(Decimal::new(GIVEN_BACK, 2));
        refund(repository, gateway, &invoice_id, amount, now)?;
    }
    Ok(())
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
        policy: pricing::Policy::standard().into(),
        due: price,
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "simulated".to_owned(),
        line: 1,
    }
}
