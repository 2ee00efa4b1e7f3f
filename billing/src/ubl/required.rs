//! Facts that each document of EN 16931 has, and many an invoice file has not.

use jiff::civil::Date;
use pricing::policy::TaxCategory;
use pricing::{Currency, DocumentKind, Invoice, Party, Policy, Quote};
use rust_decimal::Decimal;

use super::UblError;

/// The norm shows so many decimal places at most.
pub(super) const PLACES_MAX: u32 = 2;

/// What the norm requires of an invoice.
pub(super) struct Required<'a> {
    pub(super) currency: Currency,
    pub(super) issued: Date,
    pub(super) seller: &'a Party,
    pub(super) buyer: &'a Party,
    /// Whether all is outside the scope of the tax, so that no number for the tax may stand there.
    pub(super) is_outside: bool,
}

/// Everything that the norm requires, or what is missing.
pub(super) fn facts<'a>(
    invoice: &'a Invoice,
    quote: &Quote,
    policy: &Policy,
) -> Result<Required<'a>, UblError> {
    let currency = quote.currency.ok_or(UblError::Missing("currency"))?;
    if currency.minor_unit_places() > PLACES_MAX {
        return Err(UblError::TooManyPlaces(currency));
    }
    let issued = invoice.issue_date();
    let issued = issued.ok_or(UblError::Missing("issue_date"))?;
    let seller = party(
        invoice.seller(),
        ["seller", "seller.name", "seller.country"],
    )?;
    if seller.tax_id.is_empty() {
        return Err(UblError::Missing("seller.tax_id"));
    }
    let buyer = party(invoice.buyer(), ["buyer", "buyer.name", "buyer.country"])?;
    if invoice.items().is_empty() {
        return Err(UblError::Missing("a line item"));
    }
    let says_when = invoice.due_date().is_some() || !invoice.payment_terms().trim().is_empty();
    let asks_for_money = invoice.kind() == DocumentKind::Invoice && quote.due > Decimal::ZERO;
    if asks_for_money && !says_when {
        return Err(UblError::Missing("due_date or payment_terms"));
    }
    Ok(Required {
        currency,
        issued,
        seller,
        buyer,
        is_outside: is_outside(quote, policy)?,
    })
}

fn party<'a>(
    party: Option<&'a Party>,
    [whole, name, country]: [&'static str; 3],
) -> Result<&'a Party, UblError> {
    let party = party.ok_or(UblError::Missing(whole))?;
    for (text, field) in [(&party.name, name), (&party.country, country)] {
        if text.trim().is_empty() {
            return Err(UblError::Missing(field));
        }
    }
    Ok(party)
}

fn is_outside(quote: &Quote, policy: &Policy) -> Result<bool, UblError> {
    let category = |code: &str| {
        let listed = policy.taxes().iter().find(|one| one.code == code);
        listed.map(|one| one.category)
    };
    let taxes = quote.taxes.iter().map(|tax| category(&tax.code));
    let outside = taxes.filter(|found| *found == Some(TaxCategory::O)).count();
    match outside {
        0 => Ok(false),
        all if all == quote.taxes.len() => Ok(true),
        _ => Err(UblError::OutsideBesideOthers),
    }
}

/// Whether a number is one for value-added tax: it begins with a country.
pub(super) fn is_vat(tax_id: &str) -> bool {
    let country = tax_id.get(..2).unwrap_or_default();
    country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())
}
