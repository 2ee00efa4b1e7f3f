//! Many random invoices: totals and quotes of the kernel are those of the general path.
//!
//! `LEDGERLY_RANDOM_INVOICES=10000000 cargo test --release -p ledgerly-tests --test random_invoices` is the
//! long version: ten million invoices (a minute or two).
#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use pricing::{Invoice, Policy, PricingEngine, RawInvoice, RawLineItem};
use rust_decimal::Decimal;

/// The short version.
const INVOICES: u64 = 20_000;

const TIERS: [&str; 4] = [
    "gold",
    "silver",
    "none",
    "a tier of more than eight letters",
];

/// `SplitMix64`: the same invoices on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap_or(0)
    }

    /// Mostly everyday amounts; one in sixteen has as many digits as a machine word.
    fn amount(&mut self) -> Decimal {
        let digits = if self.below(16) == 0 {
            18
        } else {
            1 + self.below(6)
        };
        let mantissa = self.next() % 10_u64.pow(digits);
        let places = [2, 2, 2, 4, 0, 3, 1, 12][self.below(8) as usize];
        Decimal::new(i64::try_from(mantissa).unwrap_or(0), places)
    }
}

fn invoice(numbers: &mut Numbers) -> Invoice {
    let count = numbers.below(6);
    let items = (0..count).map(|_| {
        let quantity = if numbers.below(4) == 0 {
            numbers.amount()
        } else {
            Decimal::from(1 + numbers.below(40))
        };
        RawLineItem {
            sku: String::new(),
            unit_price: numbers.amount(),
            quantity: if numbers.below(8) == 0 {
                -quantity
            } else {
                quantity
            },
        }
    });
    let items = items.collect();
    let raw = RawInvoice {
        invoice_id: "INV-1".to_owned(),
        tier: TIERS[numbers.below(4) as usize].to_owned(),
        loyalty_member: numbers.below(2) == 0,
        days_overdue: i64::from(25 + numbers.below(10)),
        items,
    };
    Invoice::try_from(raw).expect("a price is not below zero")
}

/// The standard policy, and others in which each step is of another kind.
fn engines() -> Vec<PricingEngine> {
    let taxed = |rules: &str| {
        let json = format!(r#"{{"taxes":[{{"code":"standard","rate":"0.1925"}}],{rules}}}"#);
        PricingEngine::new(serde_json::from_str::<Policy>(&json).expect("a valid policy"))
    };
    let gold = r#""tiers":[{"tier":"gold","rate":"0.125"}]"#;
    vec![
        PricingEngine::standard().clone(),
        PricingEngine::standard().clone(),
        taxed(&format!(
            r#"{gold},"loyalty":{{"rate":"0.05","base":"subtotal"}},"rounding":{{"mode":"half-even"}}"#
        )),
        taxed(&format!(
            r#"{gold},"currency":"JPY","late_fee":{{"rate":"0.015","after_days":28}},"rounding":{{"mode":"up"}}"#
        )),
        taxed(&format!(
            r#"{gold},"currency":"EUR","late_fee":{{"amount":"5.00","after_days":30}},"rounding":{{"mode":"down"}}"#
        )),
    ]
}

#[test]
fn every_total_and_quote_is_that_of_the_general_path() {
    let asked = std::env::var("LEDGERLY_RANDOM_INVOICES");
    let invoices = asked.map_or(INVOICES, |text| text.parse().unwrap_or(INVOICES));
    let mut numbers = Numbers(6);
    let engines = engines();
    for number in 0..invoices {
        let invoice = invoice(&mut numbers);
        let engine = &engines[numbers.below(5) as usize];
        let slow = engine.quote_by_steps(&invoice);
        assert_eq!(
            engine.quote(&invoice),
            slow,
            "invoice {number}: {invoice:?}"
        );
        assert_eq!(
            engine.total(&invoice),
            engine.total_by_steps(&invoice),
            "invoice {number}"
        );
        if let (Ok(total), Ok(quote)) = (engine.total(&invoice), slow) {
            assert_eq!(
                total.to_string(),
                quote.total.amount.to_string(),
                "invoice {number}"
            );
        }
    }
}
