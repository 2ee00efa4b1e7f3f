//! The laws of pricing, held against exact fractions and against each other.

use ledgerly_tests::invoices::{accepted, any_amount, everyday_amount, invoice};
use ledgerly_tests::oracle::{fraction, rounded_to_cents, shown_fraction, steps};
use pricing::{
    Invoice, PricingEngine, PricingError, Quote, RawInvoice, Step, add_late_fee, add_tax, amount,
    apply_loyalty_discount, apply_tier_discount,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

fn quote(raw: &RawInvoice) -> Result<Quote, TestCaseError> {
    let quote = PricingEngine::standard().quote(&accepted(raw)?);
    quote.map_err(|error| TestCaseError::fail(error.to_string()))
}

fn total(raw: &RawInvoice) -> Result<Decimal, TestCaseError> {
    Ok(quote(raw)?.total.amount)
}

fn agrees_with_the_oracle(invoice: &Invoice, quote: &Quote) -> Result<(), TestCaseError> {
    let expected = steps(invoice);
    let pairs = [
        (&quote.subtotal, &expected.subtotal),
        (&quote.tier_discount, &expected.tier_discount),
        (&quote.loyalty_discount, &expected.loyalty_discount),
        (&quote.taxable, &expected.taxable),
        (&quote.tax, &expected.tax),
        (&quote.late_fee, &expected.late_fee),
        (&quote.total, &expected.total),
    ];
    for (step, expected) in pairs {
        prop_assert_eq!(&shown_fraction(step.exact), expected);
    }
    let total = rounded_to_cents(&expected.total);
    prop_assert_eq!(fraction(quote.total.amount), total);
    Ok(())
}

proptest! {
    #[test]
    fn every_step_equals_exact_fractions(raw in invoice(everyday_amount())) {
        agrees_with_the_oracle(&accepted(&raw)?, &quote(&raw)?)?;
    }

    #[test]
    fn at_the_limits_a_result_is_exact_or_a_typed_error(raw in invoice(any_amount())) {
        let invoice = accepted(&raw)?;
        let engine = PricingEngine::standard();
        match engine.total(&invoice) {
            Ok(total) => {
                let expected = rounded_to_cents(&steps(&invoice).total);
                prop_assert_eq!(fraction(total), expected);
            }
            Err(PricingError::StepTooLong { .. } | PricingError::ResultTooLong { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
        if let Ok(quote) = engine.quote(&invoice) {
            agrees_with_the_oracle(&invoice, &quote)?;
        }
    }

    #[test]
    fn twenty_eight_digits_with_cents_always_fit(mantissa in 0..10_i128.pow(28), scale in 2..=28_u32) {
        let unit_price = Decimal::from_i128_with_scale(mantissa, scale);
        let raw = RawInvoice {
            invoice_id: "INV-1".into(), tier: "gold".into(), loyalty_member: true, days_overdue: 31,
            items: vec![pricing::RawLineItem { sku: String::new(), unit_price, quantity: dec!(1) }],
        };
        prop_assert!(PricingEngine::standard().total(&accepted(&raw)?).is_ok());
    }

    #[test]
    fn the_shown_steps_add_up(raw in invoice(everyday_amount())) {
        let quote = quote(&raw)?;
        let lines: Decimal = quote.lines.iter().map(|line| line.amount).sum();
        prop_assert_eq!(lines, quote.subtotal.amount);
        let taxable = quote.subtotal.amount - quote.tier_discount.amount - quote.loyalty_discount.amount;
        prop_assert_eq!(taxable, quote.taxable.amount);
        prop_assert_eq!(taxable + quote.tax.amount + quote.late_fee.amount, quote.total.amount);
    }

    #[test]
    fn a_shown_amount_is_within_one_cent_of_the_exact_one(raw in invoice(everyday_amount())) {
        let quote = quote(&raw)?;
        let steps: [&Step; 6] = [&quote.subtotal, &quote.tier_discount, &quote.loyalty_discount,
            &quote.tax, &quote.late_fee, &quote.total];
        for step in steps {
            let moved = fraction(step.amount) - shown_fraction(step.exact);
            prop_assert!(moved < fraction(dec!(0.01)) && moved > fraction(dec!(-0.01)));
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter(
        (raw, shuffled) in invoice(any_amount()).prop_flat_map(|raw| {
            let lines = Just(raw.items.clone()).prop_shuffle();
            (Just(raw), lines)
        })
    ) {
        let engine = PricingEngine::standard();
        let reordered = RawInvoice { items: shuffled, ..raw.clone() };
        prop_assert_eq!(engine.total(&accepted(&raw)?), engine.total(&accepted(&reordered)?));
    }

    #[test]
    fn an_unknown_tier_changes_nothing(amount in everyday_amount(), tier in "[a-z]{0,8}") {
        prop_assume!(tier != "gold" && tier != "silver");
        prop_assert_eq!(apply_tier_discount(amount, &tier), Ok(amount.normalize()));
    }

    #[test]
    fn a_discount_never_exceeds_its_base(raw in invoice(everyday_amount())) {
        let quote = quote(&raw)?;
        prop_assert!(quote.tier_discount.amount <= quote.subtotal.amount);
        prop_assert!(quote.loyalty_discount.amount <= quote.subtotal.amount - quote.tier_discount.amount);
        prop_assert!(quote.taxable.amount >= Decimal::ZERO);
    }

    #[test]
    fn more_days_overdue_never_cost_less(raw in invoice(everyday_amount()), later in 0..100_i64) {
        let later = RawInvoice { days_overdue: raw.days_overdue + later, ..raw.clone() };
        prop_assume!(later.days_overdue <= i64::from(u32::MAX));
        prop_assert!(total(&later)? >= total(&raw)?);
    }

    #[test]
    fn one_line_more_never_costs_less(raw in invoice(everyday_amount())) {
        let mut shorter = raw.clone();
        shorter.items.pop();
        prop_assert!(total(&shorter)? <= total(&raw)?);
    }

    #[test]
    fn a_better_tier_or_membership_never_costs_more(raw in invoice(everyday_amount())) {
        let with = |tier: &str, loyalty_member| {
            total(&RawInvoice { tier: tier.into(), loyalty_member, ..raw.clone() })
        };
        prop_assert!(with("gold", false)? <= with("silver", false)?);
        prop_assert!(with("silver", false)? <= with("bronze", false)?);
        prop_assert!(with("gold", true)? <= with("gold", false)?);
    }

    #[test]
    fn the_six_functions_and_the_engine_agree(raw in invoice(everyday_amount())) {
        let invoice = accepted(&raw)?;
        let stepwise = pricing::calculate_subtotal(invoice.items())
            .and_then(|amount| apply_tier_discount(amount, invoice.tier()))
            .and_then(|amount| apply_loyalty_discount(amount, invoice.is_loyalty_member()))
            .and_then(add_tax)
            .and_then(|amount| add_late_fee(amount, invoice.days_overdue()));
        // Each function hands on a Decimal; the engine carries more digits from step to step.
        if let Ok(exact) = stepwise {
            let total = pricing::calculate_invoice_total(&invoice).map(fraction);
            prop_assert_eq!(total, Ok(rounded_to_cents(&fraction(exact))));
        }
    }

    #[test]
    fn the_functions_are_exact_or_refuse_for_any_decimal(
        mantissa in -((1_i128 << 96) - 1)..(1_i128 << 96), scale in 0..=28_u32, days in any::<u32>(),
    ) {
        let base = Decimal::from_i128_with_scale(mantissa, scale);
        let hundredths = |result: Result<Decimal, PricingError>, factor: i64| {
            let expected = fraction(base) * fraction(Decimal::new(factor, 2));
            result.is_err() || result.map(fraction) == Ok(expected)
        };
        prop_assert!(hundredths(apply_tier_discount(base, "gold"), 85));
        prop_assert!(hundredths(apply_loyalty_discount(base, true), 98));
        prop_assert!(hundredths(add_tax(base), 108));
        let late = if days > 30 { 105 } else { 100 };
        prop_assert!(hundredths(add_late_fee(base, days), late));
    }

    #[test]
    fn an_amount_is_read_back_as_it_was_written(
        mantissa in -((1_i128 << 96) - 1)..(1_i128 << 96), scale in 0..=28_u32,
    ) {
        let written = Decimal::from_i128_with_scale(mantissa, scale);
        prop_assert_eq!(amount::parse(&written.to_string()).map(fraction), Ok(fraction(written)));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}|-?[0-9]{0,40}\\.?[0-9]{0,40}") {
        if let Ok(amount) = amount::parse(&text) {
            prop_assert!(text.parse::<Decimal>().is_ok_and(|read| read == amount) || text.len() > 29);
        }
    }
}
