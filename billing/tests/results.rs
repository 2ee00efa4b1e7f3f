//! Results in every format and their summaries, by the real binary.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod reading;

use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Output};

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pricing::{BookSummary, PricingEngine};
use reading::ledgerly_reading;
use rust_decimal::Decimal;

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";

/// So many invoices that a run takes them from several blocks.
const COUNT: u64 = 30_000;

fn rows(numbers: std::ops::Range<u64>) -> String {
    let row = |number: u64| {
        let tier =
            ["gold", "silver", "none", "\"a, \"\"b\"\"\""][usize::try_from(number % 4).unwrap()];
        let (member, days) = (number.is_multiple_of(3), number % 50);
        let price = Decimal::new(i64::try_from(number * 7919 % 1_000_000).unwrap(), 3);
        format!(
            "INV-{number},{tier},{member},{days},A,{price},{}\n",
            number % 9
        )
    };
    numbers.map(row).collect()
}

fn book() -> String {
    format!("{HEADER}{}", rows(1..COUNT + 1))
}

fn ledgerly(folder: &Path, arguments: &[&str]) -> Output {
    ledgerly_reading(folder, arguments, Vec::new())
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = ledgerly(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn parquet(path: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap());
    reader
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn arrow(bytes: Vec<u8>) -> Vec<RecordBatch> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
    reader.map(Result::unwrap).collect()
}

/// The totals of `batches` as they stand in CSV.
fn as_csv(batches: &[RecordBatch]) -> String {
    let mut text = "invoice_id,total\n".to_owned();
    for batch in batches {
        let ids = batch
            .column_by_name("invoice_id")
            .unwrap()
            .as_string::<i32>();
        let totals = batch
            .column_by_name("total")
            .unwrap()
            .as_primitive::<Decimal128Type>();
        assert_eq!((totals.precision(), totals.scale()), (38, 4));
        for row in 0..batch.num_rows() {
            let cents = totals.value(row) / 100;
            assert_eq!(cents * 100, totals.value(row));
            let total = Decimal::from_i128_with_scale(cents, 2);
            writeln!(text, "{},{total}", ids.value(row)).unwrap();
        }
    }
    text
}

#[test]
fn every_format_holds_the_same_totals_in_the_same_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("book.csv"), book()).unwrap();
    let csv = run(path, &["price", "book.csv"]);
    assert_eq!(csv.lines().count() as u64, COUNT + 1);
    for name in [
        "t.parquet",
        "t.arrows",
        "t.ndjson",
        "t.json",
        "t.csv",
        "t.parquet.gz",
    ] {
        run(path, &["price", "book.csv", "-o", name]);
    }
    assert_eq!(as_csv(&parquet(&path.join("t.parquet"))), csv);
    assert_eq!(
        as_csv(&arrow(fs::read(path.join("t.arrows")).unwrap())),
        csv
    );
    assert_eq!(fs::read_to_string(path.join("t.csv")).unwrap(), csv);
    assert!(
        fs::read(path.join("t.parquet.gz"))
            .unwrap()
            .starts_with(&[0x1f, 0x8b])
    );
    // Each is a list of totals, in which nothing differs from any other.
    for name in ["t.parquet", "t.arrows", "t.ndjson", "t.json"] {
        run(path, &["impact", "--before", "t.csv", "--after", name]);
    }
}

#[test]
fn an_arrow_stream_comes_in_and_goes_out_through_pipes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let ids: arrow_array::StringArray = ["A", "A", "B"].into_iter().map(Some).collect();
    let tiers: arrow_array::StringArray = ["gold", "gold", ""].into_iter().map(Some).collect();
    let columns: Vec<(&str, arrow_array::ArrayRef)> = vec![
        ("invoice_id", std::sync::Arc::new(ids)),
        ("tier", std::sync::Arc::new(tiers)),
        (
            "loyalty_member",
            std::sync::Arc::new(arrow_array::BooleanArray::from(vec![true, true, false])),
        ),
        (
            "days_overdue",
            std::sync::Arc::new(arrow_array::Int32Array::from(vec![45, 45, 0])),
        ),
        (
            "unit_price",
            std::sync::Arc::new(arrow_array::Int64Array::from(vec![40, 15, 1])),
        ),
        (
            "quantity",
            std::sync::Arc::new(arrow_array::Int32Array::from(vec![3, 2, 1])),
        ),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    let input = writer.into_inner().unwrap();
    let output = ledgerly_reading(path, &["price", "-", "-f", "arrow"], input.clone());
    assert_eq!(
        as_csv(&arrow(output.stdout)),
        "invoice_id,total\nA,141.69\nB,1.08\n"
    );
    // Beside the stream, what it comes to.
    let arguments = ["price", "-", "-f", "arrow", "--summary=sum.json"];
    let output = ledgerly_reading(path, &arguments, input);
    assert!(output.status.success(), "{output:?}");
    let summary = fs::read_to_string(path.join("sum.json")).unwrap();
    let summary: BookSummary = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary.currencies()[0].all.total.to_string(), "142.77");
}

