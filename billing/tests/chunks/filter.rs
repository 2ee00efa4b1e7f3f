//! What a filter says at its end.

use std::fs;
use std::io::{Seek, SeekFrom};
use std::process::Command;

use serde_json::Value;

use crate::book::{INVOICES, arrow_of, csv, last_record, ndjson, piped, read_arrow, text};

#[test]
fn a_filter_whose_input_is_cut_anywhere_gives_no_record_at_the_end_or_tells_how_much_it_read() {
    for (format, content) in [("csv", csv()), ("ndjson", ndjson())] {
        let arguments = ["price", "-", "--filter", "--input-format", format];
        let whole = last_record(&piped(&arguments, content.as_bytes())).unwrap();
        assert_eq!(whole["invoices"], INVOICES);
        assert_eq!(whole["rejected"], 1);
        for cut in (content.len() - 200..content.len()).step_by(7) {
            let output = piped(&arguments, &content.as_bytes()[..cut]);
            match last_record(&output) {
                None => assert_eq!(output.status.code(), Some(2), "{output:?}"),
                // Cut between lines: the count of bytes is not that of what was sent.
                Some(end) => assert_ne!(end["input"]["bytes"], whole["input"]["bytes"]),
            }
        }
    }
}

#[test]
fn an_arrow_stream_goes_in_and_out_and_one_without_its_end_mark_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.csv"), csv()).unwrap();
    let stream = arrow_of(&csv());
    let output = piped(&["price", "-", "--filter=arrow"], &stream);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let (totals, records) = read_arrow(&output.stdout);
    let expected = piped(&["price", "-", "--filter"], csv().as_bytes());
    let expected: Vec<String> = text(&expected.stdout)
        .lines()
        .filter(|line| !line.contains("ledgerly"))
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|total| total["total"].as_str().unwrap().to_owned() + "00")
        .collect();
    assert_eq!(totals, expected);
    assert_eq!(records[0]["ledgerly"], "reject");
    assert_eq!(records[0]["invoice_id"], "INV-77");
    assert!(records[0]["row"].as_u64().is_some());
    assert_eq!(records[1]["ledgerly"], "end");
    assert_eq!(records[1]["priced"], INVOICES - 1);
    // Without the eight bytes of its end mark, and cut anywhere before.
    for cut in [8, 4, 100, stream.len() / 2] {
        let output = piped(&["price", "-", "--filter"], &stream[..stream.len() - cut]);
        assert_eq!(output.status.code(), Some(2), "{cut}");
        assert!(last_record(&output).is_none());
    }
}

#[test]
fn a_reject_tells_the_line_and_the_byte_on_which_it_begins() {
    let mut book = "\u{feff}".to_owned() + &ndjson();
    // Longer than a block, so that a worker begins in the middle.
    for _ in 0..12 {
        book += &ndjson().replace("\"x\"", "\"7.5\"").replace("INV", "MORE");
    }
    book += "\r\n  {\"invoice_id\":\n";
    let output = piped(
        &["price", "-", "--filter", "--input-format", "ndjson"],
        book.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let rejects: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|record: &Value| record["ledgerly"] == "reject")
        .collect();
    assert!(rejects.len() >= 2, "{rejects:?}");
    for reject in rejects {
        let offset = usize::try_from(reject["offset"].as_u64().unwrap()).unwrap();
        let record = reject["record"].as_str().unwrap();
        assert!(book[offset..].starts_with(record), "{offset}: {record}");
        let lines = book[..offset].matches('\n').count() as u64;
        assert_eq!(reject["line"], lines + 1);
    }
}

#[test]
fn a_part_of_a_file_is_filtered_where_it_stands_and_one_that_is_shorter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.ndjson");
    let book = ndjson();
    fs::write(&path, &book).unwrap();
    let ends: Vec<usize> = book.match_indices('\n').map(|(at, _)| at + 1).collect();
    let (start, end) = (ends[90], ends[200]);
    let part = |length: usize| {
        let mut file = fs::File::open(&path).unwrap();
        file.seek(SeekFrom::Start(start as u64)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerly"));
        command.args(["price", "-", "--input-format", "ndjson", "--filter"]);
        command.args(["--input-bytes", &length.to_string()]);
        command.stdin(file).output().unwrap()
    };
    let expected = piped(
        &["price", "-", "--filter", "--input-format", "ndjson"],
        &book.as_bytes()[start..end],
    );
    assert_eq!(text(&part(end - start).stdout), text(&expected.stdout));
    let short = part(book.len());
    assert_eq!(short.status.code(), Some(2), "{short:?}");
    assert!(last_record(&short).is_none());
    assert!(
        text(&short.stderr).contains("of --input-bytes"),
        "{short:?}"
    );
    let named = ["price", "book.ndjson", "--filter", "--input-bytes", "7"];
    let named = crate::book::ledgerly(folder.path(), &named);
    assert_eq!(named.status.code(), Some(2), "{named:?}");
    assert!(text(&named.stderr).contains("< book.ndjson"), "{named:?}");
}
