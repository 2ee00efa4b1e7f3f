//! Laws of reading books, and their behaviour as a stream.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use billing::read::{Book, InputFormat, ReadError};
use pricing::{Invoice, PricingEngine, RawInvoice, RawLineItem};
use proptest::prelude::*;
use rust_decimal::Decimal;

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";

fn ledgerly() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ledgerly"))
}

fn amounts() -> impl Strategy<Value = Decimal> {
    (0_i64..=i64::MAX, 0_u32..=18).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

/// Texts with all that CSV and JSON must quote; never blank, since an identifier may not be.
fn texts() -> impl Strategy<Value = String> {
    "[a-z,\"\r\n\\\\ é€]{0,8}[a-z]"
}

fn invoices() -> impl Strategy<Value = Vec<RawInvoice>> {
    let item =
        (texts(), amounts(), amounts()).prop_map(|(sku, unit_price, quantity)| RawLineItem {
            sku,
            unit_price,
            quantity,
        });
    let invoice = (
        texts(),
        texts(),
        any::<bool>(),
        0..=i64::from(u32::MAX),
        prop::collection::vec(item, 1..4),
    );
    prop::collection::vec(invoice, 0..6).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let raw = numbered.map(
            |(number, (id, tier, loyalty_member, days_overdue, items))| RawInvoice {
                invoice_id: format!("{id}{number}"),
                tier,
                loyalty_member,
                days_overdue,
                items,
            },
        );
        raw.collect()
    })
}

fn csv_of(book: &[RawInvoice]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut rows = vec![HEADER.to_owned()];
    for invoice in book {
        for item in &invoice.items {
            let (id, tier) = (quoted(&invoice.invoice_id), quoted(&invoice.tier));
            let (member, days) = (invoice.loyalty_member, invoice.days_overdue);
            let (sku, price, quantity) = (quoted(&item.sku), item.unit_price, item.quantity);
            rows.push(format!(
                "{id},{tier},{member},{days},{sku},{price},{quantity}\n"
            ));
        }
    }
    rows.concat()
}

fn read_all(bytes: &[u8], format: InputFormat) -> Vec<Result<Invoice, ReadError>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    let mut read = Vec::new();
    for invoice in Book::new(vec![file.path().to_owned()], Some(format)) {
        let is_fatal = matches!(invoice, Err(ReadError::Fatal(_)));
        read.push(invoice.map(|read| read.invoice));
        if is_fatal {
            break;
        }
    }
    read
}

fn read_good(text: &str, format: InputFormat) -> Vec<Invoice> {
    read_all(text.as_bytes(), format)
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

const FORMATS: [InputFormat; 3] = [InputFormat::Json, InputFormat::Ndjson, InputFormat::Csv];

proptest! {
    #[test]
    fn what_is_written_in_each_format_reads_back_the_same(book in invoices()) {
        let expected: Vec<Invoice> =
            book.iter().map(|raw| Invoice::try_from(raw.clone()).unwrap()).collect();
        let lines: Vec<String> =
            expected.iter().map(|invoice| serde_json::to_string(invoice).unwrap()).collect();
        prop_assert_eq!(&read_good(&csv_of(&book), InputFormat::Csv), &expected);
        prop_assert_eq!(&read_good(&lines.join("\n"), InputFormat::Ndjson), &expected);
        let pretty = serde_json::to_string_pretty(&expected).unwrap();
        prop_assert_eq!(&read_good(&pretty, InputFormat::Json), &expected);
    }

    #[test]
    fn garbage_is_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            read_all(&bytes, format);
        }
    }

    #[test]
    fn a_damaged_book_is_read_or_refused_without_a_panic(
        book in invoices(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let json = serde_json::to_string(&book).unwrap();
        for (format, text) in [(InputFormat::Json, &json), (InputFormat::Csv, &csv_of(&book))] {
            let mut bytes = text.clone().into_bytes();
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            for invoice in read_all(&bytes, format).into_iter().flatten() {
                drop(PricingEngine::standard().quote(&invoice));
            }
        }
    }
}

