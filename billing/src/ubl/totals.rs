//! The document's allowances, charges, taxes and totals.

use pricing::policy::TaxRate;
use pricing::{Applied, Invoice, Policy, PricingEngine, Quote, Rate, Size, TaxCodes};
use rust_decimal::Decimal;

use super::UblError;
use super::element::Element;
use super::taxes::{category, gives, listed, percent};

/// A discount or charge on one tax category.
pub(super) struct Adjusted {
    is_charge: bool,
    reason: String,
    /// The rate and its base, where the whole amount stands here.
    rate: Option<(Rate, Decimal)>,
    amount: Decimal,
    tax: TaxRate,
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
        let (step, size) = match share.of {
            Applied::TierDiscount => (&quote.tier_discount, None),
            Applied::LoyaltyDiscount => (&quote.loyalty_discount, None),
            Applied::Discount(place) => {
                (&quote.discounts[place], Some(&invoice.discounts()[place]))
            }
            Applied::Charge(place) => (&quote.charges[place], Some(&invoice.charges()[place])),
        };
        let is_whole = share.amount == step.amount;
        let rate = size
            .filter(|_| is_whole)
            .and_then(|size| match size.size() {
                Size::Rate(rate, pricing::Base::Subtotal) => {
                    let base = quote.subtotal.amount;
                    gives(rate.fraction(), base, share.amount).then_some((rate, base))
                }
                _ => None,
            });
        adjusted.push(Adjusted {
            is_charge: matches!(share.of, Applied::Charge(_)),
            reason: match size {
                Some(size) => size.reason().to_owned(),
                None => step.reason.to_string(),
            },
            rate,
            amount: share.amount,
            tax: listed(&share.codes, policy)?.clone(),
        });
    }
    if !quote.late_fee.amount.is_zero() {
        adjusted.push(Adjusted {
            is_charge: true,
            reason: format!("late fee: {}", quote.late_fee.reason),
            rate: None,
            amount: quote.late_fee.amount,
            tax: exempt(policy)?,
        });
    }
    // As a reader would apply them, so that what is read back is written in the same order.
    adjusted.sort_by_key(|one| (one.ends_as_charge(), one.rate.is_none()));
    Ok(adjusted)
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
                *bases += base;
                *amounts += amount;
            }
            None => subtotals.push((tax.clone(), base, amount)),
        }
        Ok(())
    };
    for tax in &quote.taxes {
        let codes = TaxCodes::from(tax.code.as_str());
        add(listed(&codes, policy)?, tax.base, tax.amount)?;
    }
    if !quote.late_fee.amount.is_zero() {
        let none = Decimal::new(0, quote.total.amount.scale());
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
    quote: &Quote,
    adjusted: &[Adjusted],
    amount: impl Fn(&str, Decimal) -> Option<Element>,
) -> Option<Element> {
    let side = |is_charge: bool| -> Decimal {
        let on_side = adjusted
            .iter()
            .filter(|one| one.ends_as_charge() == is_charge);
        on_side.map(|one| one.amount.abs()).sum()
    };
    let nonzero = |name, value: Decimal| {
        if value.is_zero() {
            None
        } else {
            amount(name, value)
        }
    };
    let without_tax = quote.taxable.amount + quote.late_fee.amount;
    Element::aggregate(
        "LegalMonetaryTotal",
        vec![
            amount("LineExtensionAmount", quote.subtotal.amount),
            amount("TaxExclusiveAmount", without_tax),
            amount("TaxInclusiveAmount", quote.total.amount),
            nonzero("AllowanceTotalAmount", side(false)),
            nonzero("ChargeTotalAmount", side(true)),
            nonzero("PrepaidAmount", quote.prepaid),
            nonzero("PayableRoundingAmount", quote.cash_rounding),
            amount("PayableAmount", quote.due),
        ],
    )
}
