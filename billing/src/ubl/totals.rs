//! The document's allowances, charges, taxes and totals.

use pricing::policy::TaxRate;
use pricing::{
    Adjustment, Applied, Base, Invoice, LineItem, Policy, PricingEngine, Quote, Rate, Size,
    TaxCodes, TaxShare,
};
use rust_decimal::Decimal;

use super::UblError;
use super::element::Element;
use super::taxes::{as_written, category, gives, listed, percent};

/// The document's own discounts and charges follow those of tier and loyalty.
const OWN_FROM: usize = 2;

/// A discount or charge on one tax category.
pub(super) struct Adjusted {
    is_charge: bool,
    reason: String,
    /// The rate and its base, where the whole amount stands here.
    rate: Option<(Rate, Decimal)>,
    amount: Decimal,
    tax: TaxRate,
    /// Where the discount or charge stands in the document.
    place: usize,
}

/// What is taken off and added, by tax category; the late fee is an exempt charge.
pub(super) fn adjustments(
    invoice: &Invoice,
    quote: &Quote,
    engine: &PricingEngine,
) -> Result<Vec<Adjusted>, UblError> {
    let policy = engine.policy();
    let mut adjusted = Vec::new();
    for share in engine.tax_shares(invoice)? {
        let tax = listed(&share.codes, policy)?.clone();
        adjusted.push(of_share(invoice, quote, &share, tax));
    }
    adjusted.extend(of_nothing(invoice, quote, policy)?);
    if !quote.late_fee.amount.is_zero() {
        adjusted.push(Adjusted {
            is_charge: true,
            reason: format!("late fee: {}", quote.late_fee.reason),
            rate: None,
            amount: quote.late_fee.amount,
            tax: exempt(policy)?,
            place: usize::MAX,
        });
    }
    adjusted.sort_by_key(|one| (one.ends_as_charge(), one.place));
    Ok(adjusted)
}

/// The whole or a part of a discount or charge.
fn of_share(invoice: &Invoice, quote: &Quote, share: &TaxShare, tax: TaxRate) -> Adjusted {
    let (place, step, own) = match share.of {
        Applied::TierDiscount => (0, &quote.tier_discount, None),
        Applied::LoyaltyDiscount => (1, &quote.loyalty_discount, None),
        Applied::Discount(at) => (
            at + OWN_FROM,
            &quote.discounts[at],
            Some(&invoice.discounts()[at]),
        ),
        Applied::Charge(at) => (
            at + OWN_FROM,
            &quote.charges[at],
            Some(&invoice.charges()[at]),
        ),
    };
    let whole = own.filter(|_| share.amount == step.amount);
    let (rate, amount) = match whole.map(Adjustment::size) {
        Some(Size::Rate(rate, Base::Subtotal)) => {
            let base = quote.subtotal.amount;
            let stated = gives(rate.fraction(), base, share.amount);
            (stated.then_some((rate, base)), share.amount)
        }
        Some(Size::Amount(written)) => (None, as_written(written, share.amount)),
        _ => (None, share.amount),
    };
    Adjusted {
        is_charge: matches!(share.of, Applied::Charge(_)),
        reason: own.map_or_else(|| step.reason.to_string(), |own| own.reason().to_owned()),
        rate,
        amount,
        tax,
        place,
    }
}

/// Discounts and charges that come to nothing are facts of the document all the same.
fn of_nothing(
    invoice: &Invoice,
    quote: &Quote,
    policy: &Policy,
) -> Result<Vec<Adjusted>, UblError> {
    let zero = Decimal::new(0, quote.total.amount.scale());
    let sides = [(false, invoice.discounts()), (true, invoice.charges())];
    let all = sides.into_iter().flat_map(|(is_charge, list)| {
        let placed = list.iter().enumerate();
        placed.map(move |(at, one)| (is_charge, at, one))
    });
    let mut found = Vec::new();
    for (is_charge, at, one) in all {
        let (rate, amount) = match one.size() {
            Size::Amount(amount) => (None, amount),
            Size::Rate(rate, Base::Subtotal) => (Some(rate), rate.fraction()),
            Size::Rate(..) => continue,
        };
        let Some(codes) = one.tax().or(invoice.items().first().map(LineItem::tax)) else {
            continue;
        };
        if amount.is_zero() {
            found.push(Adjusted {
                is_charge,
                reason: one.reason().to_owned(),
                rate: rate.map(|rate| (rate, quote.subtotal.amount)),
                amount: rate.map_or(as_written(amount, zero), |_| zero),
                tax: listed(codes, policy)?.clone(),
                place: at + OWN_FROM,
            });
        }
    }
    Ok(found)
}

fn exempt(policy: &Policy) -> Result<TaxRate, UblError> {
    listed(&TaxCodes::from("exempt"), policy).cloned()
}

impl Adjusted {
    /// Whether it is written as a charge: an amount below zero changes sides.
    fn ends_as_charge(&self) -> bool {
        self.is_charge != self.amount.is_sign_negative()
    }

