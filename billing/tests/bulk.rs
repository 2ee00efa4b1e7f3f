//! Books of many blocks: every total, every refusal and every line number as if they were read one
//! invoice after the other.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use pricing::{Invoice, PricingEngine};

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";

/// Several blocks of rows.
const INVOICES: u64 = 12_000;

/// The rows of an invoice; a few are such that only the general path reads them.
fn rows(number: u64) -> String {
    let tier = ["gold", "silver", "none"][usize::try_from(number % 3).unwrap()];
    let head = format!(
        "INV-{number},{tier},{},{}",
        number.is_multiple_of(2),
        number % 61
    );
    let sku = match number % 1_000 {
        500 => "\"a \"\"b\"\",\n c\"",
        501 => "\"plain, quoted\"",
        _ => "SKU",
    };
    (0..=number % 7).fold(String::new(), |mut rows, line| {
        let (whole, cents) = (number * 37 % 500 + line, number * 13 % 10_000);
        writeln!(rows, "{head},{sku},{whole}.{cents:04},{}", 1 + line).unwrap();
        rows
    })
}

fn csv() -> String {
    (0..INVOICES).fold(HEADER.to_owned(), |book, number| book + &rows(number))
}

/// The same book, an invoice a line, as the general path has read it.
fn ndjson(folder: &Path) -> (String, String) {
    let book = folder.join("book.csv");
    fs::write(&book, csv()).unwrap();
    let invoices = billing::read::Book::new(vec![book], None);
    let invoices: Vec<Invoice> = invoices.map(|read| read.unwrap().invoice).collect();
    let mut totals = "invoice_id,total\n".to_owned();
    let mut lines = String::new();
    for invoice in &invoices {
        let total = PricingEngine::standard().total_by_steps(invoice).unwrap();
        writeln!(totals, "{},{total}", invoice.invoice_id()).unwrap();
        lines += &serde_json::to_string(invoice).unwrap();
        lines.push('\n');
    }
    (lines, totals)
}

fn price(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerly"));
    let command = command.current_dir(folder).arg("price").args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn each_total_of_a_large_book_is_that_of_the_general_path() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, totals) = ndjson(folder.path());
    fs::write(folder.path().join("book.ndjson"), lines).unwrap();
    for book in ["book.csv", "book.ndjson"] {
        let output = price(folder.path(), &[book]);
        assert_eq!(text(&output.stderr), "", "{book}");
        assert!(text(&output.stdout) == totals, "{book}");
    }
}

#[test]
fn several_inputs_are_one_book_whatever_their_formats() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, totals) = ndjson(folder.path());
    let lines: Vec<&str> = lines.lines().collect();
    let part = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    part("1.ndjson", lines[..5_000].join("\n"));
    part("2.json", format!("[{}]", lines[5_000..5_010].join(",")));
    part(
        "3.ndjson",
        String::from("\u{feff}") + &lines[5_010..7_000].join("\r\n"),
    );
    let rest = (7_000..INVOICES).fold(HEADER.to_owned(), |book, number| book + &rows(number));
    part(
        "4.csv",
        rest.replace('\n', "\r\n").replace(",\r\n c", ",\n c"),
    );
    let output = price(folder.path(), &["1.ndjson", "2.json", "3.ndjson", "4.csv"]);
    assert_eq!(text(&output.stderr), "");
    assert!(text(&output.stdout) == totals);
    for format in ["json", "ndjson", "table"] {
        let all = [
            "1.ndjson", "2.json", "3.ndjson", "4.csv", "--format", format,
        ];
        let output = price(folder.path(), &all);
        let stdout = text(&output.stdout);
        let expected = if format == "json" {
            INVOICES + 2
        } else {
            INVOICES
        };
        assert_eq!(stdout.lines().count() as u64, expected, "{format}");
    }
}

