//! The kernel against the general path and against exact fractions.
//!
//! `LEDGERLY_KERNEL_CASES=10000000 cargo test --release -p ledgerly-tests --test kernel` is the long
//! version: ten million random invoices under random policies (some minutes).
#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use ledgerly_tests::document_oracle::expected;
use ledgerly_tests::documents::{accepted, document, policy, rounding, ruled};
use ledgerly_tests::oracle::fraction;
use pricing::kernel::{Columns, Customer, Fixed, FixedColumn, Kernel, Subtotal};
use pricing::policy::RawPolicy;
use pricing::{PricingEngine, Quote, RawDocument, RawDocumentLine, Rounding, RoundingMode};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The short version.
const CASES: u32 = 512;

fn cases() -> ProptestConfig {
    let asked = std::env::var("LEDGERLY_KERNEL_CASES");
    let cases = asked.map_or(CASES, |text| text.parse().unwrap_or(CASES));
    ProptestConfig::with_cases(cases)
}

/// Everyday amounts, those about the limits of the kernel, and a few beyond.
fn amount() -> impl Strategy<Value = Decimal> + Clone {
    prop_oneof![
        8 => (0..=100_000_i64, 0..=4_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        1 => (0..=i64::MAX, 0..=14_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        1 => (0..=3_000_000_000_i64, 0..=8_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
    ]
}

fn plain_document() -> impl Strategy<Value = RawDocument> {
    let quantity = (amount(), prop::bool::weighted(0.1))
        .prop_map(|(quantity, is_back)| if is_back { -quantity } else { quantity });
    let line = (amount(), quantity).prop_map(|(unit_price, quantity)| RawDocumentLine {
        unit_price,
        quantity,
        ..RawDocumentLine::default()
    });
    let tier = prop::sample::select(vec!["gold", "silver", "none"]);
    let lines = prop::collection::vec(line, 0..6);
    (tier, any::<bool>(), 25..36_i64, lines).prop_map(
        |(tier, loyalty_member, days_overdue, items)| RawDocument {
            invoice_id: "INV-1".to_owned(),
            tier: tier.to_owned(),
            loyalty_member,
            days_overdue,
            items,
            ..RawDocument::default()
        },
    )
}

fn rounded_once() -> impl Strategy<Value = Rounding> {
    let mode = prop::sample::select(vec![
        RoundingMode::HalfAway,
        RoundingMode::HalfEven,
        RoundingMode::Up,
        RoundingMode::Down,
    ]);
    mode.prop_map(|mode| Rounding {
        mode,
        ..Rounding::default()
    })
}

/// The engine's total is the general path's to the last digit and to the last letter of an error, and
/// it is what exact fractions give.
fn is_proven(raw: &RawDocument, rules: &RawPolicy) -> Result<(), TestCaseError> {
    let engine = PricingEngine::new(ruled(rules)?);
    let invoice = accepted(raw)?;
    let (quick, slow) = (engine.total(&invoice), engine.total_by_steps(&invoice));
    let text = |total: &Result<Decimal, _>| total.as_ref().map(Decimal::to_string).ok();
    prop_assert_eq!(text(&quick), text(&slow));
    prop_assert_eq!(&quick, &slow);
    if let Ok(total) = quick {
        prop_assert_eq!(fraction(total), expected(raw, rules).total);
    }
    Ok(())
}

/// The quote of the kernel's counts is the general path's to the last letter.
fn quotes_alike(engine: &PricingEngine, raw: &RawDocument) -> Result<(), TestCaseError> {
    let invoice = accepted(raw)?;
    let (quick, slow) = (engine.quote(&invoice), engine.quote_by_steps(&invoice));
    prop_assert_eq!(&quick, &slow);
    if let (Ok(quick), Ok(slow)) = (quick, slow) {
        prop_assert_eq!(json(&quick), json(&slow));
        prop_assert_eq!(quick.into_breakdown(), slow.into_breakdown());
    }
    Ok(())
}

fn json(quote: &Quote) -> String {
    serde_json::to_string(quote).expect("texts and lists are JSON")
}

/// The total of the same invoice by columns, when the kernel takes it.
fn total_by_columns(engine: &PricingEngine, raw: &RawDocument) -> Option<Decimal> {
    let kernel = engine.kernel()?;
    let scale = |value: fn(&RawDocumentLine) -> Decimal| {
        raw.items
            .iter()
            .map(|item| value(item).scale())
            .max()
            .unwrap_or(0)
    };
    let column = |value: fn(&RawDocumentLine) -> Decimal, scale: u32| {
        let mantissas = raw.items.iter().map(|item| {
            let power = 10_i128.pow(scale - value(item).scale());
            i64::try_from(value(item).mantissa().checked_mul(power)?).ok()
        });
        mantissas.collect::<Option<Vec<i64>>>()
    };
    let (price_scale, quantity_scale) =
        (scale(|item| item.unit_price), scale(|item| item.quantity));
    let prices = column(|item| item.unit_price, price_scale)?;
    let quantities = column(|item| item.quantity, quantity_scale)?;
    let mut totals = Vec::new();
    kernel.totals(
        Columns {
            customers: &[kernel.customer(&raw.tier, raw.loyalty_member)],
            days_overdue: &[u32::try_from(raw.days_overdue).ok()?],
            offsets: &[0, i32::try_from(prices.len()).ok()?],
            unit_prices: FixedColumn {
                mantissas: &prices,
                scale: price_scale,
            },
            quantities: FixedColumn {
                mantissas: &quantities,
                scale: quantity_scale,
            },
        },
        &mut totals,
    );
    Some(Decimal::new(totals.pop()??, kernel.places()))
}

/// Line items whose prices and quantities are near nothing, near the end of a word, or usual.
fn line_items() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let price = prop_oneof![20 => 0_i64..2_000_000, 1 => any::<i64>()];
    let quantity = prop_oneof![20 => -3_i64..50, 1 => any::<i64>()];
    prop::collection::vec((price, quantity), 0..6)
}

/// The total of one invoice, line by line.
fn total_of(kernel: &Kernel, items: &[(i64, i64)], customer: Customer, days: u32) -> Option<i64> {
    let mut subtotal = Subtotal::default();
    for (unit_price, quantity) in items {
        subtotal.add(Fixed::new(*unit_price, 4), Fixed::new(*quantity, 1));
    }
    kernel.total(customer, days, subtotal)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_kernel_answers_as_the_general_path_and_as_fractions_do(
        raw in plain_document(), rules in policy(rounded_once()),
    ) {
        is_proven(&raw, &rules)?;
    }

    #[test]
    fn quotes_of_plain_invoices_are_those_of_the_general_path(
        raw in plain_document(), rules in policy(rounded_once()),
    ) {
        quotes_alike(&PricingEngine::new(ruled(&rules)?), &raw)?;
    }

    #[test]
    fn quotes_of_every_kind_of_document_are_those_of_the_general_path(
        raw in document(true), rules in policy(rounding()),
    ) {
        quotes_alike(&PricingEngine::new(ruled(&rules)?), &raw)?;
    }

    #[test]
    fn the_engine_answers_as_the_general_path_for_every_kind_of_document(
        raw in document(true), rules in policy(rounding()),
    ) {
        let engine = PricingEngine::new(ruled(&rules)?);
        let invoice = accepted(&raw)?;
        prop_assert_eq!(engine.total(&invoice), engine.total_by_steps(&invoice));
    }

    #[test]
    fn each_invoice_of_a_column_is_priced_as_if_it_stood_alone(
        invoices in prop::collection::vec((line_items(), any::<bool>(), 0_u32..90), 1..40),
    ) {
        let kernel = PricingEngine::standard().kernel().expect("the standard policy has a kernel");
        let items: Vec<_> = invoices.iter().flat_map(|(items, ..)| items.clone()).collect();
        let (prices, quantities): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let (mut customers, mut days, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
        for (items, is_member, overdue) in &invoices {
            customers.push(kernel.customer("gold", *is_member));
            days.push(*overdue);
            offsets.push(offsets.last().copied().unwrap_or(0) + i32::try_from(items.len())?);
        }
        let mut totals = Vec::new();
        kernel.totals(
            Columns {
                customers: &customers,
                days_overdue: &days,
                offsets: &offsets,
                unit_prices: FixedColumn { mantissas: &prices, scale: 4 },
                quantities: FixedColumn { mantissas: &quantities, scale: 1 },
            },
            &mut totals,
        );
        for (total, (items, is_member, overdue)) in totals.iter().zip(&invoices) {
            let customer = kernel.customer("gold", *is_member);
            prop_assert_eq!(*total, total_of(kernel, items, customer, *overdue));
        }
    }

    #[test]
    fn columns_are_priced_as_invoices_are(raw in plain_document(), rules in policy(rounded_once())) {
        let engine = PricingEngine::new(ruled(&rules)?);
        if let Some(total) = total_by_columns(&engine, &raw) {
            prop_assert_eq!(Ok(total), engine.total_by_steps(&accepted(&raw)?));
        }
    }

    #[test]
    fn numbers_are_read_as_amounts_are(text in "-?[0-9]{0,20}(\\.[0-9]{0,20})?[,e. ]?") {
        let read = Fixed::read(text.as_bytes());
        let whole = read.and_then(|(fixed, rest)| rest.is_empty().then_some(fixed));
        if let Some(fixed) = whole {
            let amount = pricing::amount::parse(&text);
            prop_assert_eq!(amount.ok().and_then(|amount| Fixed::try_from(amount).ok()), Some(fixed));
        }
    }
}

#[test]
fn nearly_all_everyday_invoices_are_taken_by_the_kernel() {
    let engine = PricingEngine::standard();
    let kernel = engine.kernel().expect("the standard policy has a kernel");
    let customer = kernel.customer("gold", true);
    for price in 0..20_000_i64 {
        let mut subtotal = Subtotal::default();
        subtotal.add(Fixed::new(price * 37, 4), Fixed::new(price, 0));
        assert!(kernel.total(customer, 45, subtotal).is_some(), "{price}");
    }
}

#[test]
fn a_slice_of_invoices_is_priced_in_its_order() {
    let invoice = |price: &str| {
        let json = format!(
            r#"{{"invoice_id":"I","tier":"","loyalty_member":false,"days_overdue":0,
                "items":[{{"sku":"","unit_price":{price},"quantity":1}}]}}"#
        );
        serde_json::from_str(&json).expect("a valid invoice")
    };
    let invoices = [invoice("1"), invoice("2")];
    let totals: Vec<_> = PricingEngine::standard().totals(&invoices).collect();
    assert_eq!(totals, [Ok(Decimal::new(108, 2)), Ok(Decimal::new(216, 2))]);
}
