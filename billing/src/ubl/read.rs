//! UBL, read as an invoice.

use pricing::{
    DocumentKind, Invoice, Policy, PricingEngine, RawAdjustment, RawDocument, RawDocumentLine,
};
use roxmltree::{Document, Node};
use rust_decimal::Decimal;

use super::read_facts::{A_DAY, party, payment_terms, prepayments, references};
use super::read_parts::{Fault, Part, adjustment, sum_of};
use super::stated::differences;
use super::{CREDIT_NOTE, INVOICE, Names, UNIT_ONE, taxes};

/// The type codes (UNTDID 1001) of credit notes, whatever shape they have.
const CREDIT_NOTE_CODES: [&str; 11] = [
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532",
];

/// A document that was read.
pub(crate) struct Read {
    pub(crate) invoice: Invoice,
    /// What it states otherwise than it comes to; none when it has no price.
    pub(crate) differences: Vec<Fault>,
}

/// The invoice in `xml`, its taxes as the codes of the policy that `policy_for` finds for its day.
pub(crate) fn read(
    xml: &str,
    policy_for: impl Fn(&RawDocument) -> Result<Policy, String>,
) -> Result<Read, Fault> {
    let document = Document::parse(xml).map_err(|error| Fault {
        line: u64::from(error.pos().row),
        field: None,
        problem: format!("not valid XML: {error}"),
    })?;
    let root = document.root_element();
    let shape = match (root.tag_name().namespace(), root.tag_name().name()) {
        (Some(INVOICE), "Invoice") => DocumentKind::Invoice,
        (Some(CREDIT_NOTE), "CreditNote") => DocumentKind::CreditNote,
        (_, name) => {
            let problem = format!(
                "{name:?} is not a document that can be read (allowed: Invoice and CreditNote of UBL 2)"
            );
            return Err(Part::root(root).fault(problem));
        }
    };
    let root = Part::root(root);
    let names = Names::of(shape);
    let mut raw = head(&root, kind(&root, shape, &names))?;
    let policy = policy_for(&raw).map_err(|problem| root.fault(problem))?;
    // The norm knows prices without tax only.
    raw.prices_include_tax = policy.prices_include_tax().then_some(false);
    for line in root.children(names.line) {
        let item = item(&line, &names, &policy)?;
        raw.items.push(item);
    }
    let net: Decimal = sum_of(&root.children(names.line), "LineExtensionAmount")?;
    for part in root.children("AllowanceCharge") {
        let (is_charge, mut adjustment) = adjustment(&part, net)?;
        let category = part.child("TaxCategory");
        adjustment.tax = category
            .map(|category| code(&category, &policy))
            .transpose()?;
        let list = if is_charge {
            &mut raw.charges
        } else {
            &mut raw.discounts
        };
        list.push(adjustment);
    }
    spread_where_all_bear_one_tax(&mut raw);
    raw.prepayments = prepayments(&root)?;
    let rounding = root.at(&["LegalMonetaryTotal", "PayableRoundingAmount"]);
    raw.payable_rounding = rounding.map(|part| part.amount()).transpose()?;
    let invoice = Invoice::try_from(raw).map_err(|error| Fault {
        line: root.line(),
        field: Some(error.field),
        problem: error.problem.to_string(),
    })?;
    let differences = match PricingEngine::new(policy.clone()).quote(&invoice) {
        Ok(quote) => differences(&root, &names, &quote, &policy)?,
        // Whoever prices the invoice says why it has no price.
        Err(_) => Vec::new(),
    };
    Ok(Read {
        invoice,
        differences,
    })
}

/// A credit note may also stand in the shape of an invoice; its type code tells.
fn kind(root: &Part, shape: DocumentKind, names: &Names) -> DocumentKind {
    let code = root.text_at(&[names.type_code]);
    if CREDIT_NOTE_CODES.contains(&code.as_str()) {
        DocumentKind::CreditNote
    } else {
        shape
    }
}

