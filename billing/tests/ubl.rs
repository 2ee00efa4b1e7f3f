//! Laws of documents in UBL: out and in again changes nothing, and no text makes the reader panic.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;

use billing::policy::Rules;
use billing::read::{Book, InputFormat, ReadError};
use billing::ubl::{self, UblError};
use ledgerly_tests::documents::{document, policy};
use pricing::policy::{RawPolicy, RawPolicyFile};
use pricing::{Invoice, Policy, PricingEngine, RawDocument, Rounding, RoundingMode, RoundingRule};
use proptest::prelude::*;

/// A policy that the norm can express, of which a file can be written.
fn rules() -> impl Strategy<Value = RawPolicy> {
    let rounding = Just(Rounding {
        rule: RoundingRule::ShownAmounts,
        mode: RoundingMode::HalfAway,
    });
    policy(rounding).prop_map(|raw| RawPolicy {
        prices_include_tax: false,
        ..raw
    })
}

/// A document that the norm can express: one tax on an amount, prices without tax.
fn norm_document() -> impl Strategy<Value = RawDocument> {
    document(true).prop_map(|mut raw| {
        raw.prices_include_tax = None;
        for item in &mut raw.items {
            if item.tax.codes().count() > 1 {
                item.tax = "reduced".into();
            }
        }
        for adjustment in raw.discounts.iter_mut().chain(&mut raw.charges) {
            if adjustment
                .tax
                .as_ref()
                .is_some_and(|tax| tax.codes().count() > 1)
            {
                adjustment.tax = Some("reduced".into());
            }
        }
        raw
    })
}

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
    fn out_and_in_again_changes_nothing(raw in norm_document(), rules in rules()) {
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
        raw in norm_document(), rules in rules(),
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
