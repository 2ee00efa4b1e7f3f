//! Sums of parts.

use std::fs;

use crate::book::{csv, ledgerly, text};

#[test]
fn impacts_of_parts_add_up_to_that_of_the_whole_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let book = csv().replace(",-1,", ",7.1,");
    fs::write(folder.path().join("book.csv"), book).unwrap();
    let standard = ledgerly(folder.path(), &["policy", "init", "-"]);
    let policy = text(&standard.stdout).replace("0.15", "0.18");
    fs::write(folder.path().join("shop.toml"), policy).unwrap();
    let impact = |more: &[&str]| {
        let arguments = ["impact", "--after", "shop.toml", "--format", "json"];
        ledgerly(folder.path(), &[&arguments, more].concat())
    };
    let whole = impact(&["book.csv"]);
    assert_eq!(whole.status.code(), Some(1));
    for (limit, sums_only) in [("1", false), ("3", true), ("11", false)] {
        let into = format!("chunks-{limit}");
        let split = ["split", "book.csv", "--into", &into, "--chunks", limit];
        assert!(ledgerly(folder.path(), &split).status.success());
        let mut outputs = Vec::new();
        for index in 0..limit.parse().unwrap() {
            let chunk = format!("{into}/part-{index:05}.csv");
            let filter: &[&str] = if sums_only {
                &["--filter", "--sums-only"]
            } else {
                &["--filter"]
            };
            let filtered = impact(&[filter, &[&chunk]].concat());
            assert_eq!(filtered.status.code(), Some(0), "{filtered:?}");
            outputs.insert(0, format!("{into}.{index}"));
            fs::write(folder.path().join(&outputs[0]), &filtered.stdout).unwrap();
        }
        let names: Vec<&str> = outputs.iter().map(String::as_str).collect();
        let merged = impact(&[&["--merge"], &names[..]].concat());
        assert_eq!(merged.status.code(), Some(1), "{merged:?}");
        assert_eq!(text(&merged.stdout), text(&whole.stdout), "{limit}");
        let twice = impact(&[&["--merge"], &names[..], &names[..1]].concat());
        assert!(
            text(&twice.stderr).contains("is of the same part of the book"),
            "{twice:?}"
        );
    }
}
