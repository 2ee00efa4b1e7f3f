//! Laws of documents in UBL: out and in again changes nothing, and no text makes the reader panic.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;

use billing::policy::Rules;
use billing::read::{Book, InputFormat, ReadError};
use billing::ubl::{self, UblError};
use ledgerly_tests::documents::{norm_document, norm_policy};
use pricing::policy::{RawPolicy, RawPolicyFile};
use pricing::{
    DocumentKind, Invoice, Policy, PricingEngine, RawAdjustment, RawDocument, RawPrepayment,
};
use proptest::prelude::*;
use rust_decimal::dec;

fn read(xml: &str, rules: &RawPolicy) -> Result<Invoice, String> {
    let folder = tempfile::tempdir().unwrap();
    let (invoice, policy) = (
        folder.path().join("invoice.xml"),
        folder.path().join("policy.json"),
    );
    fs::write(&invoice, xml).unwrap();
    let file = RawPolicyFile {
        name: "generated".to_owned(),
        versions: vec![RawPolicy {
            name: String::new(),
            ..rules.clone()
        }],
    };
    fs::write(&policy, serde_json::to_string(&file).unwrap()).unwrap();
    let rules = Rules::load(Some(&policy), None).unwrap();
    let mut book = Book::new(vec![invoice], Some(InputFormat::Ubl)).under(rules);
    match book.next().unwrap() {
        Ok(read) => Ok(read.invoice),
        Err(ReadError::Rejected(bad)) => Err(bad.to_string()),
        Err(ReadError::Fatal(error)) => Err(error.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn out_and_in_again_changes_nothing(raw in norm_document(), rules in norm_policy()) {
        let engine = PricingEngine::new(Policy::try_from(rules.clone()).unwrap());
        let invoice = Invoice::try_from(raw).unwrap();
        let xml = match ubl::document(&invoice, &engine) {
            Err(UblError::SameTax(..) | UblError::Changes { .. }) => return Ok(()),
            xml => xml.unwrap(),
        };
        let again = read(&xml, &rules).map_err(TestCaseError::fail)?;
        let (before, after) = (engine.quote(&invoice).unwrap(), engine.quote(&again).unwrap());
        prop_assert_eq!(before.subtotal.amount, after.subtotal.amount, "{}", xml);
        prop_assert_eq!(before.tax.amount, after.tax.amount, "{}", xml);
        prop_assert_eq!(before.total.amount, after.total.amount, "{}", xml);
        prop_assert_eq!(before.due, after.due, "{}", xml);
        prop_assert_eq!(ubl::document(&again, &engine).unwrap(), xml);
    }

    #[test]
    fn a_damaged_document_is_refused_or_read_but_never_panics(
        raw in norm_document(), rules in norm_policy(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6),
    ) {
        let engine = PricingEngine::new(Policy::try_from(rules.clone()).unwrap());
        let xml = ubl::document(&Invoice::try_from(raw).unwrap(), &engine);
        prop_assume!(xml.is_ok());
        let xml = xml.unwrap();
        let mut chars: Vec<char> = xml.chars().collect();
        for (place, char) in damage {
            let place = place.index(chars.len());
            chars[place] = char;
        }
        let damaged: String = chars.into_iter().collect();
        if let Ok(invoice) = read(&damaged, &rules) {
            let _ = engine.quote(&invoice);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}|<[ -~]{0,200}>") {
        let refused = read(&text, &RawPolicy::default());
        prop_assert!(refused.is_err());
    }
}

/// A document with two lines of 10.00 at 19 % and 5.00 at 7 %, priced by hand: 1.90 + 0.35 tax.
fn worked() -> (RawDocument, RawPolicy) {
    let policy = r#"{"currency":"EUR","rounding":{"rule":"shown-amounts"},"taxes":[
        {"code":"standard","rate":"0.19"},{"code":"reduced","rate":"0.07"},
        {"code":"outside","rate":0,"category":"O"}]}"#;
    let party = r#"{"name":"S","tax_id":"DE1","country":"DE"}"#;
    let document = format!(
        r#"{{"invoice_id":"INV-1","tier":"","loyalty_member":false,"days_overdue":0,
            "issue_date":"2026-01-31","due_date":"2026-02-28","seller":{party},"buyer":{party},
            "items":[{{"unit_price":"10.00","quantity":1}},
                     {{"unit_price":"5.00","quantity":1,"tax":"reduced"}}]}}"#
    );
    (
        serde_json::from_str(&document).unwrap(),
        serde_json::from_str(policy).unwrap(),
    )
}

fn written(raw: &RawDocument, rules: &RawPolicy) -> Result<String, UblError> {
    let engine = PricingEngine::new(Policy::try_from(rules.clone()).unwrap());
    ubl::document(&Invoice::try_from(raw.clone()).unwrap(), &engine)
}

