//! Invoices whose rows stand apart: refused with both lines, or brought together by `--sort`.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";
const A1: &str = "INV-1,gold,true,45,A,40.00,3\n";
const A2: &str = "INV-1,gold,true,45,B,15,2\n";
const B: &str = "INV-2,none,false,0,A,1,1\n";

fn price(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerly"));
    let command = command.current_dir(folder).arg("price").args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

fn totals(folder: &Path, arguments: &[&str]) -> String {
    let output = price(folder, arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = price(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn rows_apart_are_refused_with_both_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("apart.csv"), [HEADER, A1, B, A2].concat()).unwrap();
    let remedy = "(an invoice stands once, its rows adjacent: sort the book by invoice_id, or price it with --sort)";
    let problem = "invoice_id: \"INV-1\" comes again, its first row stands";
    assert_eq!(
        refused(path, &["apart.csv"]),
        format!("error: apart.csv: line 4: {problem} on line 2 {remedy}\n")
    );
    fs::write(path.join("first.csv"), [HEADER, B, A1].concat()).unwrap();
    fs::write(path.join("second.csv"), [HEADER, A2].concat()).unwrap();
    assert_eq!(
        refused(path, &["first.csv", "second.csv"]),
        format!("error: second.csv: line 2: {problem} in first.csv on line 3 {remedy}\n")
    );
}

/// Far enough apart that neither is in one block with the other.
#[test]
fn rows_blocks_apart_are_refused_with_both_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let other = |number: u32| format!("X-{number},none,false,0,A,1.25,2\n");
    let others = |range: std::ops::Range<u32>| -> String { range.map(other).collect() };
    let book = [HEADER, &others(0..9), A1, &others(9..60_000), A2, B].concat();
    fs::write(path.join("apart.csv"), book).unwrap();
    let message = refused(path, &["apart.csv"]);
    assert!(
        message.contains("line 60003: invoice_id: \"INV-1\""),
        "{message}"
    );
    assert!(
        message.contains("first row stands on line 11 ("),
        "{message}"
    );
    let sorted = totals(path, &["apart.csv", "--sort"]);
    assert!(sorted.contains("\nINV-1,141.69\n"));
}

#[test]
fn sorting_brings_rows_together_also_those_of_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("b.csv"), [HEADER, B, A1].concat()).unwrap();
    fs::write(
        path.join("a.csv"),
        [HEADER, "INV-10,none,false,0,A,1,1\n", A2].concat(),
    )
    .unwrap();
    fs::write(
        path.join("c.ndjson"),
        "{\"invoice_id\":\"C\",\"tier\":\"\",\"loyalty_member\":false,\"days_overdue\":0,\"items\":[{\"sku\":\"A\",\"unit_price\":1,\"quantity\":1}]}\n",
    )
    .unwrap();
    assert_eq!(
        totals(path, &["c.ndjson", "b.csv", "a.csv", "--sort"]),
        "invoice_id,total\nINV-1,141.69\nINV-2,1.08\nINV-10,1.08\nC,1.08\n"
    );
    // Rows of one invoice under two headers are not guessed.
    let header = "tier,invoice_id,loyalty_member,days_overdue,sku,unit_price,quantity\n";
    fs::write(
        path.join("a.csv"),
        [header, "gold,INV-1,true,45,B,15,2\n"].concat(),
    )
    .unwrap();
    let message = refused(path, &["b.csv", "a.csv", "--sort"]);
    assert!(
        message.starts_with(
            "error: a.csv: line 2: the row belongs to an invoice that begins in b.csv"
        ),
        "{message}"
    );
}

#[test]
fn a_fault_in_sorted_rows_is_told_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("b.csv"), [HEADER, A1, B].concat()).unwrap();
    let bad = "INV-1,silver,true,45,B,15,2\nINV-3,none,false,0,A,-1,1\n,none,false,0,A,1,1\n";
    fs::write(path.join("a.csv"), [HEADER, bad].concat()).unwrap();
    let rejects = path.join("rejects.ndjson");
    let output = price(
        path,
        &[
            "b.csv",
            "a.csv",
            "--sort",
            "--on-error",
            "skip",
            "--rejects",
            "rejects.ndjson",
            "-f",
            "csv",
        ],
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "invoice_id,total\nINV-2,1.08\n"
    );
    let rejects = fs::read_to_string(rejects).unwrap();
    let rejects: Vec<&str> = rejects.lines().collect();
    assert_eq!(rejects.len(), 2);
    assert!(rejects[0].starts_with("{\"file\":\"a.csv\",\"line\":2,\"field\":\"tier\",\"problem\":\"\\\"silver\\\" differs from \\\"gold\\\" on line 2"), "{}", rejects[0]);
    assert!(rejects[1].starts_with("{\"file\":\"a.csv\",\"line\":4,\"field\":\"invoice_id\",\"problem\":\"the identifier is empty"), "{}", rejects[1]);
}

#[test]
fn rows_of_columns_are_brought_together_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let texts = |all: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(all.to_vec())) };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("invoice_id", texts(["INV-1", "INV-2", "INV-1"])),
        ("tier", texts(["gold", "a,\"b\"", "gold"])),
        (
            "loyalty_member",
            Arc::new(BooleanArray::from(vec![true, false, true])),
        ),
        ("days_overdue", Arc::new(Int32Array::from(vec![45, 0, 45]))),
        ("unit_price", Arc::new(Int64Array::from(vec![40, 1, 15]))),
        ("quantity", Arc::new(Int32Array::from(vec![3, 1, 2]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = fs::File::create(path.join("apart.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let message = refused(path, &["apart.parquet"]);
    assert!(
        message
            .contains("row 3: invoice_id: \"INV-1\" comes again, its first row stands in row 1 ("),
        "{message}"
    );
    let sorted = totals(path, &["apart.parquet", "--sort"]);
    assert_eq!(sorted, "invoice_id,total\nINV-1,141.69\nINV-2,1.08\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However the rows are shuffled, sorted they give what the same rows in order give.
    #[test]
    fn shuffled_rows_sorted_give_the_totals_of_the_book_in_order(
        rows in prop::collection::vec((1_u32..40, 0_i64..100_000, 0_u32..9), 1..200).prop_shuffle(),
    ) {
        let row = |(id, cents, quantity): &(u32, i64, u32)| {
            format!("{id},t{},{},{},\"a\nb\",{}.{:02},{quantity}\n", id % 3, id.is_multiple_of(2), id % 50, cents / 100, cents % 100)
        };
        let book = |rows: &[(u32, i64, u32)]| HEADER.to_owned() + &rows.iter().map(row).collect::<String>();
        let folder = tempfile::tempdir().unwrap();
        let mut in_order = rows.clone();
        in_order.sort_by_key(|(id, _, _)| *id);
        fs::write(folder.path().join("in_order.csv"), book(&in_order)).unwrap();
        fs::write(folder.path().join("shuffled.csv"), book(&rows)).unwrap();
        let expected = totals(folder.path(), &["in_order.csv", "-f", "csv"]);
        prop_assert_eq!(totals(folder.path(), &["shuffled.csv", "--sort", "-f", "csv"]), expected);
    }
}
