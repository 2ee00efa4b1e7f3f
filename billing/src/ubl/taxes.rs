//! Tax codes of a policy as categories and rates of the norm, and back.

use pricing::policy::{TaxCategory, TaxRate};
use pricing::{Policy, Rate, TaxCodes};
use rust_decimal::{Decimal, RoundingStrategy};

use super::UblError;
use super::element::Element;
use super::required::PLACES_MAX;

/// The tax of a line, discount or charge.
pub(super) fn listed<'a>(codes: &TaxCodes, policy: &'a Policy) -> Result<&'a TaxRate, UblError> {
    let mut all = codes.codes();
    let (first, second) = (all.next(), all.next());
    let listed = policy
        .taxes()
        .iter()
        .find(|tax| Some(tax.code.as_str()) == first);
    match (listed, second) {
        (Some(listed), None) => Ok(listed),
        _ => Err(UblError::SeveralTaxes(codes.to_string())),
    }
}

/// The rate in per cent, as the norm writes it.
pub(super) fn percent(rate: Rate) -> Decimal {
    (rate.fraction() * Decimal::ONE_HUNDRED).normalize()
}

/// A category with its rate; `name` is that of the element, which differs from place to place.
pub(super) fn category(name: &str, tax: &TaxRate, reason: bool) -> Option<Element> {
    let is_outside = tax.category == TaxCategory::O;
    let percent = (!is_outside).then(|| percent(tax.rate));
    let reason = (reason && needs_reason(tax.category)).then_some(tax.code.as_str());
    let scheme = Element::aggregate("TaxScheme", vec![Element::basic("ID", scheme(tax))]);
    Element::aggregate(
        name,
        vec![
            Element::basic("ID", tax.category.letters()),
            percent.and_then(|percent| Element::basic("Percent", percent)),
            reason.and_then(|reason| Element::basic("TaxExemptionReason", reason)),
            scheme,
        ],
    )
}

fn needs_reason(category: TaxCategory) -> bool {
    use TaxCategory::{Ae, E, G, K, O};
    matches!(category, E | Ae | K | G | O)
}

/// The tax's name; one without a name is value-added tax.
fn scheme(tax: &TaxRate) -> &str {
    if tax.name == "tax" { "VAT" } else { &tax.name }
}

/// The code of the policy with this category and this rate in per cent.
pub(super) fn code<'a>(category: &str, percent: Decimal, policy: &'a Policy) -> Option<&'a str> {
    let matching = policy.taxes().iter().find(|tax| {
        tax.category.letters() == category && tax.rate.fraction() * Decimal::ONE_HUNDRED == percent
    });
    matching.map(|tax| tax.code.as_str())
}

/// The amount as the invoice writes it, where the norm can: its zeros at the end are kept, or left out.
pub(super) fn as_written(written: Decimal, amount: Decimal) -> Decimal {
    let is_of_norm = written.scale() <= PLACES_MAX;
    if is_of_norm && written == amount {
        written
    } else {
        amount
    }
}

/// Whether `rate` of `base` is `amount`, as a reader would compute it: only then it is stated. A
/// discount that was held to what was left is stated as an amount alone.
pub(super) fn gives(rate: Decimal, base: Decimal, amount: Decimal) -> bool {
    let half_away = RoundingStrategy::MidpointAwayFromZero;
    let is_rate = rate >= Decimal::ZERO && rate <= Decimal::ONE;
    let computed = rate.checked_mul(base);
    let computed = computed.map(|exact| exact.round_dp_with_strategy(amount.scale(), half_away));
    is_rate && computed == Some(amount)
}
