//! What `ledgerly split` and `ledgerly merge` can be asked.

use std::path::PathBuf;

use clap::Args;

use crate::chunks::Limit;
use crate::read::InputFormat;
use crate::write::OutputFormat;

pub(super) const SPLIT_EXAMPLES: &str = "\
Examples:
  ledgerly split book.csv --into chunks --chunks 8
  ledgerly split book.parquet --into chunks --invoices 1000000

Each chunk is a book of its own with whole invoices, named part-00000.csv and so on; manifest.json
tells how many invoices and bytes each has, and their SHA-256. Anything can hand them out:
  ls chunks/part-* | xargs -P 8 -I{} sh -c 'ledgerly price {} --filter > out/$(basename {}).out'
  ledgerly merge chunks out/*.out -o totals.csv";

pub(super) const MERGE_EXAMPLES: &str = "\
Examples:
  ledgerly merge chunks out/*.out -o totals.csv
  ledgerly merge chunks/manifest.json a.out b.out -o totals.ndjson --rejects rejects.ndjson

Each output is that of ledgerly price CHUNK --filter. Exactly one whole output for each chunk is
needed, all under one policy; otherwise it is named what is missing, doubled, cut short or altered,
and nothing is written. The order of the book is kept, whatever the order of the outputs.";

/// The options of `ledgerly split`.
#[derive(Args, Debug)]
pub struct SplitOptions {
    /// The book: CSV whose invoices' rows are adjacent, NDJSON or Parquet; - is standard input
    #[arg(value_name = "BOOK")]
    pub book: PathBuf,
    /// Folder for the chunks and their manifest; it must not exist, or be empty
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// How large the chunks are.
    #[command(flatten)]
    pub limit: LimitOptions,
    /// Format of the book [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
}

/// How large chunks are.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct LimitOptions {
    /// So many chunks of about the same size
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=99_999))]
    pub chunks: Option<u64>,
    /// So many invoices a chunk
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub invoices: Option<u64>,
    /// So many bytes a chunk, unless one invoice has more; of Parquet about so many [default: 67108864]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub bytes: Option<u64>,
}

/// So many bytes a chunk has when nothing is said.
const BYTES: u64 = 64 * 1024 * 1024;

impl LimitOptions {
    /// The limit that was asked for.
    pub fn limit(&self) -> Limit {
        match (self.chunks, self.invoices) {
            (Some(chunks), _) => Limit::Chunks(chunks),
            (None, Some(invoices)) => Limit::Invoices(invoices),
            (None, None) => Limit::Bytes(self.bytes.unwrap_or(BYTES)),
        }
    }
}

/// The options of `ledgerly merge`.
#[derive(Args, Debug)]
pub struct MergeOptions {
    /// The manifest, or the folder of the chunks
    #[arg(value_name = "MANIFEST")]
    pub manifest: PathBuf,
    /// The output of a filter for each chunk, in any order
    #[arg(value_name = "OUTPUT", required = true)]
    pub outputs: Vec<PathBuf>,
    /// File for the totals of the book; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// Format of the totals [default: by the extension of --output, else csv]
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<OutputFormat>,
    /// File for the rejected invoices in the outputs, one JSON object a line; needed if there are any
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
}
