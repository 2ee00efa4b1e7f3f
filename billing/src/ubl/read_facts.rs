//! The facts of a UBL document beside its lines: parties, references, terms, prepayments.

use pricing::{DocumentKind, Party, PrecedingInvoice, RawPrepayment};
use rust_decimal::Decimal;

use super::read_parts::{Fault, Part};

pub(super) const A_DAY: &str = "a day such as 2026-01-31";

/// What is paid already: one by one where that comes to the stated sum, otherwise the sum.
pub(super) fn prepayments(root: &Part) -> Result<Vec<RawPrepayment>, Fault> {
    let Some(sum) = root.at(&["LegalMonetaryTotal", "PrepaidAmount"]) else {
        return Ok(Vec::new());
    };
    let sum = sum.amount()?;
    let one_by_one = root.children("PrepaidPayment");
    let each = one_by_one.iter().map(|part| {
        let day = part.at(&["ReceivedDate"]);
        let day = day.map(|day| day.parsed(A_DAY)).transpose()?;
        Ok(RawPrepayment {
            amount: part.required("PaidAmount")?.amount()?,
            date: day,
            reason: part.words_at(&["InstructionID"]),
        })
    });
    let each: Vec<RawPrepayment> = each.collect::<Result<_, Fault>>()?;
    let added = each
        .iter()
        .try_fold(Decimal::ZERO, |added, paid| added.checked_add(paid.amount));
    if !each.is_empty() && added == Some(sum) {
        return Ok(each);
    }
    Ok(vec![RawPrepayment {
        amount: sum,
        ..RawPrepayment::default()
    }])
}

pub(super) fn payment_terms(root: &Part) -> String {
    let terms = root.children("PaymentTerms").into_iter();
    let terms: Vec<String> = terms
        .map(|terms| terms.lines_of("Note"))
        .filter(|terms| !terms.is_empty())
        .collect();
    terms.join("\n")
}

/// The invoice that a credit note takes back, the first that it names, and all that tell more.
pub(super) fn references(
    root: &Part,
    kind: DocumentKind,
) -> Result<(Option<String>, Vec<PrecedingInvoice>), Fault> {
    let named = root.children("BillingReference").into_iter();
    let named = named.filter_map(|part| part.child("InvoiceDocumentReference"));
    let mut references = Vec::new();
    for part in named {
        let day = part.child("IssueDate");
        references.push(PrecedingInvoice {
            invoice_id: part.required("ID")?.text(),
            issue_date: day.map(|day| day.parsed(A_DAY)).transpose()?,
        });
    }
    let first = references.first();
    let credited = first.filter(|_| kind == DocumentKind::CreditNote).cloned();
    if credited
        .as_ref()
        .is_some_and(|one| one.issue_date.is_none())
    {
        references.remove(0);
    }
    let credits = credited.map(|one| one.invoice_id);
    Ok((credits, references))
}

pub(super) fn party(root: &Part, name: &str) -> Option<Party> {
    let party = root.at(&[name, "Party"])?;
    let legal = party.words_at(&["PartyLegalEntity", "RegistrationName"]);
    let name = if legal.is_empty() {
        party.words_at(&["PartyName", "Name"])
    } else {
        legal
    };
    Some(Party {
        name,
        tax_id: tax_id(&party),
        street: party.words_at(&["PostalAddress", "StreetName"]),
        city: party.words_at(&["PostalAddress", "CityName"]),
        postal_code: party.text_at(&["PostalAddress", "PostalZone"]),
        country: party.text_at(&["PostalAddress", "Country", "IdentificationCode"]),
    })
}

/// The number under which a party pays tax, or else the one by which it is known.
fn tax_id(party: &Part) -> String {
    let schemes = party.children("PartyTaxScheme").into_iter();
    let (vat, other): (Vec<Part>, Vec<Part>) =
        schemes.partition(|scheme| scheme.text_at(&["TaxScheme", "ID"]) == "VAT");
    let schemes = vat.iter().chain(&other);
    let schemes = schemes.map(|scheme| scheme.text_at(&["CompanyID"]));
    let places: [&[&str]; 2] = [
        &["PartyIdentification", "ID"],
        &["PartyLegalEntity", "CompanyID"],
    ];
    let mut found = schemes.chain(places.into_iter().map(|place| party.text_at(place)));
    found.find(|text| !text.is_empty()).unwrap_or_default()
}
