//! An invoice as UBL.

use jiff::civil::Date;
use pricing::{
    Adjustment, Base, Currency, DocumentKind, Invoice, LineItem, Party, PricingEngine, Quote,
    QuotedLine, Rate, RoundingRule, Size, Step,
};
use rust_decimal::Decimal;

use super::element::Element;
use super::taxes::{category, gives, listed, percent};
use super::totals::{adjustments, monetary_total, reason_code, tax_total};
use super::{AGGREGATE, BASIC, Names, UNIT_ONE, UblError};

/// The norm, without any national rules.
const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017";

/// `invoice`, priced by `engine`, as an XML document.
pub fn document(invoice: &Invoice, engine: &PricingEngine) -> Result<String, UblError> {
    let policy = engine.policy();
    if policy.rounding().rule != RoundingRule::ShownAmounts {
        return Err(UblError::OtherRounding);
    }
    let quote = engine.quote(invoice)?;
    if quote.prices_include_tax {
        return Err(UblError::PricesIncludeTax);
    }
    let currency = quote.currency.ok_or(UblError::Missing("currency"))?;
    let issued = invoice
        .issue_date()
        .ok_or(UblError::Missing("issue_date"))?;
    let names = Names::of(invoice.kind());
    let amount = money(currency);
    let (due_date, is_invoice) = (invoice.due_date(), invoice.kind() == DocumentKind::Invoice);
    let adjusted = adjustments(invoice, &quote, engine)?;
    let mut children = vec![
        Element::basic("CustomizationID", CUSTOMIZATION),
        Element::basic("ID", invoice.invoice_id()),
        Element::basic("IssueDate", issued),
        due_date
            .filter(|_| is_invoice)
            .and_then(|due| Element::basic("DueDate", due)),
        Element::basic(names.type_code, names.type_value),
        Element::optional("Note", invoice.note()),
        Element::basic("DocumentCurrencyCode", currency),
        invoice.credits().and_then(reference),
        invoice
            .seller()
            .and_then(|seller| party("AccountingSupplierParty", seller)),
        invoice
            .buyer()
            .and_then(|buyer| party("AccountingCustomerParty", buyer)),
    ];
    children.push(due_date.filter(|_| !is_invoice).and_then(payment_means));
    children.extend(adjusted.iter().map(|adjusted| adjusted.element(&amount)));
    children.push(tax_total(&quote, policy, &amount)?);
    children.push(monetary_total(&quote, &adjusted, &amount));
    for (place, (item, quoted)) in invoice.items().iter().zip(&quote.lines).enumerate() {
        children.push(line(place + 1, item, quoted, &names, engine, &amount)?);
    }
    let namespaces = [
        ("xmlns", names.namespace),
        ("xmlns:cac", AGGREGATE),
        ("xmlns:cbc", BASIC),
    ];
    let root = Element::root(names.root, namespaces, children);
    let xml = root.to_xml();
    let xml = xml.map_err(|error| UblError::Xml(error.to_string()))?;
    check(&xml, &quote, engine)?;
    Ok(xml)
}

/// What is read back must come to the same: a document that changes on its way is not written.
fn check(xml: &str, quote: &Quote, engine: &PricingEngine) -> Result<(), UblError> {
    let total = quote.total.amount;
    let changes = |found: String| Err(UblError::Changes { total, found });
    let again = match super::read(xml, |_| Ok(engine.policy().clone())) {
        Ok(again) => engine.quote(&again)?,
        Err(fault) => return changes(fault.problem),
    };
    if (again.tax.amount, again.due) != (quote.tax.amount, quote.due) {
        return changes(again.total.amount.to_string());
    }
    Ok(())
}

/// Amounts with their currency.
fn money(currency: Currency) -> impl Fn(&str, Decimal) -> Option<Element> {
    move |name, amount| {
        Element::basic(name, amount).map(|element| element.with("currencyID", currency))
    }
}

/// A credit note's due date, which has no place of its own there.
fn payment_means(due: Date) -> Option<Element> {
    let undefined = Element::basic("PaymentMeansCode", "1");
    let due = Element::basic("PaymentDueDate", due);
    Element::aggregate("PaymentMeans", vec![undefined, due])
}

fn reference(credited: &str) -> Option<Element> {
    let document = vec![Element::basic("ID", credited)];
    let document = Element::aggregate("InvoiceDocumentReference", document);
    Element::aggregate("BillingReference", vec![document])
}

