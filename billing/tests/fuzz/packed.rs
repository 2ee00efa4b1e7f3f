//! Compressed books: what is unpacked is what was packed, or it is refused.

use std::io::Write;

use billing::read::{Book, InputFormat};
use flate2::Compression;
use flate2::write::GzEncoder;
use ledgerly_tests::documents::full_document;
use pricing::{Invoice, RawDocument};
use proptest::collection::vec;
use proptest::strategy::Strategy;

use super::damage::{damage, damaged, fuzz};
use super::held::Scratch;
use super::{json_of, numbered};

/// A packed file, damaged, and the invoices that were packed.
fn packed(pack: impl Fn(&[u8]) -> Vec<u8>) -> impl Strategy<Value = (Vec<u8>, Vec<RawDocument>)> {
    let book = vec(full_document(), 1..3);
    (book, damage()).prop_map(move |(book, damages)| {
        let book: Vec<RawDocument> = numbered(&book).collect();
        let lines: Vec<String> = book.iter().map(json_of).collect();
        let bytes = pack(lines.join("\n").as_bytes());
        (damaged(&bytes, &bytes, &damages), book)
    })
}

fn fuzz_packed(name: &str, pack: impl Fn(&[u8]) -> Vec<u8>) {
    let scratch = Scratch::new();
    fuzz(name, packed(pack), |(bytes, book)| {
        let path = scratch.file("book", bytes);
        let read: Result<Vec<Invoice>, _> = Book::new(vec![path], Some(InputFormat::Ndjson))
            .map(|read| read.map(|read| read.invoice))
            .collect();
        let taken = read.unwrap_or_default();
        if taken.is_empty() {
            return false;
        }
        let expected: Vec<Invoice> = book
            .iter()
            .map(|raw| Invoice::try_from(raw.clone()).unwrap())
            .collect();
        assert_eq!(taken, expected);
        true
    });
}

#[test]
fn gzip_survives_damage() {
    fuzz_packed("gzip", |bytes| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    });
}

#[test]
fn zstd_survives_damage() {
    fuzz_packed("zstd", |bytes| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    });
}