#[test]
fn each_stated_amount_is_held_against_ours() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let cases = [
        (
            "LineExtensionAmount currencyID=\"EUR\">10.00",
            "10.01",
            "InvoiceLine/LineExtensionAmount: 10.01 is stated",
        ),
        (
            "TaxableAmount currencyID=\"EUR\">5.00",
            "5.10",
            "TaxTotal/TaxSubtotal/TaxableAmount: 5.10 is stated",
        ),
        (
            "TaxAmount currencyID=\"EUR\">1.90",
            "1.91",
            "TaxTotal/TaxSubtotal[2]/TaxAmount: 1.91 is stated",
        ),
        (
            "TaxAmount currencyID=\"EUR\">2.25",
            "2.2",
            "TaxTotal/TaxAmount: 2.2 is stated",
        ),
        (
            "TaxExclusiveAmount currencyID=\"EUR\">15.00",
            "16",
            "LegalMonetaryTotal/TaxExclusiveAmount: 16 is stated",
        ),
        (
            "TaxInclusiveAmount currencyID=\"EUR\">17.25",
            "17.26",
            "LegalMonetaryTotal/TaxInclusiveAmount: 17.26 is stated",
        ),
        (
            "PayableAmount currencyID=\"EUR\">17.25",
            "17.20",
            "LegalMonetaryTotal/PayableAmount: 17.20 is stated",
        ),
    ];
    for (there, wrong, expected) in cases {
        let (element, right) = there.split_once('>').unwrap();
        assert!(xml.contains(there), "{there} in {xml}");
        let changed = xml.replacen(there, &format!("{element}>{wrong}"), 1);
        let message = read(&changed, &rules).unwrap_err();
        assert!(message.contains(expected), "{message}");
        assert!(
            message.contains(&format!("it comes to {right}")),
            "{message}"
        );
    }
    let same = xml.replace(">17.25<", ">17.250<");
    assert!(
        read(&same, &rules).is_ok(),
        "more zeros are no other amount"
    );
}

#[test]
fn a_stated_rounding_of_what_is_payable_is_kept() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let payable = "<cbc:PayableAmount currencyID=\"EUR\">";
    let rounded = "<cbc:PayableRoundingAmount currencyID=\"EUR\">-0.25</cbc:PayableRoundingAmount>";
    let stated = xml.replace(
        &format!("{payable}17.25"),
        &format!("{rounded}{payable}17.00"),
    );
    let invoice = read(&stated, &rules).unwrap();
    assert_eq!(
        invoice
            .payable_rounding()
            .map(|amount| amount.to_string())
            .as_deref(),
        Some("-0.25")
    );
    let again = written(&invoice.into(), &rules).unwrap();
    assert!(
        again.contains("-0.25</cbc:PayableRoundingAmount>")
            && again.contains(">17.00</cbc:PayableAmount>")
    );
}

#[test]
fn a_tax_total_in_another_currency_is_not_held_against_ours() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let other = "<cac:TaxTotal><cbc:TaxAmount currencyID=\"SEK\">25.10</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>";
    let xml = xml.replace("<cac:LegalMonetaryTotal>", other);
    assert!(read(&xml, &rules).is_ok());
}

/// Everything that the norm can tell, each spelled in a way that could get lost.
const RICH: &str = r#"{"invoice_id":"INV-1","tier":"","loyalty_member":false,"days_overdue":0,
    "issue_date":"2026-01-31","due_date":"2026-02-28","currency":"EUR",
    "seller":{"name":"S","tax_id":"DE1","street":"A 1","city":"B","postal_code":"1","country":"DE"},
    "buyer":{"name":"B","tax_id":"AT2","country":"AT"},
    "preceding_invoices":[{"invoice_id":"INV-0","issue_date":"2026-01-01"},{"invoice_id":"INV-00"}],
    "payment_terms":"30 days\n2 % within 10","note":"one\ntwo",
    "items":[
      {"sku":"A","description":"Advice","unit_price":"90.00","quantity":"1.50","unit":"HUR",
       "discounts":[{"amount":"5","reason":"scratch"},{"rate":"0.1","reason":"spring"},{"amount":"0","reason":"none"}],
       "charges":[{"amount":"1.5","reason":"wrap"},{"rate":"0.02","reason":"rush"}]},
      {"sku":"B","unit_price":"5.000","quantity":"-1","tax":"reduced"}],
    "discounts":[{"amount":"3","reason":"voucher","tax":"standard"},{"amount":"0.0","reason":"none","tax":"reduced"},
      {"rate":"0.01","reason":"cash","tax":"standard"}],
    "charges":[{"amount":"4.5","reason":"freight","tax":"reduced"},{"rate":"0","reason":"none","tax":"standard"}],
    "prepayments":[{"amount":"10","date":"2026-01-02","reason":"deposit"},{"amount":"2.50"}],
    "payable_rounding":"0.0"}"#;