#[test]
fn an_explanation_has_its_columns_in_parquet_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("book.csv"), format!("{HEADER}{}", rows(1..4))).unwrap();
    run(path, &["explain", "book.csv", "-o", "e.parquet"]);
    let csv = run(path, &["explain", "book.csv", "-f", "csv"]);
    let batches = parquet(&path.join("e.parquet"));
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, csv.lines().count() - 1);
    let names: Vec<String> = batches[0]
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names.join(","), csv.lines().next().unwrap());
    // What is empty in CSV is absent here.
    assert!(batches[0].column_by_name("rate").unwrap().null_count() > 0);
}

#[test]
fn a_run_that_is_refused_leaves_no_file_of_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(
        path.join("book.csv"),
        format!("{}X,gold,true,0,A,-1,1\n", book()),
    )
    .unwrap();
    for name in ["t.parquet", "t.arrow", "t.csv.zst"] {
        let output = ledgerly(path, &["price", "book.csv", "-o", name, "--summary=s.json"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    let left: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["book.csv"]);
}

#[test]
fn the_summaries_of_parts_are_that_of_the_whole_letter_by_letter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("book.csv"), book()).unwrap();
    run(
        path,
        &["price", "book.csv", "-o", "t.csv", "--summary=whole.json"],
    );
    let whole = fs::read_to_string(path.join("whole.json")).unwrap();
    assert_eq!(
        run(path, &["price", "book.csv", "--summary", "-f", "json"]),
        whole
    );
    let mut names = Vec::new();
    for (part, cut) in [1, 7, 20_000, 20_001, COUNT + 1].windows(2).enumerate() {
        let name = format!("{part}.csv");
        fs::write(
            path.join(&name),
            format!("{HEADER}{}", rows(cut[0]..cut[1])),
        )
        .unwrap();
        names.insert(0, format!("{part}.json"));
        run(path, &["price", &name, "--summary", "-o", &names[0]]);
    }
    let mut arguments = vec!["summary", "--format", "json"];
    arguments.extend(names.iter().map(String::as_str));
    assert_eq!(run(path, &arguments), whole);
    // And it is what the library says of each invoice.
    let read: BookSummary = serde_json::from_str(&whole).unwrap();
    assert_eq!(read, summary_by_library(&path.join("book.csv")));
    assert_eq!(read.currencies()[0].all.invoices, COUNT);
    let totals = fs::read_to_string(path.join("t.csv")).unwrap();
    let totals = totals.lines().skip(1);
    let sum: Decimal = totals
        .map(|row| row.split_once(',').unwrap().1.parse::<Decimal>().unwrap())
        .sum();
    assert_eq!(read.currencies()[0].all.total.to_string(), sum.to_string());
}

fn summary_by_library(book: &Path) -> BookSummary {
    let mut summary = BookSummary::default();
    for read in billing::read::Book::new(vec![book.to_owned()], None) {
        let invoice = read.unwrap().invoice;
        let quote = PricingEngine::standard().quote(&invoice).unwrap();
        summary.add(&invoice, &quote).unwrap();
    }
    summary
}

#[test]
fn a_damaged_summary_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("book.csv"), format!("{HEADER}{}", rows(1..4))).unwrap();
    run(path, &["price", "book.csv", "--summary", "-o", "good.json"]);
    let good = fs::read_to_string(path.join("good.json")).unwrap();
    let refused = |text: String| {
        fs::write(path.join("bad.json"), text).unwrap();
        let output = ledgerly(path, &["summary", "good.json", "bad.json"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let message = refused(good.clone() + &good.replacen("\"invoices\":3", "\"invoices\":4", 1));
    assert!(
        message.contains("bad.json: line 2: the sums of the tiers"),
        "{message}"
    );
    let message = refused(good.replacen("\"late\":", "\"belated\":", 1));
    assert!(message.contains("bad.json: line 1: "), "{message}");
    assert!(message.contains("belated"), "{message}");
    let message = refused(String::new());
    assert!(message.contains("holds no summary"), "{message}");
}

/// The limit on the size of files stands for a full disk.
#[test]
#[cfg(unix)]
fn a_result_for_which_there_is_no_room_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("book.csv"), book()).unwrap();
    for name in ["t.csv", "t.ndjson", "t.parquet", "t.arrows", "t.csv.gz"] {
        fs::write(path.join(name), "as it was\n").unwrap();
        // Ignored, the signal becomes an error of the write that went too far.
        let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
        let output = Command::new("/bin/sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_ledgerly")])
            .args(["price", "book.csv", "--output", name])
            .current_dir(path)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{name}: {message}");
        assert!(message.starts_with("error: writing "), "{message}");
        assert_eq!(fs::read_to_string(path.join(name)).unwrap(), "as it was\n");
    }
    assert_eq!(fs::read_dir(path).unwrap().count(), 6);
}
