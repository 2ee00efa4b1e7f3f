//! What is read quickly is what the general path reads, and what is not is left to it.

use std::io::Cursor;

use pricing::PricingEngine;
use pricing::kernel::Fixed;
use proptest::prelude::*;

use super::{Found, Scanner};
use crate::read::ReadError;
use crate::read::blocks::{Block, Blocks, Form, Rest};
use crate::read::csv::CsvSource;
use crate::read::records::Place;

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";

fn block(form: Form, text: &str) -> Block {
    let rest = Rest {
        taken: Vec::new(),
        input: Box::new(Cursor::new(text.as_bytes().to_vec())),
        at: Place { line: 2, offset: 0 },
        form,
    };
    Blocks::new(rest).next(Vec::new()).unwrap().unwrap()
}

fn csv(header: &str, rows: &str) -> Block {
    let source = CsvSource::open("book.csv".to_owned(), header.as_bytes()).unwrap();
    block(Form::Csv(source.table()), rows)
}

/// The identifiers of the block, those in brackets left to the general path; each plain invoice's total
/// is held against that of the general path.
fn read(block: &Block) -> String {
    let kernel = PricingEngine::standard().kernel().unwrap();
    let mut scanner = Scanner::of_block(block).unwrap();
    let mut ids = Vec::new();
    while let Some(found) = scanner.next() {
        let (start, plain) = match found {
            Found::Plain(plain) => (plain.start, Some(plain)),
            Found::Other(start) => (start, None),
        };
        let mut reader = block.reader_at(start, 2, "book.csv");
        let generally = reader.next();
        let Some(plain) = plain else {
            let id = match generally {
                Some(Ok(read)) => read.invoice.invoice_id().to_owned(),
                _ => "-".to_owned(),
            };
            ids.push(format!("({id})"));
            scanner.resume(reader.position());
            continue;
        };
        let invoice = match generally {
            Some(Ok(read)) => read.invoice,
            // A row behind the invoice ends the reading of the whole block, which is then read again.
            Some(Err(ReadError::Fatal(_))) => break,
            other => panic!("{other:?}"),
        };
        let customer = kernel.customer(plain.tier, plain.loyalty_member);
        if let Some(units) = kernel.total(customer, plain.days_overdue, plain.subtotal) {
            let total = PricingEngine::standard().total_by_steps(&invoice).unwrap();
            assert_eq!(i128::from(units), total.mantissa(), "{invoice:?}");
        }
        assert_eq!(plain.id, invoice.invoice_id().as_bytes());
        assert_eq!(plain.days_overdue, invoice.days_overdue());
        ids.push(invoice.invoice_id().to_owned());
    }
    ids.join(" ")
}

#[test]
fn plain_rows_are_read_quickly_and_others_left_to_the_general_path() {
    for (rows, expected) in [
        (
            "A,gold,true,45,x,40.00,3\nA,gold,true,45,y,15,2\nB,,false,0,,1,1\n",
            "A B",
        ),
        (
            "A,gold,true,45,x,40.00,3\r\nA,gold,true,45,y,15,2\r\n\r\nB,,FALSE,0,,1,-1",
            "A B",
        ),
        (
            "\"A, b\",\"gold\",\"true\",\"45\",\"x, y\",\"40.00\",\"3\"\n\"A, b\",gold,true,45,,1,1\n",
            "A, b",
        ),
        (
            "A,gold,true,45,\"say \"\"x\"\"\",1,1\nB,gold,true,1,x,1,1\n",
            "(A) B",
        ),
        (
            "A,gold,true,45,\"x\ny\",1,1\nB,gold,true,1,x,1,1\n",
            "(A) B",
        ),
        (
            "A,gold,true,45,x,1,1\nA,silver,true,45,x,1,1\nB,gold,true,1,x,1,1\n",
            "(-) B",
        ),
        (
            "A,gold,true,45,x,1,1\nA,gold,TRUE,45,x,1,1\nB,gold,true,1,x,1,1\n",
            "(A) B",
        ),
        (
            "A,gold,true,45,x,1,1\n,gold,true,45,x,1,1\nB,gold,true,1,x,1,1\n",
            "(-) B",
        ),
        ("A,gold,yes,45,x,1,1\nB,gold,true,1,x,1,1\n", "(-) B"),
        (
            "A,gold,true,045,x,1,1\nB,gold,true,+1,x,1,1\nC,gold,true,,x,1,1\n",
            "A (B) (-)",
        ),
        (
            "A,gold,true,1234567890,x,1,1\nB,gold,true,1,x,1e3,1\n",
            "(A) (-)",
        ),
        (
            "A,gold,true,1,x,1,1,\nB,gold,true,1,x,1\nC,gold,true,1,x\"y,1,1\n",
            "(-) (-) (-)",
        ),
        (" ,gold,true,1,x,1,1\n\u{a0},gold,true,1,x,1,1\n", "(-) (-)"),
        (
            "A,gold,true,1,x,1,12345678901234567890\nB,é,true,1,é,1,1\n",
            "(A) B",
        ),
        ("A,gold,true,1,x,-1,1\nB,gold,true,1,x,1,1\r", "A (B)"),
    ] {
        // A price below zero is seen by the kernel: the subtotal is not exact.
        if rows.contains(",-1,1") {
            let block = csv(HEADER, rows);
            let mut scanner = Scanner::of_block(&block).unwrap();
            let first = scanner.next();
            assert!(matches!(first, Some(Found::Plain(plain)) if !plain.subtotal.is_exact()));
            continue;
        }
        assert_eq!(read(&csv(HEADER, rows)), expected, "{rows:?}");
        // Rows behind which more letters stand are split at once.
        if rows.ends_with('\n') {
            let more = format!("{rows}Z,{},false,0,,1,1\n", "z".repeat(70));
            assert_eq!(
                read(&csv(HEADER, &more)),
                format!("{expected} Z"),
                "{rows:?}"
            );
        }
    }
}

