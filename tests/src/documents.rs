//! Real invoices for property tests: several rates, discounts, charges, currencies; and policies.

use jiff::civil::date;
use pricing::policy::{Overdiscount, RawLateFee, RawLoyalty, RawPolicy, RawTax, RawTier};
use pricing::{
    Base, Currency, DocumentKind, Invoice, Party, Policy, PrecedingInvoice, Rate, RawAdjustment,
    RawDocument, RawDocumentLine, RawPrepayment, Rounding, RoundingMode, RoundingRule, TaxCodes,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

/// The tax codes of [`policy`]s, and what is built in.
const CODES: [&str; 4] = ["standard", "reduced", "zero", "exempt"];

fn price() -> impl Strategy<Value = Decimal> + Clone {
    (0..=1_000_000_i64, 0..=4_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn fraction() -> impl Strategy<Value = Decimal> + Clone {
    (0..=100_i64).prop_map(|percent| Decimal::new(percent, 2))
}

fn rate() -> impl Strategy<Value = Rate> + Clone {
    fraction().prop_map(|fraction| Rate::try_from(fraction).unwrap_or(Rate::ZERO))
}

fn codes() -> impl Strategy<Value = TaxCodes> + Clone {
    let one = prop::sample::select(&CODES[..]).prop_map(TaxCodes::from);
    let two = Just(vec!["reduced".to_owned(), "city".to_owned()])
        .prop_map(|codes| TaxCodes::try_from(codes).unwrap_or_default());
    prop_oneof![4 => one, 1 => two]
}

fn adjustment(
    fixed: bool,
    tax: impl Strategy<Value = Option<TaxCodes>>,
) -> impl Strategy<Value = RawAdjustment> {
    let size = prop_oneof![
        (
            fraction(),
            prop_oneof![Just(Base::Subtotal), Just(Base::Running)]
        )
            .prop_map(|(rate, base)| (Some(rate), None, base)),
        price().prop_map(move |amount| {
            if fixed {
                (None, Some(amount), Base::Subtotal)
            } else {
                (Some(dec!(0.1)), None, Base::Running)
            }
        }),
    ];
    (size, tax).prop_map(|((rate, amount, base), tax)| RawAdjustment {
        rate,
        amount,
        base,
        tax,
        ..RawAdjustment::default()
    })
}

fn line(fixed: bool) -> impl Strategy<Value = RawDocumentLine> {
    let adjustments = || prop_oneof![3 => Just(Vec::new()).boxed(), 1 => vec(adjustment(fixed, Just(None)), 1..3).boxed()];
    let quantity =
        (1..=10_000_i64, 0..=3_u32).prop_map(|(units, scale)| Decimal::new(units, scale));
    (price(), quantity, codes(), adjustments(), adjustments()).prop_map(
        |(unit_price, quantity, tax, discounts, charges)| RawDocumentLine {
            unit_price,
            quantity,
            tax,
            discounts,
            charges,
            ..RawDocumentLine::default()
        },
    )
}

/// An invoice with up to six lines of positive quantities; with fixed amounts only when asked.
pub fn document(fixed: bool) -> impl Strategy<Value = RawDocument> {
    let adjustments = || vec(adjustment(fixed, option::of(codes())), 0..3);
    let paid = if fixed {
        vec(price(), 0..2).boxed()
    } else {
        Just(Vec::new()).boxed()
    };
    let tier = prop::sample::select(vec!["gold", "silver", "none"]);
    (
        tier,
        any::<bool>(),
        0..60_i64,
        option::of(any::<bool>()),
        vec(line(fixed), 0..6),
        adjustments(),
        adjustments(),
        paid,
    )
        .prop_map(
            |(
                tier,
                loyalty_member,
                days_overdue,
                prices_include_tax,
                items,
                discounts,
                charges,
                paid,
            )| {
                RawDocument {
                    invoice_id: "INV-1".to_owned(),
                    tier: tier.to_owned(),
                    loyalty_member,
                    days_overdue,
                    prices_include_tax,
                    issue_date: Some(date(2026, 1, 31)),
                    items,
                    discounts,
                    charges,
                    prepayments: paid
                        .into_iter()
                        .map(|amount| RawPrepayment {
                            amount,
                            ..RawPrepayment::default()
                        })
                        .collect(),
                    ..RawDocument::default()
                }
            },
        )
}

/// The rounding rules, each in each mode.
pub fn rounding() -> impl Strategy<Value = Rounding> {
    let rule = prop::sample::select(vec![
        RoundingRule::Total,
        RoundingRule::ShownAmounts,
        RoundingRule::Precise,
    ]);
    let mode = prop::sample::select(vec![
        RoundingMode::HalfAway,
        RoundingMode::HalfEven,
        RoundingMode::Up,
        RoundingMode::Down,
    ]);
    (rule, mode).prop_map(|(rule, mode)| Rounding { rule, mode })
}

fn tax(code: &str, rate: Rate) -> RawTax {
    RawTax {
        code: code.to_owned(),
        rate: Some(rate),
        ..RawTax::default()
    }
}

/// A policy with the codes of the documents, in a currency of 0, 2 or 3 places.
pub fn policy(rounding: impl Strategy<Value = Rounding>) -> impl Strategy<Value = RawPolicy> {
    let currency = prop::sample::select(vec!["EUR", "JPY", "KWD"]);
    let currency = currency.prop_map(|code| code.parse::<Currency>().ok());
    let bounds = (option::of(Just(dec!(2.5))), option::of(Just(dec!(40))));
    let late_fee = (option::of(rate()), bounds).prop_map(|(rate, (minimum, cap))| RawLateFee {
        amount: rate.is_none().then_some(dec!(9.5)),
        rate,
        after_days: 30,
        minimum,
        cap,
    });
    let overdiscount = prop_oneof![Just(Overdiscount::Capped), Just(Overdiscount::Allowed)];
    let bases = || prop_oneof![Just(Base::Subtotal), Just(Base::Running)];
    let discounts = (rate(), bases(), rate(), bases());
    let taxes = (rate(), rate(), rate());
    (
        rounding,
        currency,
        option::of(late_fee),
        overdiscount,
        discounts,
        taxes,
        any::<bool>(),
    )
        .prop_map(
            |(
                rounding,
                currency,
                late_fee,
                overdiscount,
                (gold, of, loyalty, base),
                taxes,
                included,
            )| RawPolicy {
                name: "generated".to_owned(),
                currency,
                rounding,
                overdiscount,
                prices_include_tax: included,
                tiers: vec![RawTier {
                    tier: "gold".to_owned(),
                    rate: gold,
                    base: of,
                }],
                loyalty: Some(RawLoyalty {
                    rate: loyalty,
                    base,
                }),
                taxes: vec![
                    tax("standard", taxes.0),
                    tax("reduced", taxes.1),
                    tax("city", taxes.2),
                    tax("zero", Rate::ZERO),
                ],
                late_fee,
                ..RawPolicy::default()
            },
        )
}

/// The document behind the door.
pub fn accepted(raw: &RawDocument) -> Result<Invoice, TestCaseError> {
    Invoice::try_from(raw.clone()).map_err(|error| TestCaseError::fail(error.to_string()))
}

/// The policy behind its door.
pub fn ruled(raw: &RawPolicy) -> Result<Policy, TestCaseError> {
    Policy::try_from(raw.clone()).map_err(|error| TestCaseError::fail(error.to_string()))
}

/// Texts with all that files must quote, escape or keep apart; never blank.
fn text() -> impl Strategy<Value = String> + Clone {
    "[a-z,;+\"'<>&|\r\n\\\\ é€]{0,8}[a-z]"
}

fn party() -> impl Strategy<Value = Option<Party>> {
    let party = (text(), text(), text()).prop_map(|(name, tax_id, city)| Party {
        name,
        tax_id,
        city,
        country: "DE".to_owned(),
        ..Party::default()
    });
    option::of(party)
}

/// A document with at least one line and with all that is shown and not priced.
pub fn full_document() -> impl Strategy<Value = RawDocument> {
    let kind = prop_oneof![Just(DocumentKind::Invoice), Just(DocumentKind::CreditNote)];
    let facts = (
        kind,
        option::of(text()),
        option::of(text()),
        party(),
        party(),
    );
    let texts = vec(option::of(text()), 14);
    let currency = prop::sample::select(vec![None, "EUR".parse().ok(), "JPY".parse().ok()]);
    (document(true), line(true), facts, texts, currency).prop_map(
        |(mut raw, line, (kind, credits, note, seller, buyer), texts, currency)| {
            let mut texts = texts.into_iter().flatten().cycle();
            let mut next = || texts.next().unwrap_or_default();
            raw.items.push(line);
            for item in &mut raw.items {
                (item.sku, item.description, item.unit) = (next(), next(), next());
                let adjustments = item.discounts.iter_mut().chain(&mut item.charges);
                adjustments.for_each(|adjustment| adjustment.reason = next());
            }
            let adjustments = raw.discounts.iter_mut().chain(&mut raw.charges);
            adjustments.for_each(|adjustment| adjustment.reason = next());
            for paid in &mut raw.prepayments {
                (paid.reason, paid.date) = (next(), Some(date(2026, 1, 2)));
            }
            let is_credit = kind == DocumentKind::CreditNote;
            RawDocument {
                kind,
                credits: credits.filter(|_| is_credit),
                currency,
                seller,
                buyer,
                due_date: Some(date(2026, 2, 28)),
                payable_rounding: (raw.days_overdue % 3 == 0)
                    .then(|| Decimal::new(raw.days_overdue - 30, 2)),
                preceding_invoices: (raw.days_overdue % 4 == 0)
                    .then(|| PrecedingInvoice {
                        invoice_id: "INV-0".to_owned(),
                        issue_date: is_credit.then(|| date(2025, 12, 31)),
                    })
                    .into_iter()
                    .collect(),
                payment_terms: next(),
                note: note.unwrap_or_default(),
                ..raw
            }
        },
    )
}

/// A policy that EN 16931 can express, of which a file can be written.
pub fn norm_policy() -> impl Strategy<Value = RawPolicy> {
    let rounding = Just(Rounding {
        rule: RoundingRule::ShownAmounts,
        mode: RoundingMode::HalfAway,
    });
    policy(rounding).prop_map(|raw| RawPolicy {
        prices_include_tax: false,
        // The norm shows two decimal places at most.
        currency: raw
            .currency
            .filter(|currency| currency.minor_unit_places() <= 2),
        late_fee: None,
        ..raw
    })
}

/// A document that EN 16931 can express: one tax on an amount, prices without tax, known parties.
pub fn norm_document() -> impl Strategy<Value = RawDocument> {
    let party = |name: &str, tax_id: &str| {
        Some(Party {
            name: name.to_owned(),
            tax_id: tax_id.to_owned(),
            country: "DE".to_owned(),
            ..Party::default()
        })
    };
    let one = |codes: &mut TaxCodes| {
        if codes.codes().count() > 1 {
            *codes = "reduced".into();
        }
    };
    full_document().prop_map(move |mut raw| {
        raw.prices_include_tax = None;
        // An identifier has no space around it.
        raw.credits = raw.credits.map(|id| id.trim().to_owned());
        raw.currency = raw.currency.or_else(|| "EUR".parse().ok());
        if !raw.payment_terms.is_empty() && raw.days_overdue % 5 == 0 {
            raw.due_date = None;
        }
        let is_plain = raw.days_overdue % 2 == 0;
        let (vat, number) = ("DE123456789", "12/345/6789");
        let ids = if is_plain {
            (vat, number)
        } else {
            (number, vat)
        };
        (raw.seller, raw.buyer) = (party("S & S", ids.0), party("B", ids.1));
        for item in &mut raw.items {
            one(&mut item.tax);
            "HUR".clone_into(&mut item.unit);
        }
        let adjustments = raw.discounts.iter_mut().chain(&mut raw.charges);
        adjustments
            .flat_map(|adjustment| &mut adjustment.tax)
            .for_each(one);
        raw
    })
}
