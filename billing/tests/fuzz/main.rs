//! Readers under damaged files: no panic, no hang, no lost digit.
//!
//! Valid files are generated, then cut, doubled, spliced with each other and sown with what readers
//! stumble over. A short run belongs to the tests; `LEDGERLY_FUZZ_SECONDS=120` runs each so long.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod columnar;
mod damage;
mod held;
mod packed;
mod policies;

use billing::policy::Rules;
use billing::read::{Book, InputFormat};
use billing::render::{Form, render};
use billing::{replay, ubl};
use ledgerly_tests::documents::{full_document, norm_document, norm_policy, policy, rounding};
use pricing::policy::{RawPolicy, RawPolicyFile};
use pricing::{Invoice, Policy, PricingEngine, RawDocument};
use proptest::collection::vec;

use damage::{fuzz, texts};
use held::{Scratch, engine, holds, keeps_digits, read};

fn fuzz_books(name: &str, format: InputFormat, text: impl Fn(&Vec<RawDocument>) -> String + Clone) {
    let (scratch, engine) = (Scratch::new(), engine());
    fuzz(name, texts(vec(full_document(), 1..3), text), |text| {
        let invoices = read(&scratch.file("book", text), format);
        for invoice in &invoices {
            keeps_digits(invoice, text);
            holds(invoice, &scratch, &engine);
        }
        !invoices.is_empty()
    });
}

fn json_of(raw: &RawDocument) -> String {
    serde_json::to_string(raw).unwrap()
}

/// Each invoice with its own identifier.
fn numbered(book: &[RawDocument]) -> impl Iterator<Item = RawDocument> {
    book.iter().enumerate().map(|(number, raw)| RawDocument {
        invoice_id: format!("INV-{number}"),
        ..raw.clone()
    })
}

#[test]
fn json_survives_damage() {
    fuzz_books("JSON", InputFormat::Json, |book| {
        let all: Vec<String> = numbered(book).map(|raw| json_of(&raw)).collect();
        format!("[{}]", all.join(",\n"))
    });
}

#[test]
fn ndjson_survives_damage() {
    fuzz_books("NDJSON", InputFormat::Ndjson, |book| {
        let all: Vec<String> = numbered(book).map(|raw| json_of(&raw)).collect();
        all.join("\n")
    });
}

#[test]
fn csv_survives_damage() {
    let engine = engine();
    fuzz_books("CSV", InputFormat::Csv, move |book| {
        let invoice = Invoice::try_from(book[0].clone()).unwrap();
        render(&invoice, &engine, Form::Csv).unwrap()
    });
}

#[test]
fn a_plain_csv_book_survives_damage() {
    fuzz_books("plain CSV", InputFormat::Csv, |book| {
        let header = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";
        let rows = numbered(book).flat_map(|raw| {
            let (id, tier, member) = (raw.invoice_id, raw.tier, raw.loyalty_member);
            let head = format!("{id},{tier},{member},{}", raw.days_overdue);
            let items = raw.items.into_iter();
            items.map(move |item| format!("{head},A,{},{}\n", item.unit_price, item.quantity))
        });
        header.to_owned() + &rows.collect::<String>()
    });
}

#[test]
fn ubl_survives_damage() {
    let scratch = Scratch::new();
    let engine = engine();
    let policy = RawPolicyFile {
        name: "fuzzed".to_owned(),
        versions: vec![RawPolicy::from(engine.policy().clone())],
    };
    let policy = scratch.file("policy.json", &serde_json::to_vec(&policy).unwrap());
    let rules = Rules::load(Some(&policy), None).unwrap();
    let written = engine.clone();
    let documents = texts((norm_document(), norm_policy()), move |(raw, _)| {
        let invoice = Invoice::try_from(raw.clone()).unwrap();
        ubl::document(&invoice, &written).unwrap_or_default()
    });
    fuzz("UBL", documents, |text| {
        let path = scratch.file("book", text);
        let book = Book::new(vec![path], Some(InputFormat::Ubl)).under(rules.clone());
        // What a document states is not at issue here.
        let mut book = book.telling(std::rc::Rc::new(|_| {}));
        let Some(Ok(read)) = book.next() else {
            return false;
        };
        keeps_digits(&read.invoice, text);
        holds(&read.invoice, &scratch, &engine);
        true
    });
}

#[test]
fn replayed_explanations_survive_damage() {
    let scratch = Scratch::new();
    let texts = texts((full_document(), policy(rounding())), |(raw, rules)| {
        let rules = RawPolicy {
            currency: None,
            late_fee: None,
            ..rules.clone()
        };
        let engine = PricingEngine::new(Policy::try_from(rules).unwrap());
        let invoice = Invoice::try_from(raw.clone()).unwrap();
        let explanation = billing::write::Explanation::of(&invoice, &engine);
        explanation.map_or_else(
            |_| String::new(),
            |found| serde_json::to_string(&found).unwrap(),
        )
    });
    fuzz("explanations", texts, |text| {
        let path = scratch.file("explanations.json", text);
        let mut agreed = false;
        drop(replay::replay(&path, &mut |replayed| {
            agreed |= replayed.total.is_ok();
            Ok(())
        }));
        agreed
    });
}