#[test]
fn refused_invoices_of_a_large_book_are_all_told_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = HEADER.to_owned();
    let (mut expected, mut good) = (Vec::new(), 0);
    for number in 0..INVOICES {
        let line = book.matches('\n').count() + 1;
        match number % 120 {
            77 => {
                writeln!(book, "INV-{number},gold,true,0,A,-1.00,1").unwrap();
                expected.push((line, "unit_price"));
            }
            78 => {
                writeln!(book, "INV-{number},gold,true,0,A\"B,1.00,1").unwrap();
                expected.push((line, ""));
            }
            _ => {
                book += &rows(number);
                good += 1;
            }
        }
    }
    fs::write(folder.path().join("book.csv"), &book).unwrap();
    let skip = ["book.csv", "--on-error", "skip", "--rejects", "rejects"];
    let output = price(folder.path(), &skip);
    assert_eq!(output.status.code(), Some(3));
    let refused = expected.len();
    let summary = format!("{refused} of {INVOICES} invoices rejected\n");
    assert_eq!(text(&output.stderr), summary);
    assert_eq!(text(&output.stdout).lines().count(), good + 1);
    let rejects = fs::read_to_string(folder.path().join("rejects")).unwrap();
    let rejects: Vec<serde_json::Value> = rejects
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found = rejects.iter().map(|reject| {
        let line = usize::try_from(reject["line"].as_u64().unwrap()).unwrap();
        (line, reject["field"].as_str().unwrap_or_default())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let output = price(folder.path(), &["book.csv", "--output", "totals.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let place = format!("error: book.csv: line {}: unit_price: ", expected[0].0);
    assert!(text(&output.stderr).starts_with(&place), "{output:?}");
    assert!(!folder.path().join("totals.csv").exists());
}

#[test]
fn an_invoice_that_comes_again_blocks_later_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let book = csv() + &rows(3);
    let line = csv().matches('\n').count() + 1;
    fs::write(folder.path().join("book.csv"), &book).unwrap();
    let skip = ["book.csv", "--on-error", "skip", "--rejects", "rejects"];
    for arguments in [&skip[..1], &skip] {
        let output = price(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        let message = format!("error: book.csv: line {line}: invoice_id: \"INV-3\" comes again");
        assert!(text(&output.stderr).starts_with(&message), "{output:?}");
        assert!(!folder.path().join("rejects").exists());
    }
    let (lines, totals) = ndjson(folder.path());
    let again = lines.lines().nth(3).unwrap();
    fs::write(folder.path().join("book.ndjson"), lines.clone() + again).unwrap();
    let output = price(folder.path(), &[&["book.ndjson"], &skip[1..]].concat());
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout) == totals);
}

#[test]
fn a_quote_that_is_never_closed_ends_the_run_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let line = csv().matches('\n').count() + 1;
    for (torn, problem) in [
        (
            "X,gold,true,0,\"A,1,1\n".to_owned(),
            "a quote is opened and never closed",
        ),
        (
            format!("X,gold,true,0,\"A,1,1\n{}", "B\n".repeat(600_000)),
            "the row is longer than 1 MiB",
        ),
    ] {
        fs::write(folder.path().join("book.csv"), csv() + &torn).unwrap();
        let output = price(folder.path(), &["book.csv"]);
        let message = format!("error: book.csv: line {line}: {problem}");
        assert!(text(&output.stderr).starts_with(&message), "{output:?}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn one_invoice_may_be_longer_than_a_block() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = format!("{HEADER}{}{}", rows(1), rows(2));
    for _ in 0..40_000 {
        book += "LONG,none,false,0,SKU,0.01,1\n";
    }
    book += &rows(4);
    fs::write(folder.path().join("book.csv"), &book).unwrap();
    let output = price(folder.path(), &["book.csv"]);
    assert!(
        text(&output.stdout).contains("\nLONG,432.00\nINV-4,"),
        "{output:?}"
    );
}

/// A run that is killed while it reads leaves nothing where its result would have appeared.
#[test]
#[cfg(unix)]
fn a_run_that_is_killed_leaves_no_part_of_its_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("totals.csv");
    fs::write(&output, "as it was\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ledgerly"))
        .current_dir(&folder)
        .args(["price", "-", "--output", "totals.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: when this returns, the run has read and priced, and waits for more.
    std::io::Write::write_all(&mut input, csv().as_bytes()).unwrap();
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(&output).unwrap(), "as it was\n");
    let left = fs::read_dir(&folder).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["totals.csv"], "nor a part under another name");
}