    /// The element.
    pub(super) fn element(
        &self,
        amount: impl Fn(&str, Decimal) -> Option<Element>,
    ) -> Option<Element> {
        let is_charge = self.ends_as_charge();
        let rate = self.rate.filter(|_| is_charge == self.is_charge);
        Element::aggregate(
            "AllowanceCharge",
            vec![
                Element::basic("ChargeIndicator", is_charge),
                reason_code(&self.reason, is_charge),
                Element::optional("AllowanceChargeReason", &self.reason),
                rate.and_then(|(rate, _)| Element::basic("MultiplierFactorNumeric", percent(rate))),
                amount("Amount", self.amount.abs()),
                rate.and_then(|(_, base)| amount("BaseAmount", base)),
                category("TaxCategory", &self.tax, false),
            ],
        )
    }
}

/// The code that stands for a reason that nobody gave, because the norm wants one.
pub(super) fn reason_code(reason: &str, is_charge: bool) -> Option<Element> {
    let code = if is_charge { "ZZZ" } else { "95" };
    reason
        .is_empty()
        .then(|| Element::basic("AllowanceChargeReasonCode", code))
        .flatten()
}

/// The taxes by category and rate, with what bears them.
pub(super) fn tax_total(
    quote: &Quote,
    adjusted: &[Adjusted],
    policy: &Policy,
    amount: impl Fn(&str, Decimal) -> Option<Element>,
) -> Result<Option<Element>, UblError> {
    let mut subtotals: Vec<(TaxRate, Decimal, Decimal)> = Vec::new();
    let mut add = |tax: &TaxRate, base: Decimal, amount: Decimal| {
        let same = |(other, ..): &&mut (TaxRate, Decimal, Decimal)| {
            (other.category, other.rate) == (tax.category, tax.rate)
        };
        match subtotals.iter_mut().find(same) {
            Some((other, ..)) if other.code != tax.code => {
                return Err(UblError::SameTax(other.code.clone(), tax.code.clone()));
            }
            Some((_, bases, amounts)) => {
                // A sum that is too long is no panic: what is read back comes to another.
                *bases = bases.saturating_add(base);
                *amounts = amounts.saturating_add(amount);
            }
            None => subtotals.push((tax.clone(), base, amount)),
        }
        Ok(())
    };
    for tax in &quote.taxes {
        let codes = TaxCodes::from(tax.code.as_str());
        add(listed(&codes, policy)?, tax.base, tax.amount)?;
    }
    let none = Decimal::new(0, quote.total.amount.scale());
    for one in adjusted {
        // What comes to nothing names its category as well.
        add(&one.tax, none, none)?;
    }
    if !quote.late_fee.amount.is_zero() {
        add(&exempt(policy)?, quote.late_fee.amount, none)?;
    }
    subtotals.sort_by_key(|(tax, ..)| (tax.category.letters(), tax.rate));
    let mut children = vec![amount("TaxAmount", quote.tax.amount)];
    children.extend(subtotals.iter().map(|(tax, base, sum)| {
        Element::aggregate(
            "TaxSubtotal",
            vec![
                amount("TaxableAmount", *base),
                amount("TaxAmount", *sum),
                category("TaxCategory", tax, true),
            ],
        )
    }));
    Ok(Element::aggregate("TaxTotal", children))
}

/// The sums of the document.
pub(super) fn monetary_total(
    invoice: &Invoice,
    quote: &Quote,
    adjusted: &[Adjusted],
    amount: impl Fn(&str, Decimal) -> Option<Element>,
) -> Option<Element> {
    // A side without a discount or charge has no sum, not even one of nothing.
    let side = |is_charge: bool| -> Option<Decimal> {
        let on_side = adjusted
            .iter()
            .filter(|one| one.ends_as_charge() == is_charge);
        let amounts = on_side.map(|one| one.amount.abs());
        amounts.reduce(Decimal::saturating_add)
    };
    let prepaid = match invoice.prepayments() {
        [] => None,
        [paid] => Some(as_written(paid.amount, quote.prepaid)),
        _ => Some(quote.prepaid),
    };
    let rounding = match invoice.payable_rounding() {
        Some(stated) => Some(as_written(stated, quote.cash_rounding)),
        None => Some(quote.cash_rounding).filter(|added| !added.is_zero()),
    };
    let late_fee = quote.late_fee.amount;
    let without_tax = quote.taxable.amount.saturating_add(late_fee);
    Element::aggregate(
        "LegalMonetaryTotal",
        vec![
            amount("LineExtensionAmount", quote.subtotal.amount),
            amount("TaxExclusiveAmount", without_tax),
            amount("TaxInclusiveAmount", quote.total.amount),
            side(false).and_then(|sum| amount("AllowanceTotalAmount", sum)),
            side(true).and_then(|sum| amount("ChargeTotalAmount", sum)),
            prepaid.and_then(|paid| amount("PrepaidAmount", paid)),
            rounding.and_then(|added| amount("PayableRoundingAmount", added)),
            amount("PayableAmount", quote.due),
        ],
    )
}