fn party(name: &str, party: &Party) -> Option<Element> {
    let country = vec![Element::optional("IdentificationCode", &party.country)];
    let address = vec![
        Element::optional("StreetName", &party.street),
        Element::optional("CityName", &party.city),
        Element::optional("PostalZone", &party.postal_code),
        Element::aggregate("Country", country),
    ];
    let tax_id = Element::optional("CompanyID", &party.tax_id);
    let scheme = tax_id
        .is_some()
        .then(|| Element::aggregate("TaxScheme", vec![Element::basic("ID", "VAT")]));
    let legal = vec![Element::basic("RegistrationName", &party.name)];
    let party = vec![
        Element::aggregate("PostalAddress", address),
        Element::aggregate("PartyTaxScheme", vec![tax_id, scheme.flatten()]),
        Element::aggregate("PartyLegalEntity", legal),
    ];
    Element::aggregate(name, vec![Element::aggregate("Party", party)])
}

fn line(
    number: usize,
    item: &LineItem,
    quoted: &QuotedLine,
    names: &Names,
    engine: &PricingEngine,
    amount: impl Fn(&str, Decimal) -> Option<Element>,
) -> Result<Option<Element>, UblError> {
    let unit = if item.unit().is_empty() {
        UNIT_ONE
    } else {
        item.unit()
    };
    let quantity = Element::basic(names.quantity, item.quantity());
    let gross = quoted
        .gross
        .as_ref()
        .map_or(quoted.amount, |gross| gross.amount);
    let mut children = vec![
        Element::basic("ID", number),
        quantity.map(|quantity| quantity.with("unitCode", unit)),
        amount("LineExtensionAmount", quoted.amount),
    ];
    let discounts = item.discounts().iter().zip(&quoted.discounts);
    let discounts = discounts.map(|pair| (false, pair));
    let charges = item.charges().iter().zip(&quoted.charges);
    let both = discounts.chain(charges.map(|pair| (true, pair)));
    let mut adjusted: Vec<_> = both
        .map(|(indicator, (adjustment, step))| adjusted(indicator, adjustment, step, gross))
        .collect();
    // As a reader would apply them, so that what is read back is written in the same order.
    adjusted.sort_by_key(|one| (one.is_charge, one.rate.is_none()));
    children.extend(
        adjusted
            .iter()
            .map(|one| line_adjustment(one, gross, &amount)),
    );
    let tax = listed(item.tax(), engine.policy())?;
    let name = [item.description(), item.sku(), "item"];
    let name = name.into_iter().find(|name| !name.is_empty());
    let sku = Element::optional("ID", item.sku());
    children.push(Element::aggregate(
        "Item",
        vec![
            name.and_then(|name| Element::basic("Name", name)),
            Element::aggregate("SellersItemIdentification", vec![sku]),
            category("ClassifiedTaxCategory", tax, false),
        ],
    ));
    let price = vec![amount("PriceAmount", item.unit_price())];
    children.push(Element::aggregate("Price", price));
    Ok(Element::aggregate(names.line, children))
}

/// A discount or charge of a line as the norm has it.
struct LineAdjusted<'a> {
    is_charge: bool,
    reason: &'a str,
    rate: Option<Rate>,
    amount: Decimal,
}

/// An amount below zero changes sides, and then has no rate.
fn adjusted<'a>(
    indicator: bool,
    adjustment: &'a Adjustment,
    step: &Step,
    gross: Decimal,
) -> LineAdjusted<'a> {
    let is_charge = indicator != step.amount.is_sign_negative();
    let rate = match adjustment.size() {
        Size::Rate(rate, Base::Subtotal) if is_charge == indicator => Some(rate),
        _ => None,
    };
    LineAdjusted {
        is_charge,
        reason: adjustment.reason(),
        rate: rate.filter(|rate| gives(rate.fraction(), gross, step.amount)),
        amount: step.amount.abs(),
    }
}

fn line_adjustment(
    one: &LineAdjusted,
    gross: Decimal,
    amount: impl Fn(&str, Decimal) -> Option<Element>,
) -> Option<Element> {
    Element::aggregate(
        "AllowanceCharge",
        vec![
            Element::basic("ChargeIndicator", one.is_charge),
            reason_code(one.reason, one.is_charge),
            Element::optional("AllowanceChargeReason", one.reason),
            one.rate
                .and_then(|rate| Element::basic("MultiplierFactorNumeric", percent(rate))),
            amount("Amount", one.amount),
            one.rate.and_then(|_| amount("BaseAmount", gross)),
        ],
    )
}
