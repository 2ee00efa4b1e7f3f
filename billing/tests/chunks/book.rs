//! The book that is cut, and what is done with it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::reading::ledgerly_reading;

pub(crate) const HEADER: &str =
    "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";
pub(crate) const INVOICES: u64 = 300;

pub(crate) fn csv() -> String {
    (0..INVOICES).fold(HEADER.to_owned(), |mut book, number| {
        let tier = ["gold", "silver", "none"][usize::try_from(number % 3).unwrap()];
        let sku = if number == 41 { "\"a,\n b\"" } else { "SKU" };
        let price = if number == 77 { "-1" } else { "10.25" };
        for line in 0..=number % 4 {
            let days = number % 50;
            writeln!(
                book,
                "INV-{number},{tier},true,{days},{sku},{price},{}",
                line + 1
            )
            .unwrap();
        }
        book
    })
}

pub(crate) fn ndjson() -> String {
    (0..INVOICES).fold(String::new(), |mut book, number| {
        let price = if number == 77 { "x" } else { "10.25" };
        let blank = if number % 40 == 3 { "\n" } else { "" };
        writeln!(
            book,
            r#"{blank}{{"invoice_id":"INV-{number}","tier":"gold","loyalty_member":true,"days_overdue":{},"items":[{{"sku":"A","unit_price":"{price}","quantity":3}}]}}"#,
            number % 50
        )
        .unwrap();
        book
    })
}

pub(crate) fn ledgerly(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerly"));
    let command = command.current_dir(folder).args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

/// The output of a command that reads `input`.
pub(crate) fn piped(arguments: &[&str], input: &[u8]) -> Output {
    ledgerly_reading(Path::new("."), arguments, input.to_vec())
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn last_record(output: &Output) -> Option<Value> {
    let last = text(&output.stdout).lines().last().map(str::to_owned);
    let last: Value = serde_json::from_str(&last?).ok()?;
    (last["ledgerly"] == "end").then_some(last)
}

/// Cuts `book` and filters each chunk; the outputs.
pub(crate) fn filtered(folder: &Path, book: &str, limit: [&str; 2], filter: &str) -> Vec<PathBuf> {
    let split = ledgerly(
        folder,
        &["split", book, "--into", "chunks", limit[0], limit[1]],
    );
    assert!(split.status.success(), "{split:?}");
    let chunks = fs::read_dir(folder.join("chunks")).unwrap();
    let mut chunks: Vec<PathBuf> = chunks.map(|entry| entry.unwrap().path()).collect();
    chunks.retain(|path| path.file_name().unwrap() != "manifest.json");
    chunks.sort();
    let outputs = chunks.iter().enumerate().map(|(index, chunk)| {
        let output = folder.join(format!("{index:03}.out"));
        let priced = ledgerly(folder, &["price", chunk.to_str().unwrap(), filter]);
        fs::write(&output, &priced.stdout).unwrap();
        output
    });
    outputs.collect()
}

pub(crate) fn merge(folder: &Path, outputs: &[PathBuf]) -> Output {
    merge_into(folder, "merged.csv", outputs)
}

pub(crate) fn merge_into(folder: &Path, merged: &str, outputs: &[PathBuf]) -> Output {
    let paths = outputs.iter().map(|path| path.to_str().unwrap());
    let mut arguments = vec![
        "merge",
        "chunks",
        "-o",
        merged,
        "--rejects",
        "merged.rejects",
    ];
    arguments.extend(paths);
    ledgerly(folder, &arguments)
}

/// The book as an Arrow stream of texts.
pub(crate) fn arrow_of(csv: &str) -> Vec<u8> {
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use std::sync::Arc;
    let plain = csv.replace("\"a,\n b\"", "SKU");
    let rows: Vec<Vec<&str>> = plain
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let column = |index: usize| {
        let cells: StringArray = rows[1..].iter().map(|row| Some(row[index])).collect();
        Arc::new(cells) as ArrayRef
    };
    let columns = rows[0].iter().enumerate();
    let columns = columns.map(|(index, name)| (*name, column(index)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch.slice(0, 400)).unwrap();
    writer
        .write(&batch.slice(400, batch.num_rows() - 400))
        .unwrap();
    writer.into_inner().unwrap()
}

/// The totals of an Arrow stream, and its records that are none.
pub(crate) fn read_arrow(stream: &[u8]) -> (Vec<String>, Vec<Value>) {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Decimal128Type;
    let (mut totals, mut records) = (Vec::new(), Vec::new());
    for batch in arrow_ipc::reader::StreamReader::try_new(stream, None).unwrap() {
        let batch = batch.unwrap();
        let decimals = batch.column(1).as_primitive::<Decimal128Type>();
        let told = batch.column_by_name("ledgerly");
        for row in 0..batch.num_rows() {
            let record = told.map(AsArray::as_string::<i32>);
            match record.filter(|column| column.is_valid(row)) {
                None => totals.push(decimals.value_as_string(row)),
                Some(record) => records.push(serde_json::from_str(record.value(row)).unwrap()),
            }
        }
    }
    (totals, records)
}