fn head(root: &Part, kind: DocumentKind) -> Result<RawDocument, Fault> {
    let day = |path: &[&str]| root.at(path).map(|part| part.parsed(A_DAY));
    let due = day(&["DueDate"]).or_else(|| day(&["PaymentMeans", "PaymentDueDate"]));
    let (credits, preceding_invoices) = references(root, kind)?;
    let currency = root.at(&["DocumentCurrencyCode"]);
    let currency = currency.map(|part| part.parsed("a currency of ISO 4217, such as EUR"));
    Ok(RawDocument {
        invoice_id: root.required("ID")?.text(),
        kind,
        credits,
        preceding_invoices,
        issue_date: day(&["IssueDate"]).transpose()?,
        due_date: due.transpose()?,
        currency: currency.transpose()?,
        seller: party(root, "AccountingSupplierParty"),
        buyer: party(root, "AccountingCustomerParty"),
        payment_terms: payment_terms(root),
        note: root.lines_of("Note"),
        ..RawDocument::default()
    })
}

fn item(line: &Part, names: &Names, policy: &Policy) -> Result<RawDocumentLine, Fault> {
    let quantity = line.required(names.quantity)?;
    let unit = quantity
        .attribute("unitCode")
        .filter(|unit| *unit != UNIT_ONE);
    let item = line.required("Item")?;
    let sku = item.words_at(&["SellersItemIdentification", "ID"]);
    let name = item.words_at(&["Name"]);
    let description = if name == sku || (sku.is_empty() && name == "item") {
        String::new()
    } else {
        name
    };
    let (unit_price, quantity) = (unit_price(line)?, quantity.amount()?);
    let category = item.child("ClassifiedTaxCategory");
    let mut raw = RawDocumentLine {
        unit: unit.unwrap_or_default().to_owned(),
        tax: category
            .map(|category| code(&category, policy))
            .transpose()?
            .unwrap_or_default(),
        sku,
        description,
        unit_price,
        quantity,
        ..RawDocumentLine::default()
    };
    let gross = unit_price.checked_mul(quantity).unwrap_or_default();
    for part in line.children("AllowanceCharge") {
        let (is_charge, adjustment): (bool, RawAdjustment) = adjustment(&part, gross)?;
        let list = if is_charge {
            &mut raw.charges
        } else {
            &mut raw.discounts
        };
        list.push(adjustment);
    }
    Ok(raw)
}

/// The price of one unit; one that is stated for several is divided, if that is exact.
fn unit_price(line: &Part) -> Result<Decimal, Fault> {
    let price = line.required("Price")?;
    let stated = price.required("PriceAmount")?.amount()?;
    let Some(base) = price.child("BaseQuantity") else {
        return Ok(stated);
    };
    let quantity = base.amount()?;
    let unit_price = stated.checked_div(quantity);
    unit_price
        .filter(|price| price.checked_mul(quantity) == Some(stated))
        .ok_or_else(|| {
            base.fault(format!(
                "{stated} for {quantity} is no exact price of one unit (state the price of one)"
            ))
        })
}

fn code(category: &Part, policy: &Policy) -> Result<pricing::TaxCodes, Fault> {
    let letters = category.required("ID")?.text();
    let percent = category
        .child("Percent")
        .map_or(Ok(Decimal::ZERO), |part| part.amount())?;
    let code = taxes::code(&letters, percent, policy);
    code.map(pricing::TaxCodes::from).ok_or_else(|| {
        let listed = policy.taxes().iter().map(|tax| {
            let percent = taxes::percent(tax.rate);
            format!("{} {percent} % ({})", tax.category.letters(), tax.code)
        });
        let listed: Vec<String> = listed.collect();
        let rate = (percent / Decimal::ONE_HUNDRED).normalize();
        category.fault(format!(
            "tax category {letters} at {percent} % is not in the policy (allowed: {}; or list it in a policy: code = \"...\", category = \"{letters}\", rate = \"{rate}\")",
            listed.join(", ")
        ))
    })
}

/// Where the whole document bears one tax, its discounts and charges need not name it.
fn spread_where_all_bear_one_tax(raw: &mut RawDocument) {
    let Some(first) = raw.items.first().map(|item| item.tax.clone()) else {
        return;
    };
    let of_lines = raw.items.iter().all(|item| item.tax == first);
    let adjustments = || raw.discounts.iter().chain(&raw.charges);
    if of_lines && adjustments().all(|adjustment| adjustment.tax.as_ref() == Some(&first)) {
        let adjustments = raw.discounts.iter_mut().chain(&mut raw.charges);
        adjustments.for_each(|adjustment| adjustment.tax = None);
    }
}

/// Keeps the node type out of the other modules' signatures.
pub(super) type XmlNode<'a> = Node<'a, 'a>;
