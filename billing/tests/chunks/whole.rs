//! As if it had been priced whole.

use std::fs;

use serde_json::Value;

use crate::book::{
    HEADER, INVOICES, csv, filtered, ledgerly, merge_into, ndjson, read_arrow, text,
};

#[test]
fn a_book_that_is_cut_filtered_and_merged_costs_what_it_costs_whole() {
    for (book, content) in [("book.csv", csv()), ("book.ndjson", ndjson())] {
        for (limit, filter, merged) in [
            (["--chunks", "7"], "--filter", "merged.csv"),
            (["--invoices", "40"], "--filter=csv", "merged.ndjson"),
            (["--bytes", "3000"], "--filter=csv", "merged.csv"),
            (["--chunks", "8"], "--filter=arrow", "merged.arrow"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(book), &content).unwrap();
            let whole = merged.replace("merged", "whole");
            let skip = ["--on-error", "skip", "--rejects", "whole.rejects"];
            ledgerly(
                folder.path(),
                &[&["price", book, "-o", &whole], &skip[..]].concat(),
            );
            let mut outputs = filtered(folder.path(), book, limit, filter);
            assert!(outputs.len() >= 7, "{limit:?}");
            outputs.reverse();
            let done = merge_into(folder.path(), merged, &outputs);
            assert_eq!(done.status.code(), Some(3), "{done:?}");
            assert_eq!(text(&done.stderr), "1 of 300 invoices rejected\n");
            let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
            if filter == "--filter=arrow" {
                assert_eq!(
                    read_arrow(&read(merged)),
                    read_arrow(&read(&whole)),
                    "{book}"
                );
            } else {
                assert!(read(merged) == read(&whole), "{book} {limit:?} {filter}");
            }
            let problem = |name: &str| {
                let reject: Value = serde_json::from_slice(&read(name)).unwrap();
                reject["record"].clone()
            };
            assert_eq!(problem("merged.rejects"), problem("whole.rejects"));
        }
    }
}

#[test]
fn a_chunk_is_found_in_the_book_by_its_lines_and_by_its_digest() {
    use sha2::{Digest, Sha256};
    for (book, content, header) in [("book.csv", csv(), HEADER), ("book.ndjson", ndjson(), "")] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(book), &content).unwrap();
        filtered(folder.path(), book, ["--chunks", "5"], "--filter");
        let manifest = fs::read_to_string(folder.path().join("chunks/manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let lines: Vec<&str> = content.split_inclusive('\n').collect();
        assert_eq!(manifest["invoices"], INVOICES);
        for chunk in manifest["chunks"].as_array().unwrap() {
            let name = chunk["name"].as_str().unwrap();
            let bytes = fs::read(folder.path().join("chunks").join(name)).unwrap();
            assert_eq!(chunk["bytes"], bytes.len());
            let digest = Sha256::digest(&bytes);
            let digest = digest.iter().map(|byte| format!("{byte:02x}"));
            assert_eq!(chunk["sha256"], digest.collect::<String>());
            let own = text(&bytes[header.len()..]);
            let begins = usize::try_from(chunk["begins"].as_u64().unwrap()).unwrap();
            let in_book = lines[begins - 1..].concat();
            assert!(in_book.starts_with(own.trim_start_matches('\n')), "{name}");
        }
    }
}

#[test]
fn what_cannot_be_split_is_refused_and_no_folder_appears() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("torn.csv"), csv() + "X,none,true,0,\"A,1,1\n").unwrap();
    fs::write(path("one.json"), "[]").unwrap();
    fs::write(path("book.csv"), csv()).unwrap();
    fs::create_dir(path("full")).unwrap();
    fs::write(path("full/file"), "").unwrap();
    for (arguments, problem) in [
        (
            ["torn.csv", "--into", "new"],
            "a quote is opened and never closed",
        ),
        (
            ["one.json", "--into", "new"],
            "is neither csv, ndjson nor parquet",
        ),
        (["book.csv", "--into", "full"], "full is not empty"),
        (
            ["absent.csv", "--into", "new"],
            "absent.csv: cannot be read",
        ),
    ] {
        let refused = ledgerly(folder.path(), &[&["split"], &arguments[..]].concat());
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(text(&refused.stderr).contains(problem), "{refused:?}");
        assert!(!path("new").exists());
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 4, "something was left");
}
