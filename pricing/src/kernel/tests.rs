//! What the kernel takes, what it leaves to the general path, and how it reads numbers.

use rust_decimal::{Decimal, dec};

use super::{Columns, Fixed, FixedColumn, Kernel, SCALE_MAX, Subtotal};
use crate::amount;
use crate::{Invoice, Policy, PricingEngine};

fn policy(changes: &str) -> PricingEngine {
    let json = format!(
        r#"{{"tiers":[{{"tier":"gold","rate":"0.15"}}],"loyalty":{{"rate":"0.02"}},
            "taxes":[{{"code":"standard","rate":"0.08"}}]{changes}}}"#
    );
    PricingEngine::new(serde_json::from_str::<Policy>(&json).unwrap())
}

fn invoice(items: &str, changes: &str) -> Invoice {
    let json = format!(
        r#"{{"invoice_id":"I","tier":"gold","loyalty_member":true,"days_overdue":45,
            "items":[{items}]{changes}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn invoice_total(kernel: &Kernel, invoice: &Invoice) -> Option<Decimal> {
    let units = kernel.invoice_units(invoice)?;
    Some(Decimal::new(units, kernel.places()))
}

const PLAIN: &str = r#"{"sku":"A","unit_price":"40.00","quantity":3}"#;

#[test]
fn the_kernel_answers_as_the_steps_do_for_each_rounding_mode() {
    let modes = ["half-away", "half-even", "up", "down"];
    for mode in modes {
        let engine = policy(&format!(r#","rounding":{{"mode":"{mode}"}}"#));
        let kernel = engine.kernel().unwrap();
        for price in ["0.005", "0.015", "1.005", "2.5", "0", "0.0000000001", "7"] {
            for quantity in ["1", "-1", "3", "-0.5"] {
                let item = format!(r#"{{"sku":"","unit_price":{price},"quantity":{quantity}}}"#);
                let invoice = invoice(&item, "");
                let quick = invoice_total(kernel, &invoice);
                let slow = engine.total_by_steps(&invoice).unwrap();
                assert_eq!(quick, Some(slow), "{mode}: {quantity} × {price}");
            }
        }
    }
}

#[test]
fn policies_that_are_not_one_part_of_the_subtotal_have_no_kernel() {
    for changes in [
        r#","rounding":{"rule":"shown-amounts"}"#,
        r#","rounding":{"rule":"precise"}"#,
        r#","prices_include_tax":true"#,
        r#","late_fee":{"rate":"0.00000000000000001","after_days":30}"#,
    ] {
        let engine = policy(changes);
        let late = engine
            .kernel()
            .and_then(|k| invoice_total(k, &invoice(PLAIN, "")));
        assert_eq!(late, None, "{changes}");
    }
}

#[test]
fn late_fees_of_other_kinds_are_left_to_the_steps_only_when_they_are_due() {
    for fee in [
        r#""amount":"5.00""#,
        r#""rate":"0.05","minimum":"1.00""#,
        r#""rate":"0.05","cap":"9.00""#,
    ] {
        let engine = policy(&format!(
            r#","currency":"EUR","late_fee":{{{fee},"after_days":30}}"#
        ));
        let kernel = engine.kernel().unwrap();
        let mut subtotal = Subtotal::default();
        subtotal.add(Fixed::new(100, 0), Fixed::new(1, 0));
        let member = kernel.customer("gold", true);
        assert_eq!(kernel.total(member, 31, subtotal), None, "{fee}");
        assert_eq!(kernel.total(member, 30, subtotal), Some(8996), "{fee}");
    }
}

#[test]
fn a_policy_without_a_late_fee_adds_none() {
    let total = policy("").total(&invoice(PLAIN, "")).unwrap();
    assert_eq!(total, dec!(107.96));
}

#[test]
fn a_loyalty_discount_of_the_subtotal_is_taken_of_it() {
    let json = r#"{"tiers":[{"tier":"gold","rate":"0.15"}],
        "loyalty":{"rate":"0.020","base":"subtotal"},"taxes":[{"code":"standard","rate":"0.08"}]}"#;
    let engine = PricingEngine::new(serde_json::from_str::<Policy>(json).unwrap());
    let invoice = invoice(PLAIN, "");
    let quick = invoice_total(engine.kernel().unwrap(), &invoice);
    assert_eq!(quick, engine.total_by_steps(&invoice).ok());
    assert_eq!(quick, Some(dec!(107.57)));
}

#[test]
fn what_else_stands_on_an_invoice_is_left_to_the_steps() {
    let kernel = PricingEngine::standard().kernel().unwrap();
    let left =
        |items: &str, changes: &str| invoice_total(kernel, &invoice(items, changes)).is_none();
    assert!(!left(PLAIN, ""));
    assert!(!left(PLAIN, r#","currency":"EUR""#));
    assert!(left(PLAIN, r#","currency":"JPY""#));
    assert!(left(PLAIN, r#","prices_include_tax":true"#));
    assert!(left(PLAIN, r#","discounts":[{"amount":"1.00"}]"#));
    assert!(left(PLAIN, r#","charges":[{"amount":"1.00"}]"#));
    assert!(left(PLAIN, r#","prepayments":[{"amount":"1.00"}]"#));
    for more in [
        r#""tax":"exempt""#,
        r#""discounts":[{"rate":"0.1"}]"#,
        r#""charges":[{"rate":"0.1"}]"#,
    ] {
        let item = format!(r#"{{"sku":"","unit_price":1,"quantity":1,{more}}}"#);
        assert!(left(&item, ""), "{more}");
    }
    let wide = r#"{"sku":"","unit_price":"9223372036854775808","quantity":1}"#;
    assert!(left(wide, ""));
    let wide = r#"{"sku":"","unit_price":1,"quantity":"9223372036854775808"}"#;
    assert!(left(wide, ""));
}

#[test]
fn a_subtotal_holds_every_line_or_says_that_it_does_not() {
    let sum = |lines: &[(i64, u32, i64, u32)]| {
        let mut subtotal = Subtotal::default();
        for (price, price_scale, quantity, quantity_scale) in lines {
            subtotal.add(
                Fixed::new(*price, *price_scale),
                Fixed::new(*quantity, *quantity_scale),
            );
        }
        subtotal
            .is_exact()
            .then(|| (subtotal.mantissa(), subtotal.scale()))
    };
    assert_eq!(sum(&[(4000, 2, 3, 0), (15, 0, 2, 0)]), Some((15_000, 2)));
    assert_eq!(sum(&[(15, 0, 2, 0), (1, 2, -5, 1)]), Some((29_995, 3)));
    assert_eq!(sum(&[(-1, 0, 1, 0)]), None);
    assert_eq!(sum(&[(i64::MAX, 0, 2, 0)]), None);
    assert_eq!(sum(&[(i64::MAX, 0, 1, 0), (1, 0, 1, 0)]), None);
    assert_eq!(sum(&[(i64::MAX, 0, 1, 0), (1, 1, 1, 0)]), None);
    assert_eq!(sum(&[(1, 7, 1, SCALE_MAX)]), None);
    assert_eq!(sum(&[(1, u32::MAX, 1, 1)]), None);
    assert_eq!(sum(&[(-1, 0, 1, 0), (1, 0, 1, 0)]), None, "for good");
}

#[test]
fn there_is_a_power_for_each_scale() {
    let lengths: super::subtotal::PerScale<()> = [(); 13];
    assert_eq!(lengths.len(), SCALE_MAX as usize + 1);
}

#[test]
fn totals_that_do_not_fit_a_word_are_left_to_the_steps() {
    let kernel = PricingEngine::standard().kernel().unwrap();
    let of = |mantissa| {
        let mut subtotal = Subtotal::default();
        subtotal.add(Fixed::new(mantissa, 2), Fixed::new(1, 0));
        kernel.total(kernel.customer("", false), 0, subtotal)
    };
    assert_eq!(of(i64::MAX), None);
    // The product needs 128 bits, the total does not.
    assert_eq!(
        of(8_000_000_000_000_000_003),
        Some(8_640_000_000_000_000_003)
    );
}

#[test]
fn numbers_are_read_as_amounts_are() {
    for text in [
        "0",
        "-0",
        "40.00",
        "007.10",
        "-15",
        "999999999999999999",
        "0.000000000000000001",
        "1000000000000000000",
        "5.",
        ".5",
        "-",
        "",
        "1_0",
        "1e3",
        "+1",
        "--1",
        "1.2.3",
        "0x1",
        "99999999999999999999999999",
        "1.0000000000000000000",
    ] {
        for before in ["", "12345678,", "9"] {
            let cell = [before, text].concat();
            let last = Fixed::read_last(cell.as_bytes(), text.len());
            let read = Fixed::read(text.as_bytes()).filter(|(_, rest)| rest.is_empty());
            assert_eq!(last, read.map(|(number, _)| number), "{cell}");
        }
        assert_eq!(Fixed::read_last(text.as_bytes(), text.len() + 1), None);
        let read = Fixed::read(text.as_bytes());
        let whole = read.and_then(|(fixed, rest)| rest.is_empty().then_some(fixed));
        let expected = amount::parse(text).ok();
        match (whole, expected) {
            (Some(fixed), expected) => {
                let fixed = Decimal::new(fixed.mantissa(), fixed.scale());
                assert_eq!(Some(fixed), expected, "{text}");
            }
            (None, Some(amount)) => assert!(text.len() > 18, "{text}: {amount}"),
            (None, None) => {}
        }
    }
}

#[test]
fn columns_that_do_not_hold_an_invoice_leave_it_unpriced() {
    let kernel = PricingEngine::standard().kernel().unwrap();
    let customers = [kernel.customer("silver", false); 4];
    let mut totals = Vec::new();
    kernel.totals(
        Columns {
            customers: &customers,
            days_overdue: &[0, 31, 0, 0],
            offsets: &[0, 1, 1, 9, -1],
            unit_prices: FixedColumn {
                mantissas: &[100],
                scale: 2,
            },
            quantities: FixedColumn {
                mantissas: &[1],
                scale: 0,
            },
        },
        &mut totals,
    );
    assert_eq!(totals, [Some(103), Some(0), None, None]);
}