#[test]
fn a_document_of_the_norm_comes_back_field_by_field() {
    let (_, rules) = worked();
    let same = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json: serde_json::Value = serde_json::from_str(RICH).unwrap();
        change(&mut json);
        let raw: RawDocument = serde_json::from_value(json.clone()).unwrap();
        let xml = written(&raw, &rules).unwrap();
        let again = read(&xml, &rules).unwrap();
        assert_eq!(serde_json::to_value(again).unwrap(), json, "{xml}");
    };
    same(&|_| ());
    same(&|json| {
        json["kind"] = "credit-note".into();
        json["credits"] = "INV-7".into();
        let dated = serde_json::json!({"invoice_id": "INV-7", "issue_date": "2026-01-02"});
        json["preceding_invoices"]
            .as_array_mut()
            .unwrap()
            .insert(0, dated);
        json["prepayments"] = serde_json::json!([{"amount": "12.5"}]);
    });
    same(&|json| {
        json["prepayments"] = serde_json::json!([{"amount": "0"}]);
        json.as_object_mut().unwrap().remove("due_date");
        json.as_object_mut().unwrap().remove("payable_rounding");
    });
}

#[test]
fn numbers_and_truths_are_read_as_xml_may_spell_them() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let spelled = |number: &str| {
        let price = "<cbc:PriceAmount currencyID=\"EUR\">";
        xml.replace(&format!("{price}10.00"), &format!("{price}{number}"))
    };
    for number in ["+10.00", "10.", "010", " 10 "] {
        assert!(read(&spelled(number), &rules).is_ok(), "{number}");
    }
    for (number, expected) in [
        ("+", "\"+\" is not a decimal number"),
        ("1e1", "has an exponent"),
        ("", "the amount is empty"),
        (".", "\".\" is not a decimal number"),
        ("--10", "is not a decimal number"),
    ] {
        let message = read(&spelled(number), &rules).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
    let allowance = |truth: &str| {
        let element = format!(
            "<cac:AllowanceCharge><cbc:ChargeIndicator>{truth}</cbc:ChargeIndicator>\
             <cbc:Amount currencyID=\"EUR\">0</cbc:Amount></cac:AllowanceCharge><cac:TaxTotal>"
        );
        read(&xml.replacen("<cac:TaxTotal>", &element, 1), &rules)
    };
    assert_eq!(allowance("1").unwrap().charges().len(), 1);
    assert_eq!(allowance(" false ").unwrap().discounts().len(), 1);
    let message = allowance("no").unwrap_err();
    assert!(
        message.contains("\"no\" is not allowed here (allowed: true, false)"),
        "{message}"
    );
}

#[test]
fn an_allowance_below_zero_is_a_charge() {
    let (mut raw, rules) = worked();
    raw.discounts = vec![RawAdjustment {
        amount: Some(dec!(2.00)),
        tax: Some("standard".into()),
        ..RawAdjustment::default()
    }];
    let xml = written(&raw, &rules).unwrap();
    let element = "<cbc:ChargeIndicator>false<";
    let amount = "<cbc:Amount currencyID=\"EUR\">2.00";
    let total = "<cbc:AllowanceTotalAmount currencyID=\"EUR\">2.00</cbc:AllowanceTotalAmount>";
    assert!(
        [element, amount, total]
            .iter()
            .all(|part| xml.contains(part)),
        "{xml}"
    );
    let turned = xml
        .replace(element, "<cbc:ChargeIndicator>true<")
        .replace(amount, &amount.replace("2.00", "-2.00"))
        .replace(
            total,
            &total
                .replace("Allowance", "Charge")
                .replace("2.00", "-2.00"),
        );
    let again = read(&turned, &rules).unwrap();
    assert_eq!(again.discounts().len(), 1);
    assert_eq!(written(&again.into(), &rules).unwrap(), xml);
    let wrong = xml.replace(total, &total.replace("2.00", "2.01"));
    let message = read(&wrong, &rules).unwrap_err();
    assert!(
        message.contains("AllowanceTotalAmount: 2.01 is stated"),
        "{message}"
    );
}

#[test]
fn an_amount_in_another_currency_is_refused() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let other = xml.replacen("currencyID=\"EUR\">10.00", "currencyID=\"USD\">10.00", 1);
    let message = read(&other, &rules).unwrap_err();
    assert!(
        message.contains("the amount is in \"USD\", but the document is in EUR (state it in EUR)"),
        "{message}"
    );
}