#[test]
fn columns_may_stand_in_any_order() {
    let led = "tier,days_overdue,invoice_id,loyalty_member,quantity,unit_price\n";
    let rows = "gold,45,A,true,3,40\ngold,45,A,true,2,15\n,0,B,false,1,1\n";
    assert_eq!(read(&csv(led, rows)), "A B");
    let mixed = "sku,tier,quantity,days_overdue,invoice_id,loyalty_member,unit_price\n";
    let rows = "x,gold,3,45,A,true,40\ny,gold,2,45,A,true,15\nz,,1,0,B,false,1\nz,,1,0,B,true,1\n";
    assert_eq!(read(&csv(mixed, rows)), "A (-)");
    assert_eq!(
        read(&csv(mixed, "x,gold\ny,gold,2,45,A,true,15\n")),
        "(-) A"
    );
    let last = "tier,loyalty_member,days_overdue,sku,unit_price,quantity,invoice_id\n";
    let rows = "gold,true,45,,40,3,A\ngold,true,45,,15\ngold,true,45,,1,1,B\n";
    assert_eq!(read(&csv(last, rows)), "(-) B");
}

#[test]
fn lines_of_the_shape_of_the_one_before_are_read_quickly() {
    let plain = |id: &str| {
        format!(
            r#"{{"invoice_id":"{id}","tier":"gold","loyalty_member":true,"days_overdue":45,"items":[{{"sku":"A","unit_price":"40.00","quantity":3}},{{"sku":"B","unit_price":15,"quantity":"2"}}]}}"#
        )
    };
    let single = |id: &str| {
        format!(
            r#" {{ "items" : [ {{ "quantity" : 1 , "unit_price" : 2.5 }} ] , "days_overdue" : 0 , "tier" : "" , "loyalty_member" : false , "invoice_id" : "{id}" }} "#
        )
    };
    let lines = |lines: &[String]| read(&block(Form::Ndjson, &lines.join("\n")));
    assert_eq!(lines(&[plain("A"), plain("B"), plain("C")]), "(A) B C");
    assert_eq!(
        lines(&[single("A"), single("B"), plain("C"), plain("D")]),
        "(A) (B) (C) D"
    );
    assert_eq!(
        lines(&[plain("A"), plain("B\\n"), plain(" "), plain("C")]),
        "(A) (B\n) (-) C"
    );
    assert_eq!(
        lines(&[plain("A"), plain("B") + "\r", String::new(), plain("C")]),
        "(A) B C"
    );
    for (from, to) in [
        ("45", "045"),
        ("45", "45.0"),
        ("true", "tru"),
        ("15", "015"),
        ("15", "-1"),
        ("15", "1e1"),
        ("\"sku\":\"B\"", "\"sku\":\"{\""),
        ("\"sku\":\"B\"", "\"sku\":null"),
        ("\"tier\"", "\"note\""),
        ("}]}", "}]} x"),
        ("]}", ",]}"),
        (":[", ":[["),
    ] {
        let other = plain("B").replacen(from, to, 1);
        let found = lines(&[plain("A"), other, plain("C")]);
        assert!(
            ["(A) (-) C", "(A) (B) C", "(A) B C"].contains(&found.as_str()),
            "{to}: {found}"
        );
    }
    let empty = plain("B").replace(
        r#"{"sku":"A","unit_price":"40.00","quantity":3},{"sku":"B","unit_price":15,"quantity":"2"}"#,
        "",
    );
    assert_eq!(
        lines(&[empty.clone(), empty, plain("A"), plain("C")]),
        "(B) (B) (A) C"
    );
}

