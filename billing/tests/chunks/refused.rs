//! Sets of outputs that are not whole.

use std::fs;
use std::path::PathBuf;

use crate::book::{csv, filtered, ledgerly, merge, merge_into, piped, text};

#[test]
fn a_set_of_outputs_that_is_not_whole_is_refused_with_all_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.csv"), csv()).unwrap();
    let outputs = filtered(folder.path(), "book.csv", ["--chunks", "5"], "--filter");
    let first = fs::read(&outputs[0]).unwrap();
    let refused = |outputs: &[PathBuf], problems: &[&str]| {
        let merged = merge(folder.path(), outputs);
        assert_eq!(merged.status.code(), Some(2), "{problems:?}");
        for problem in problems {
            assert!(text(&merged.stderr).contains(problem), "{merged:?}");
        }
        for name in ["merged.csv", "merged.rejects"] {
            assert!(!folder.path().join(name).exists(), "{problems:?}");
        }
    };
    refused(&outputs[1..], &["part-00000.csv: has no output"]);
    refused(
        &[&outputs[..], &outputs[..1]].concat(),
        &["part-00000.csv comes twice"],
    );
    // Cut short, anywhere.
    for length in [0, 1, first.len() / 2, first.len() - 2, first.len() - 1] {
        fs::write(&outputs[0], &first[..length]).unwrap();
        let problem = "000.out: has no record at its end: it was cut short";
        refused(&outputs, &[problem, "part-00000.csv: has no output"]);
    }
    // A digit altered, a line lost.
    fs::write(
        &outputs[0],
        text(&first).replacen("total\":\"", "total\":\"9", 1),
    )
    .unwrap();
    refused(&outputs, &["000.out: was altered after it was made"]);
    let lines = text(&first);
    let (line, rest) = lines.split_once('\n').unwrap();
    fs::write(&outputs[0], rest).unwrap();
    refused(&outputs, &["000.out: "]);
    assert!(line.contains("INV-0"));
    // Another book's output, another policy's.
    let other = piped(
        &["price", "-", "--filter"],
        (csv() + "Z,none,true,0,A,1,1\n").as_bytes(),
    );
    fs::write(&outputs[0], &other.stdout).unwrap();
    refused(
        &outputs,
        &["000.out: was made from no chunk of this manifest"],
    );
    let standard = ledgerly(folder.path(), &["policy", "init", "-"]);
    let policy = text(&standard.stdout).replace("0.15", "0.18");
    fs::write(folder.path().join("shop.toml"), policy).unwrap();
    let chunk = "chunks/part-00000.csv";
    let other = ledgerly(
        folder.path(),
        &["price", chunk, "--filter", "--policy", "shop.toml"],
    );
    fs::write(&outputs[0], &other.stdout).unwrap();
    refused(&outputs, &["was priced under other rules than"]);
    fs::write(&outputs[0], &first).unwrap();
    assert_eq!(merge(folder.path(), &outputs).status.code(), Some(3));
}

#[test]
fn an_invoice_whose_rows_stand_in_two_chunks_is_refused_when_they_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("book.csv"),
        csv() + "INV-3,none,true,0,A,1,1\n",
    )
    .unwrap();
    let outputs = filtered(folder.path(), "book.csv", ["--chunks", "5"], "--filter");
    let merged = merge(folder.path(), &outputs);
    assert_eq!(merged.status.code(), Some(2));
    assert!(
        text(&merged.stderr).contains("comes again in another place"),
        "{merged:?}"
    );
}

#[test]
fn outputs_of_rows_and_columns_that_are_cut_or_altered_anywhere_are_refused() {
    for (filter, merged) in [
        ("--filter=csv", "merged.csv"),
        ("--filter=arrow", "merged.parquet"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("book.csv"), csv()).unwrap();
        let outputs = filtered(folder.path(), "book.csv", ["--chunks", "3"], filter);
        let whole = fs::read(&outputs[1]).unwrap();
        let refused = |bytes: &[u8], what: &str| {
            fs::write(&outputs[1], bytes).unwrap();
            let answer = merge_into(folder.path(), merged, &outputs);
            assert_eq!(
                answer.status.code(),
                Some(2),
                "{filter}, {what}: {answer:?}"
            );
            assert!(!folder.path().join(merged).exists(), "{filter}, {what}");
        };
        for cut in (0..whole.len()).step_by(whole.len() / 40).chain([8, 4, 1]) {
            refused(
                &whole[..whole.len() - cut.max(1)],
                &format!("without {cut}"),
            );
        }
        // The last record vouches for what stands before it.
        let mark = b"{\"ledgerly\":\"end\"";
        let end = whole.windows(mark.len()).position(|bytes| bytes == mark);
        for at in (0..end.unwrap()).step_by(whole.len() / 200) {
            let mut altered = whole.clone();
            // Another digit, so that what is read stays well-formed.
            altered[at] ^= 1;
            let is_seen = altered[at].is_ascii_digit() && whole[at].is_ascii_digit();
            if is_seen {
                refused(&altered, &format!("byte {at} altered"));
            }
        }
        fs::write(&outputs[1], &whole).unwrap();
        let answer = merge_into(folder.path(), merged, &outputs);
        assert_eq!(answer.status.code(), Some(3), "{answer:?}");
    }
}

#[test]
fn what_a_merge_cannot_put_together_is_refused_with_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.csv"), csv()).unwrap();
    let outputs = filtered(
        folder.path(),
        "book.csv",
        ["--chunks", "2"],
        "--filter=arrow",
    );
    let told = |merged: &str, outputs: &[PathBuf]| {
        let answer = merge_into(folder.path(), merged, outputs);
        assert_eq!(answer.status.code(), Some(2), "{answer:?}");
        text(&answer.stderr)
    };
    let why = told("merged.csv", &outputs);
    assert!(why.contains("000.out: is an Arrow stream"), "{why}");
    assert!(why.contains("allowed: --output FILE.parquet"), "{why}");
    let price = [
        "price",
        "chunks/part-00000.csv",
        "--on-error",
        "skip",
        "--rejects",
        "r",
        "-o",
    ];
    ledgerly(folder.path(), &[&price[..], &["000.parquet"]].concat());
    let why = told("merged.csv", &[folder.path().join("000.parquet")]);
    assert!(
        why.contains("is a file of columns, which has no record at its end"),
        "{why}"
    );
    let impact = [
        "impact",
        "--after",
        "standard.toml",
        "book.csv",
        "--filter=csv",
    ];
    ledgerly(folder.path(), &["policy", "init", "standard.toml"]);
    let refused = ledgerly(folder.path(), &impact);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(
        text(&refused.stderr).contains("allowed: --filter, --filter=arrow"),
        "{refused:?}"
    );
}
