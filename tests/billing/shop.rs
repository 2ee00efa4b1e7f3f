//! A shop with the worked invoice: the one place that knows how repositories and gateways are made.

use std::sync::atomic::{AtomicU32, Ordering};

use billing::gateway::{Answer, ChargeRequest, FakeGateway, Fault, Faults, MinorUnits};
use billing::refund::{RefundResult, refund};
use billing::repository::{
    Attempt, Begun, DueInvoice, DueQuery, InvoiceRepository, InvoiceState, NewInvoice, Repository,
    WantedCharge,
};
use billing::{Charge, Error, charge};
use rust_decimal::{Decimal, dec};

/// The shop's time, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;

/// A day and a bit: the gateway has forgotten its keys.
pub(crate) const DAY: u32 = 24 * 60 * 60;

pub(crate) const WORKED: &str = include_str!("../../billing/examples/worked.json");

/// A repository with the worked invoice, and a gateway: the one place that knows how they are made.
pub(crate) struct Shop {
    pub(crate) repository: Repository,
    pub(crate) gateway: FakeGateway,
}

impl Shop {
    pub(crate) fn with_worked_invoice() -> Self {
        let mut shop = Self::empty();
        let new = invoice(WORKED, dec!(141.69));
        let imported = shop.repository.import(&mut std::iter::once(Ok(new)));
        assert_eq!(imported.unwrap().imported, 1);
        shop
    }

    pub(crate) fn empty() -> Self {
        Self {
            repository: repository(),
            gateway: FakeGateway::in_memory().unwrap(),
        }
    }

    /// What is to be charged at a time.
    pub(crate) fn due_at(&self, now: i64) -> Vec<DueInvoice> {
        let query = DueQuery {
            now,
            limit: 9,
            ..DueQuery::default()
        };
        let due = self.repository.due(&query).unwrap();
        let count = self.repository.due_count(&query).unwrap();
        assert_eq!(count, due.len() as u64);
        due
    }

    pub(crate) fn charge(&mut self, method: &str) -> Charge {
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

    pub(crate) fn state(&self) -> InvoiceState {
        self.repository.find("INV-1").unwrap().unwrap().state
    }

    /// Stores an attempt as a process does that dies before it sends it.
    pub(crate) fn begin(&mut self) -> Attempt {
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

    /// Gives money back as a process does at that time.
    pub(crate) fn give_back(
        &mut self,
        amount: Option<Decimal>,
        now: i64,
    ) -> Result<RefundResult, Error> {
        refund(
            &mut self.repository,
            &mut self.gateway,
            "INV-1",
            amount,
            now,
        )
    }

    /// What an account holds.
    pub(crate) fn balance(&self, account: &str) -> i64 {
        let balances = self.repository.balances().unwrap();
        let found = balances.iter().find(|balance| balance.account == account);
        found.map_or(0, |balance| balance.amount_minor)
    }

    /// Lets the request of this ordinal fail.
    pub(crate) fn fails_at(&mut self, ordinal: u64, fault: Fault) {
        let faults = Faults {
            ordinals: [(ordinal, fault)].into(),
            ..Faults::default()
        };
        self.gateway.set_faults(faults).unwrap();
    }

    pub(crate) fn answers(&self) -> Vec<(String, Answer)> {
        answers(&self.gateway)
    }
}

/// An empty repository: in memory, or on the server that the environment names, where this
/// suite is run once more.
fn repository() -> Repository {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let Ok(place) = std::env::var("LEDGERLY_TEST_POSTGRES") else {
        return Repository::in_memory().unwrap();
    };
    let url = format!("postgres:///postgres?{place}");
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("suite_{}_{number}", std::process::id());
    postgres::Client::connect(&url, postgres::NoTls)
        .unwrap()
        .batch_execute(&format!("CREATE SCHEMA {name}"))
        .unwrap();
    let url = format!("{url}&options=-c%20search_path%3D{name}");
    Repository::connect(&url.parse().unwrap(), true).unwrap()
}

/// What the gateway was asked, and how that ended.
pub(crate) fn answers(gateway: &FakeGateway) -> Vec<(String, Answer)> {
    let requests = gateway.requests().unwrap().into_iter();
    requests
        .map(|request| (request.method, request.answer))
        .collect()
}

pub(crate) fn post(answer: Answer) -> (String, Answer) {
    ("POST".to_owned(), answer)
}

pub(crate) fn invoice(json: &str, total: Decimal) -> NewInvoice {
    NewInvoice {
        invoice: serde_json::from_str(json).unwrap(),
        total,
        policy: pricing::Policy::standard().into(),
        due: total,
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "worked.json".to_owned(),
        line: 1,
    }
}

pub(crate) fn dollars(minor: i64) -> MinorUnits {
    MinorUnits::new(minor, "USD".parse().unwrap()).unwrap()
}

pub(crate) fn request(key: &str, amount_minor: i64, method: &str) -> ChargeRequest {
    ChargeRequest {
        attempt_id: key.to_owned(),
        database_id: Some("shop".to_owned()),
        invoice_id: "INV-1".to_owned(),
        amount: dollars(amount_minor),
        payment_method: method.parse().unwrap(),
    }
}