#[test]
fn a_block_that_is_no_utf_8_is_left_to_the_general_path() {
    let mut bytes = csv(HEADER, "A,gold,true,1,x,1,1\n");
    assert!(Scanner::of_block(&bytes).is_some());
    bytes.damage(2, 0xff);
    assert!(Scanner::of_block(&bytes).is_none());
}

/// A JSON value of a field, right ones more often than others.
fn json_value(right: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        12 => right,
        1 => "null|true|\\[\\]|\\{\\}|-?[0-9]{1,3}|[0-9]{1,3}[.e][0-9]{0,2}|\"[a-c{},:\\[\\]é \\\\]{0,4}\"|[a-z\"]{0,2}",
    ]
}

/// The fields of an object in one of a few orders, with spaces at one of a few places; now and then one
/// is missing or stands twice.
fn json_object(fields: Vec<(&'static str, String)>, seed: u32) -> String {
    let mut fields = fields;
    if seed.is_multiple_of(5) {
        fields.reverse();
    }
    match seed % 23 {
        1 => drop(fields.pop()),
        2 => fields.extend(fields.first().cloned()),
        3 => fields.push(("note", "\"\"".to_owned())),
        _ => {}
    }
    let space = if seed.is_multiple_of(7) { " " } else { "" };
    let fields = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\"{space}:{value}{space}"));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn json_item() -> impl Strategy<Value = String> {
    let price = json_value("[0-9]{1,3}|\"[0-9]{1,4}(\\.[0-9]{1,4})?\"|[0-9]{1,3}\\.[0-9]{1,2}");
    let values = (json_value("\"[A-C]\""), price, json_value("-?[0-9]{1,2}"));
    (values, 0..200_u32).prop_map(|((sku, price, quantity), seed)| {
        let fields = vec![("sku", sku), ("unit_price", price), ("quantity", quantity)];
        json_object(fields, seed)
    })
}

fn json_line() -> impl Strategy<Value = String> {
    let head = (
        json_value("\"[A-C]{1,3}\""),
        json_value("\"gold\"|\"silver\"|\"\""),
        json_value("true|false"),
        json_value("[0-9]|[1-9][0-9]"),
    );
    let items = prop::collection::vec(json_item(), 0..4);
    (head, items, 0..200_u32, "\r?").prop_map(|((id, tier, member, days), items, seed, end)| {
        let fields = vec![
            ("invoice_id", id),
            ("tier", tier),
            ("loyalty_member", member),
            ("days_overdue", days),
            ("items", format!("[{}]", items.join(","))),
        ];
        json_object(fields, seed) + &end + "\n"
    })
}

/// Cells of every kind, right ones more often than others.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[A-C]|gold|true|false|[0-9]{1,3}|[0-9]{1,4}\\.[0-9]{1,4}",
        1 => "[a-c,\"\r\n{ -]{0,3}|[0-9]{17,20}|\"[a-c]\"",
    ]
}

proptest! {
    /// The scanner finds what the general path finds, in the same places, whatever stands there: `read`
    /// compares the two.
    #[test]
    fn what_is_read_quickly_is_what_the_general_path_reads(
        rows in prop::collection::vec(
            (prop::sample::select(vec!["A", "B", "C"]), prop::collection::vec(cell(), 0..2), "true|false",
             0..40_u32, "[0-9]{1,3}(\\.[0-9]{1,2})?", -3..20_i32), 1..12),
    ) {
        let rows: Vec<String> = rows.iter().map(|(id, odd, member, days, price, quantity)| {
            let odd = odd.first().map_or("x", String::as_str);
            format!("{id},gold,{member},{days},{odd},{price},{quantity}\n")
        }).collect();
        read(&csv(HEADER, &rows.concat()));
    }

    /// The same for lines of JSON, each with the shape of the one before or another.
    #[test]
    fn lines_that_are_read_quickly_are_what_the_general_path_reads(
        lines in prop::collection::vec(json_line(), 1..12), copies in 1..4_usize,
    ) {
        let lines: Vec<String> = lines.into_iter().flat_map(|line| vec![line; copies]).collect();
        read(&block(Form::Ndjson, &lines.concat()));
    }

    #[test]
    fn a_number_is_read_as_the_general_path_reads_it(text in "\"?-?[0-9]{0,19}(\\.[0-9]{0,9})?\"?") {
        let read = super::values::json_number(text.as_bytes(), 0);
        if let Some((number, end)) = read && end == text.len() {
            let amount = pricing::amount::parse(text.trim_matches('"')).unwrap();
            prop_assert_eq!(Fixed::try_from(amount), Ok(number));
        }
    }
}