#[test]
fn a_credit_note_may_have_the_shape_of_an_invoice() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let other = xml.replace("<cbc:InvoiceTypeCode>380<", "<cbc:InvoiceTypeCode>381<");
    assert_eq!(
        read(&other, &rules).unwrap().kind(),
        DocumentKind::CreditNote
    );
    assert_eq!(read(&xml, &rules).unwrap().kind(), DocumentKind::Invoice);
}

#[test]
fn a_sum_of_prepayments_goes_before_single_ones_that_come_to_another() {
    let (mut raw, rules) = worked();
    let paid = |amount| RawPrepayment {
        amount,
        reason: "deposit".to_owned(),
        ..RawPrepayment::default()
    };
    raw.prepayments = vec![paid(dec!(1.00)), paid(dec!(2.00))];
    let xml = written(&raw, &rules).unwrap();
    assert_eq!(read(&xml, &rules).unwrap().prepayments(), raw.prepayments);
    let other = xml.replace(
        "PaidAmount currencyID=\"EUR\">2.00",
        "PaidAmount currencyID=\"EUR\">2.50",
    );
    let found = read(&other, &rules).unwrap();
    assert_eq!(found.prepayments().len(), 1);
    assert_eq!(found.prepayments()[0].amount, dec!(3.00));
}

#[test]
fn the_number_for_value_added_tax_goes_before_others() {
    let (raw, rules) = worked();
    let xml = written(&raw, &rules).unwrap();
    let scheme = |id: &str, number: &str| {
        format!(
            "<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID>\
             <cac:TaxScheme><cbc:ID>{id}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        )
    };
    let first = xml.replacen(
        "<cac:PartyTaxScheme>",
        &format!("{}<cac:PartyTaxScheme>", scheme("TAX", "registered")),
        1,
    );
    let seller = |xml: &str| read(xml, &rules).unwrap().seller().unwrap().tax_id.clone();
    assert_eq!(seller(&first), "DE1");
    let start = xml.find("<cac:PartyTaxScheme>").unwrap();
    let end = xml.find("</cac:PartyTaxScheme>").unwrap() + "</cac:PartyTaxScheme>".len();
    let legal = format!("{}{}", &xml[..start], &xml[end..]).replacen(
        "</cbc:RegistrationName>",
        "</cbc:RegistrationName><cbc:CompanyID>HRB 7</cbc:CompanyID>",
        1,
    );
    assert_eq!(seller(&legal), "HRB 7");
}

type Change = fn(&mut RawDocument);

#[test]
fn what_the_norm_requires_is_named_when_it_is_missing() {
    let cases: [(Change, &str); 9] = [
        (
            |raw| raw.seller = None,
            "seller is missing, but EN 16931 requires it (add it to the invoice)",
        ),
        (|raw| raw.buyer = None, "buyer is missing"),
        (
            |raw| raw.seller.as_mut().unwrap().country = " ".to_owned(),
            "seller.country is missing",
        ),
        (
            |raw| raw.seller.as_mut().unwrap().tax_id.clear(),
            "seller.tax_id is missing",
        ),
        (|raw| raw.issue_date = None, "issue_date is missing"),
        (
            |raw| raw.due_date = None,
            "due_date or payment_terms is missing",
        ),
        (|raw| raw.items.clear(), "a line item is missing"),
        (
            |raw| raw.currency = "KWD".parse().ok(),
            "amounts in KWD have 3 decimal places, but EN 16931 shows two at most",
        ),
        (
            |raw| raw.items[0].tax = "outside".into(),
            "what is outside the scope of the tax (category O) stands alone",
        ),
    ];
    for (change, expected) in cases {
        let (mut raw, rules) = worked();
        change(&mut raw);
        let message = written(&raw, &rules).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_number_that_is_not_for_value_added_tax_tells_who_a_party_is() {
    let (mut raw, rules) = worked();
    raw.items
        .iter_mut()
        .for_each(|item| item.tax = "outside".into());
    let outside = written(&raw, &rules).unwrap();
    assert!(!outside.contains("PartyTaxScheme") && outside.contains("PartyIdentification"));
    let again = read(&outside, &rules).unwrap();
    assert_eq!(again.seller().unwrap().tax_id, "DE1");
}

#[test]
fn a_comment_or_an_odd_line_end_takes_nothing_from_a_text() {
    let (mut raw, rules) = worked();
    raw.note = " one\r\ntwo\n".to_owned();
    let xml = written(&raw, &rules).unwrap();
    assert_eq!(read(&xml, &rules).unwrap().note(), raw.note);
    let cut = xml.replace("two", "t<!-- cut -->wo");
    assert_eq!(read(&cut, &rules).unwrap().note(), raw.note);
}