#[test]
fn rejected_records_can_be_corrected_and_fed_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(
        path("book.csv"),
        format!(
            "{HEADER}A,gold,true,45,\"a, b\",40.00,3\nA,gold,true,45,,-15,2\nB,gold,no,1,,1,1\n"
        ),
    )
    .unwrap();
    fs::write(path("book.ndjson"), "{\"invoice_id\":\"C\\n\",\n").unwrap();
    let status = ledgerly()
        .current_dir(&folder)
        .args([
            "price",
            "book.csv",
            "book.ndjson",
            "--on-error",
            "skip",
            "--rejects",
            "rejects",
        ])
        .output()
        .unwrap();
    assert_eq!(status.status.code(), Some(3));
    assert_eq!(status.stderr, b"3 of 3 invoices rejected\n");
    let rejects = fs::read_to_string(path("rejects")).unwrap();
    let rejects: Vec<serde_json::Value> = rejects
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rejects[0]["line"], 3);
    assert_eq!(rejects[0]["field"], "unit_price");
    assert_eq!(rejects[2]["record"], "{\"invoice_id\":\"C\\n\",");
    let header = rejects[0]["header"].as_str().unwrap();
    let record = rejects[0]["record"].as_str().unwrap();
    let corrected = format!("{header}\n{}", record.replace("-15", "15"));
    assert_eq!(price_from_stdin(&corrected), "invoice_id,total\nA,141.69\n");
}

#[test]
fn an_invoice_that_may_miss_a_row_is_rejected_whole() {
    let without_id =
        format!("{HEADER}A,gold,true,45,,40.00,3\n,gold,true,45,,15,2\nB,gold,no,1,,1,1\n");
    let cut_off = "tier,loyalty_member,days_overdue,sku,unit_price,quantity,invoice_id\n\
                   gold,true,45,,40.00,3,A\ngold,true,45,,15\ngold,true,45,,1,1,B\n";
    for csv in [without_id.as_str(), cut_off] {
        let read = read_all(csv.as_bytes(), InputFormat::Csv);
        assert_eq!(read.len(), 2, "{csv}");
        let Err(ReadError::Rejected(bad)) = &read[0] else {
            panic!("{csv}: {:?}", read[0]);
        };
        assert_eq!(bad.line, Some(3), "{csv}");
    }
}

#[test]
fn standard_input_is_recognised_by_its_first_line() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in ["worked.json", "worked.ndjson", "worked.csv"] {
        let text = fs::read_to_string(examples.join(name)).unwrap();
        assert_eq!(
            price_from_stdin(&text),
            "invoice_id,total\nINV-1,141.69\n",
            "{name}"
        );
    }
}

fn price_from_stdin(text: &str) -> String {
    let mut child = start_reading_stdin();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn start_reading_stdin() -> Child {
    ledgerly()
        .args(["price", "-", "--format", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = start_reading_stdin();
    drop(child.stdout.take());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(HEADER.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), b"".as_slice())
    );
}

#[test]
fn results_that_cannot_be_written_are_a_failure_of_the_system() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let output = ledgerly()
        .current_dir(examples)
        .args(["price", "worked.json", "--output", "no/such/folder/out.csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(6));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("error: creating no/such/folder/out.csv failed: "),
        "{message}"
    );
}

/// The peak memory in KiB of pricing a book of so many rows.
#[cfg(target_os = "linux")]
fn peak_memory(rows: u64) -> u64 {
    let mut child = start_reading_stdin();
    let mut input = std::io::BufWriter::new(child.stdin.take().unwrap());
    input.write_all(HEADER.as_bytes()).unwrap();
    for row in 0..rows {
        let invoice = row / 5;
        writeln!(input, "INV-{invoice},gold,true,45,SKU-{row},{row}.99,3").unwrap();
    }
    input.flush().unwrap();
    // All but what fits the pipe is read by now, and the process still waits for more.
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(input);
    assert!(child.wait_with_output().unwrap().status.success());
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_book() {
    let (small, large) = (peak_memory(100_000), peak_memory(400_000));
    assert!(large < 64 * 1024, "{large} KiB for 400,000 rows");
    // What may grow is bounded: the identifiers seen, and the results kept before they are spooled.
    assert!(
        large < small + 8 * 1024,
        "{small} KiB for 100,000 rows, {large} KiB for 400,000"
    );
}
