//! The laws of real invoices, under each rounding rule and in each mode.

use ledgerly_tests::document_oracle::expected;
use ledgerly_tests::documents::{accepted, document, policy, rounding, ruled};
use ledgerly_tests::oracle::{fraction, shown_fraction};
use pricing::policy::RawPolicy;
use pricing::{
    Applied, BookSummary, DocumentKind, PricingEngine, PricingError, Quote, RawDocument,
    RawPrepayment, Rounding, RoundingRule, Step, TaxCodes, Trace, allocate,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

fn quote(raw: &RawDocument, rules: &RawPolicy) -> Result<Quote, TestCaseError> {
    let engine = PricingEngine::new(ruled(rules)?);
    let quote = engine.quote(&accepted(raw)?);
    quote.map_err(|error| TestCaseError::fail(error.to_string()))
}

fn sum<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Decimal {
    steps.into_iter().map(|step| step.amount).sum()
}

fn adds_up(quote: &Quote) -> Result<(), TestCaseError> {
    for line in &quote.lines {
        if let Some(gross) = &line.gross {
            let net = gross.amount - sum(&line.discounts) + sum(&line.charges);
            prop_assert_eq!(net, line.amount);
        }
    }
    let lines: Decimal = quote.lines.iter().map(|line| line.amount).sum();
    prop_assert_eq!(lines, quote.subtotal.amount);
    prop_assert_eq!(sum(&quote.discounts), quote.discount.amount);
    prop_assert_eq!(sum(&quote.charges), quote.charge.amount);
    let taxes: Decimal = quote.taxes.iter().map(|tax| tax.amount).sum();
    prop_assert_eq!(taxes, quote.tax.amount);
    let left = quote.subtotal.amount
        - quote.tier_discount.amount
        - quote.loyalty_discount.amount
        - quote.discount.amount
        + quote.charge.amount;
    let included = if quote.prices_include_tax {
        quote.tax.amount
    } else {
        Decimal::ZERO
    };
    prop_assert_eq!(left - included, quote.taxable.amount);
    let total = quote.taxable.amount + quote.tax.amount + quote.late_fee.amount;
    prop_assert_eq!(total, quote.total.amount);
    prop_assert_eq!(
        quote.total.amount - quote.prepaid + quote.cash_rounding,
        quote.due
    );
    Ok(())
}

fn exact_values_agree(quote: &Quote, trace: &Trace) -> Result<(), TestCaseError> {
    let steps = [
        ("subtotal", &quote.subtotal),
        ("tier_discount", &quote.tier_discount),
        ("loyalty_discount", &quote.loyalty_discount),
        ("taxable", &quote.taxable),
        ("tax", &quote.tax),
        ("late_fee", &quote.late_fee),
        ("total", &quote.total),
    ];
    for (name, step) in steps {
        let entry = trace.entries.iter().find(|entry| entry.step == name);
        let traced = entry.map(|entry| (entry.shown, entry.exact));
        prop_assert_eq!(traced, Some((Some(step.amount), step.exact)), "{}", name);
    }
    Ok(())
}

/// What the invoices come to that could be priced.
fn summary_of(raws: &[RawDocument], rules: &RawPolicy) -> Result<BookSummary, TestCaseError> {
    let mut summary = BookSummary::default();
    for raw in raws {
        let added = summary.add(&accepted(raw)?, &quote(raw, rules)?);
        added.map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
    Ok(summary)
}

fn json(summary: &BookSummary) -> Result<String, TestCaseError> {
    serde_json::to_string(summary).map_err(|error| TestCaseError::fail(error.to_string()))
}

/// The policy with one rounding rule.
fn with_rule(rule: RoundingRule) -> impl Strategy<Value = RawPolicy> {
    policy(rounding().prop_map(move |rounding| Rounding { rule, ..rounding }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn tax_and_total_equal_exact_fractions(raw in document(true), rules in policy(rounding())) {
        let (quote, expected) = (quote(&raw, &rules)?, expected(&raw, &rules));
        prop_assert_eq!(shown_fraction(quote.tax.exact), expected.tax);
        prop_assert_eq!(fraction(quote.total.amount), expected.total);
    }

    #[test]
    fn what_is_shown_adds_up_under_each_rule(raw in document(true), rules in policy(rounding())) {
        adds_up(&quote(&raw, &rules)?)?;
    }

    #[test]
    fn the_total_is_that_of_the_quote(raw in document(true), rules in policy(rounding())) {
        let engine = PricingEngine::new(ruled(&rules)?);
        let total = engine.total(&accepted(&raw)?);
        prop_assert_eq!(total, Ok(quote(&raw, &rules)?.total.amount));
    }

    #[test]
    fn a_trace_replays_to_the_total(raw in document(true), rules in policy(rounding())) {
        let engine = PricingEngine::new(ruled(&rules)?);
        let quote = quote(&raw, &rules)?;
        let trace = match engine.trace(&accepted(&raw)?) {
            // The exact share of a long amount may be a fraction that is too long to be written.
            Err(PricingError::StepTooLong { .. }) => return Ok(()),
            trace => trace.map_err(|error| TestCaseError::fail(error.to_string()))?,
        };
        exact_values_agree(&quote, &trace)?;
        let json = serde_json::to_string(&trace).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Trace = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&read, &trace);
        prop_assert_eq!(read.replay(), Ok(quote.total.amount), "{:#?}", trace);
    }

    #[test]
    fn however_a_book_is_cut_the_summaries_of_its_parts_are_that_of_the_whole(
        raws in prop::collection::vec((document(true), any::<bool>()), 1..10),
        rules in policy(rounding()),
        ends in prop::collection::vec(0..10_usize, 3),
        is_reversed in any::<bool>(),
    ) {
        let kinds = [DocumentKind::Invoice, DocumentKind::CreditNote];
        let of_kind = |(raw, is_credit): &(RawDocument, bool)| RawDocument {
            kind: kinds[usize::from(*is_credit)],
            ..raw.clone()
        };
        let raws: Vec<RawDocument> = raws.iter().map(of_kind).collect();
        let whole = summary_of(&raws, &rules)?;
        let mut ends: Vec<usize> = ends.into_iter().map(|end| end.min(raws.len())).collect();
        ends.extend([0, raws.len()]);
        ends.sort_unstable();
        let mut parts: Vec<_> = ends.windows(2).map(|ends| &raws[ends[0]..ends[1]]).collect();
        if is_reversed {
            parts.reverse();
        }
        let mut merged = BookSummary::default();
        for part in parts {
            // As it travels: from one machine to the other as text.
            let part = json(&summary_of(part, &rules)?)?;
            let part: BookSummary = serde_json::from_str(&part).map_err(|error| TestCaseError::fail(error.to_string()))?;
            merged.merge(&part).map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
        prop_assert_eq!(json(&merged)?, json(&whole)?);
        prop_assert_eq!(merged, whole);
    }

    #[test]
    fn a_credit_note_of_everything_is_zero(raw in document(true), rules in policy(rounding())) {
        let credit = RawDocument {
            invoice_id: "CN-1".to_owned(),
            kind: DocumentKind::CreditNote,
            credits: Some(raw.invoice_id.clone()),
            ..raw.clone()
        };
        let (invoice, credit) = (quote(&raw, &rules)?, quote(&credit, &rules)?);
        prop_assert_eq!(invoice.total.amount - credit.total.amount, Decimal::ZERO);
        prop_assert_eq!(&invoice.taxes, &credit.taxes);
    }

    #[test]
    fn everything_given_back_is_the_same_below_zero(raw in document(false), rules in policy(rounding())) {
        let there = RawDocument { days_overdue: 0, ..raw };
        let mut back = there.clone();
        for item in &mut back.items {
            item.quantity = -item.quantity;
        }
        prop_assert_eq!(quote(&there, &rules)?.total.amount, -quote(&back, &rules)?.total.amount);
    }

    #[test]
    fn the_order_of_lines_changes_no_exact_total(
        (raw, shuffled) in document(false).prop_flat_map(|raw| {
            let lines = Just(raw.items.clone()).prop_shuffle();
            (Just(raw), lines)
        }),
        rules in with_rule(RoundingRule::Total),
    ) {
        let reordered = RawDocument { items: shuffled, ..raw.clone() };
        let (given, other) = (quote(&raw, &rules)?, quote(&reordered, &rules)?);
        prop_assert_eq!(&given.total, &other.total);
    }

    #[test]
    fn the_order_of_lines_with_one_tax_changes_no_total(
        (raw, shuffled) in document(true).prop_flat_map(|mut raw| {
            raw.items.iter_mut().for_each(|item| item.tax = TaxCodes::default());
            let lines = Just(raw.items.clone()).prop_shuffle();
            (Just(raw), lines)
        }),
        rules in policy(rounding()),
    ) {
        let reordered = RawDocument { items: shuffled, ..raw.clone() };
        prop_assert_eq!(quote(&raw, &rules)?.total.amount, quote(&reordered, &rules)?.total.amount);
    }

    #[test]
    fn ten_times_the_prices_are_ten_times_the_exact_total(
        raw in document(false), rules in with_rule(RoundingRule::Total),
    ) {
        let once = RawDocument { days_overdue: 0, ..raw };
        let mut tenfold = once.clone();
        for item in &mut tenfold.items {
            item.unit_price *= dec!(10);
        }
        let (once, tenfold) = (quote(&once, &rules)?, quote(&tenfold, &rules)?);
        let ten = fraction(dec!(10));
        prop_assert_eq!(shown_fraction(once.total.exact) * &ten, shown_fraction(tenfold.total.exact));
        prop_assert_eq!(shown_fraction(once.tax.exact) * &ten, shown_fraction(tenfold.tax.exact));
    }

    #[test]
    fn the_order_of_lines_without_shared_discounts_changes_no_total(
        (raw, shuffled) in document(true).prop_flat_map(|raw| {
            let raw = RawDocument {
                tier: String::new(),
                loyalty_member: false,
                discounts: Vec::new(),
                charges: Vec::new(),
                ..raw
            };
            let lines = Just(raw.items.clone()).prop_shuffle();
            (Just(raw), lines)
        }),
        rules in policy(rounding()),
    ) {
        let reordered = RawDocument { items: shuffled, ..raw.clone() };
        prop_assert_eq!(quote(&raw, &rules)?.total.amount, quote(&reordered, &rules)?.total.amount);
    }

    #[test]
    fn the_shares_of_a_discount_or_charge_come_to_it(
        raw in document(true), rules in with_rule(RoundingRule::ShownAmounts),
    ) {
        let engine = PricingEngine::new(ruled(&rules)?);
        let shares = engine.tax_shares(&accepted(&raw)?);
        let shares = shares.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let quote = quote(&raw, &rules)?;
        let of = |applied| -> Decimal {
            let all = shares.iter().filter(|share| share.of == applied);
            all.map(|share| share.amount).sum()
        };
        prop_assert_eq!(of(Applied::TierDiscount), quote.tier_discount.amount);
        prop_assert_eq!(of(Applied::LoyaltyDiscount), quote.loyalty_discount.amount);
        for (place, discount) in quote.discounts.iter().enumerate() {
            prop_assert_eq!(of(Applied::Discount(place)), discount.amount);
        }
        for (place, charge) in quote.charges.iter().enumerate() {
            prop_assert_eq!(of(Applied::Charge(place)), charge.amount);
        }
    }

    #[test]
    fn the_credits_of_all_parts_come_to_the_invoice(
        raw in document(true), rules in policy(rounding()), cuts in prop::collection::vec(0..=100_u32, 6),
    ) {
        let quote = quote(&raw, &rules)?;
        // A part of each line, and then the rest of it.
        let taken = quote.lines.iter().zip(&cuts);
        let taken: Vec<Decimal> = taken.map(|(line, cut)| line.quantity * Decimal::new((*cut).into(), 2)).collect();
        let rest = quote.lines.iter().zip(&taken).map(|(line, taken)| line.quantity - taken).collect();
        let credits = quote.credits(&[taken, rest]);
        let credits = credits.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let sum: Decimal = credits.iter().map(|credit| credit.total).sum();
        let is_shared_by_lines = quote.lines.iter().any(|line| !line.amount.is_zero());
        prop_assert_eq!(sum, if is_shared_by_lines { quote.total.amount } else { Decimal::ZERO });
    }

    #[test]
    fn a_prepayment_lowers_what_is_due_by_itself(raw in document(true), rules in policy(rounding())) {
        let none = RawDocument { prepayments: Vec::new(), days_overdue: 0, ..raw };
        let prepayments = vec![RawPrepayment { amount: dec!(7), ..RawPrepayment::default() }];
        let some = RawDocument { prepayments, ..none.clone() };
        prop_assert_eq!(quote(&none, &rules)?.due - dec!(7), quote(&some, &rules)?.due);
    }

    #[test]
    fn shares_add_up_each_within_one_unit_and_mirrored(
        units in -1_000_000_000_i64..1_000_000_000, places in 0..=4_u32,
        weights in prop::collection::vec((0..1_000_000_i64, 0..=6_u32), 1..12),
    ) {
        let amount = Decimal::new(units, places);
        let weights: Vec<Decimal> = weights.into_iter().map(|(mantissa, scale)| Decimal::new(mantissa, scale)).collect();
        let all: Decimal = weights.iter().sum();
        prop_assume!(all > Decimal::ZERO);
        let shares = allocate(amount, &weights, places).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(shares.iter().sum::<Decimal>(), amount);
        for (share, weight) in shares.iter().zip(&weights) {
            let unit = Decimal::new(1, places);
            // |share - amount × weight / all| < unit, without dividing.
            prop_assert!((share * all - amount * weight).abs() < unit * all);
        }
        let mirrored: Vec<Decimal> = shares.iter().map(|share| -share).collect();
        prop_assert_eq!(allocate(-amount, &weights, places), Ok(mirrored));
    }
}

#[test]
fn a_discount_of_all_that_is_left_leaves_nothing_to_tax() {
    for order in [["exempt", "standard"], ["standard", "exempt"]] {
        let items = order.map(|tax| {
            serde_json::json!({"sku": tax, "tax": tax, "unit_price": "0.05", "quantity": "0.1"})
        });
        let raw = serde_json::json!({
            "invoice_id": "INV-1", "tier": "none", "loyalty_member": false, "days_overdue": 0,
            "items": items, "discounts": [{"amount": "100"}],
        });
        let raw: RawDocument = serde_json::from_value(raw).unwrap();
        let invoice = accepted(&raw).unwrap();
        let quote = PricingEngine::standard().quote(&invoice).unwrap();
        assert_eq!(
            shown_fraction(quote.tax.exact),
            fraction(dec!(0)),
            "{order:?}"
        );
    }
}
