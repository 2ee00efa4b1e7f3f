//! An invoice as UBL.

use jiff::civil::Date;
use pricing::{
    Adjustment, Base, Currency, DocumentKind, Invoice, LineItem, Party, PricingEngine, Quote,
    QuotedLine, Rate, RawPrepayment, RoundingRule, Size, Step,
};
use rust_decimal::Decimal;

use super::element::Element;
use super::required;
use super::taxes::{as_written, category, gives, listed, percent};
use super::totals::{adjustments, monetary_total, reason_code, tax_total};
use super::{AGGREGATE, BASIC, Names, UNIT_ONE, UblError};

/// The norm, without any national rules.
const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017";

const SUPPLIER: &str = "AccountingSupplierParty";
const CUSTOMER: &str = "AccountingCustomerParty";

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
    let required = required::facts(invoice, &quote, policy)?;
    let names = Names::of(invoice.kind());
    let amount = money(required.currency);
    let (due_date, is_invoice) = (invoice.due_date(), invoice.kind() == DocumentKind::Invoice);
    let adjusted = adjustments(invoice, &quote, engine)?;
    let mut children = vec![
        Element::basic("CustomizationID", CUSTOMIZATION),
        Element::basic("ID", invoice.invoice_id()),
        Element::basic("IssueDate", required.issued),
        due_date
            .filter(|_| is_invoice)
            .and_then(|due| Element::basic("DueDate", due)),
        Element::basic(names.type_code, names.type_value),
        Element::optional("Note", invoice.note()),
        Element::basic("DocumentCurrencyCode", required.currency),
    ];
    children.extend(references(invoice));
    children.extend([
        party(SUPPLIER, required.seller, required.is_outside),
        party(CUSTOMER, required.buyer, required.is_outside),
        due_date.filter(|_| !is_invoice).and_then(payment_means),
        payment_terms(invoice),
    ]);
    if is_invoice {
        children.extend(prepayments(invoice, &quote, required.currency));
    }
    children.extend(adjusted.iter().map(|adjusted| adjusted.element(&amount)));
    children.push(tax_total(&quote, &adjusted, policy, &amount)?);
    children.push(monetary_total(invoice, &quote, &adjusted, &amount));
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
        Ok(again) => match again.differences.first() {
            Some(difference) => return changes(difference.problem.clone()),
            None => engine.quote(&again.invoice)?,
        },
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

fn payment_terms(invoice: &Invoice) -> Option<Element> {
    let note = Element::optional("Note", invoice.payment_terms());
    Element::aggregate("PaymentTerms", vec![note])
}

/// Prepayments one by one, where the sum alone would lose something.
fn prepayments(invoice: &Invoice, quote: &Quote, currency: Currency) -> Vec<Option<Element>> {
    let paid = invoice.prepayments();
    let has_facts = |one: &RawPrepayment| one.date.is_some() || !one.reason.is_empty();
    let sum = |sum: Decimal, one: &RawPrepayment| sum.checked_add(one.amount);
    // A reader takes them only when they come to the sum.
    let is_exact = paid.iter().try_fold(Decimal::ZERO, sum) == Some(quote.prepaid);
    let tells_more = paid.len() > 1 || paid.iter().any(has_facts);
    if !(is_exact && tells_more) {
        return Vec::new();
    }
    let element = |one: &RawPrepayment| {
        let mut amount = one.amount.normalize();
        amount.rescale(amount.scale().max(quote.prepaid.scale()));
        let amount = money(currency)("PaidAmount", as_written(one.amount, amount));
        let day = one.date.and_then(|day| Element::basic("ReceivedDate", day));
        let reason = Element::optional("InstructionID", &one.reason);
        Element::aggregate("PrepaidPayment", vec![amount, day, reason])
    };
    paid.iter().map(element).collect()
}

/// The credited invoice, and those before this one; its day of issue stands among those.
fn references(invoice: &Invoice) -> impl Iterator<Item = Option<Element>> {
    let preceding = invoice.preceding_invoices();
    let credited = invoice.credits().map(|id| {
        let listed = preceding.iter().find(|one| one.invoice_id == id);
        (id, listed.and_then(|one| one.issue_date))
    });
    let others = preceding.iter();
    let others = others.filter(|one| Some(one.invoice_id.as_str()) != invoice.credits());
    let others = others.map(|one| (one.invoice_id.as_str(), one.issue_date));
    credited.into_iter().chain(others).map(|(id, issued)| {
        let issued = issued.and_then(|day| Element::basic("IssueDate", day));
        let document = vec![Element::basic("ID", id), issued];
        let document = Element::aggregate("InvoiceDocumentReference", document);
        Element::aggregate("BillingReference", vec![document])
    })
}

fn party(name: &str, party: &Party, is_outside: bool) -> Option<Element> {
    let is_seller = name == SUPPLIER;
    let country = vec![Element::optional("IdentificationCode", &party.country)];
    let address = vec![
        Element::optional("StreetName", &party.street),
        Element::optional("CityName", &party.city),
        Element::optional("PostalZone", &party.postal_code),
        Element::aggregate("Country", country),
    ];
    let is_vat = required::is_vat(&party.tax_id) && !is_outside;
    let number = |name: &str| Element::optional(name, &party.tax_id);
    let scheme = if is_vat { "VAT" } else { "TAX" };
    let scheme = Element::aggregate("TaxScheme", vec![Element::basic("ID", scheme)]);
    // Only a seller has a number for another tax; any other number just tells who it is.
    let taxed = (is_vat || (is_seller && !is_outside)).then(|| vec![number("CompanyID"), scheme]);
    let known = (!is_vat).then(|| vec![number("ID")]);
    let legal = vec![Element::basic("RegistrationName", &party.name)];
    let party = vec![
        known.and_then(|known| Element::aggregate("PartyIdentification", known)),
        Element::aggregate("PostalAddress", address),
        taxed.and_then(|taxed| Element::aggregate("PartyTaxScheme", taxed)),
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
    adjusted.sort_by_key(|one| one.is_charge);
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
        amount: match adjustment.size() {
            Size::Amount(written) => as_written(written, step.amount.abs()),
            Size::Rate(..) => step.amount.abs(),
        },
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
