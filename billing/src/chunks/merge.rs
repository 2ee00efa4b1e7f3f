//! Putting the outputs of a filter over all chunks together again, or saying what is missing.

use std::io;
use std::path::PathBuf;

use rust_decimal::Decimal;

use super::manifest::Manifest;
use super::total::total_in;
use crate::error::{BadInput, Error};
use crate::filter::{FilterOutput, Line, Reject, are_apart};
use crate::impact::Spread;
use crate::read::OriginalRecord;

/// So many problems are named.
const NAMED_MAX: usize = 20;

/// What stands in a set of outputs that is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Invoices with a total.
    pub priced: u64,
    /// Invoices that were refused.
    pub rejected: u64,
    /// Those of them that stand in the outputs; the others stand where each filter was told to put them.
    pub rejects_here: u64,
}

/// Hears of each result of the outputs, in the order of the book.
pub trait Results {
    /// What an invoice comes to.
    fn total(&mut self, invoice_id: &str, total: Decimal) -> Result<(), Error>;
    /// An invoice that was refused, and its text; the file is its chunk.
    fn reject(&mut self, bad: BadInput, original: OriginalRecord) -> Result<(), Error>;
    /// Whether results are written as columns, where a total has as many decimal places as any.
    fn are_columns(&self) -> bool;
}

/// Hands the results in `outputs` to `results`, in the order of the book, when there is exactly one whole
/// output for each chunk of `manifest`. After an error, what was handed over must be thrown away.
pub fn merge(
    manifest: &Manifest,
    outputs: &[PathBuf],
    results: &mut dyn Results,
) -> Result<Merged, Error> {
    let outputs = whole_set(manifest, outputs)?;
    let of_columns = outputs.iter().find(|output| output.has_columns());
    if let Some(output) = of_columns.filter(|_| !results.are_columns()) {
        let problem = "is an Arrow stream, whose totals do not tell how many decimal places their \
                       currency has (allowed: --output FILE.parquet or FILE.arrow, or outputs of \
                       --filter or --filter=csv)";
        return Err(output.bad_input(None, problem.to_owned()));
    }
    let mut merging = Merging {
        merged: Merged::default(),
        ids: Spread::default(),
        is_known_apart: are_apart(outputs.iter().map(|output| &output.end.ids)),
        results,
    };
    for (chunk, output) in manifest.chunks.iter().zip(&outputs) {
        merging.add(&chunk.name, output)?;
    }
    merging.finish()
}

struct Merging<'r> {
    merged: Merged,
    /// Identifiers as prints of 128 bits.
    ids: Spread,
    is_known_apart: bool,
    results: &'r mut dyn Results,
}

impl Merging<'_> {
    fn add(&mut self, chunk: &str, output: &FilterOutput) -> Result<(), Error> {
        let mut lines = output.lines()?;
        while let Some(line) = lines.next()? {
            let unread = |problem| output.bad_input(None, problem);
            match line {
                Line::Record(kind, line) if kind == Reject::KIND => {
                    let reject = serde_json::from_slice(line);
                    let reject: Reject = reject
                        .map_err(|error| unread(format!("a reject cannot be read: {error}")))?;
                    if let Some(id) = &reject.invoice_id {
                        self.add_id(id)?;
                    }
                    let (bad, original) = reject.into_parts(chunk);
                    self.results.reject(bad, original)?;
                }
                Line::Record(..) => {}
                result => {
                    let (invoice_id, total) = total_in(&result).map_err(unread)?;
                    self.add_id(&invoice_id)?;
                    self.results.total(&invoice_id, total)?;
                }
            }
        }
        let end = &output.end;
        // Rejects may stand on a channel of their own.
        let are_rejects_told = lines.rejects == end.rejected || lines.rejects == 0;
        if lines.results != end.priced || !are_rejects_told {
            let problem = format!(
                "has {} totals and {} rejects, its record at the end says {} and {}",
                lines.results, lines.rejects, end.priced, end.rejected
            );
            return Err(output.bad_input(None, problem));
        }
        self.merged.priced += end.priced;
        self.merged.rejected += end.rejected;
        self.merged.rejects_here += lines.rejects;
        Ok(())
    }

    fn add_id(&mut self, id: &str) -> Result<(), Error> {
        if self.is_known_apart {
            return Ok(());
        }
        let print = twox_hash::XxHash3_128::oneshot(id.as_bytes()).cast_signed();
        self.ids.add((0, print)).map_err(unkept)
    }

    /// What was merged, when no invoice stands in two places.
    fn finish(self) -> Result<Merged, Error> {
        let (mut last, mut repeated) = (None, 0);
        let counted = self.ids.in_order(|(_, print), count| {
            repeated += count - u64::from(last != Some(print));
            last = Some(print);
            Ok(())
        });
        counted.map_err(unkept)?;
        if repeated == 0 {
            return Ok(self.merged);
        }
        Err(Error::Usage(format!(
            "{repeated} times an invoice comes again in another place of the book, so a part of it may \
             have been priced as if it were all (sort the book by invoice_id, and give each invoice its \
             own identifier)"
        )))
    }
}

fn unkept(error: io::Error) -> Error {
    Error::io("writing", "a temporary file", error)
}

/// The outputs in the order of the chunks, when there is one for each; otherwise all that is wrong.
fn whole_set(manifest: &Manifest, paths: &[PathBuf]) -> Result<Vec<FilterOutput>, Error> {
    let mut set = OutputSet {
        manifest,
        of_chunks: manifest.chunks.iter().map(|_| None).collect(),
        problems: Vec::new(),
    };
    for path in paths {
        match FilterOutput::open(path)? {
            Ok(output) => set.add(output),
            Err(problem) => set.problems.push(format!("{}: {problem}", path.display())),
        }
    }
    set.finish()
}

struct OutputSet<'m> {
    manifest: &'m Manifest,
    of_chunks: Vec<Option<FilterOutput>>,
    problems: Vec<String>,
}

impl OutputSet<'_> {
    fn add(&mut self, output: FilterOutput) {
        let path = output.path.display();
        let mut chunks = self.manifest.chunks.iter();
        let Some(index) = chunks.position(|chunk| chunk.is_of(&output.end.input)) else {
            let problem = "was made from no chunk of this manifest, or from one that was altered";
            self.problems.push(format!("{path}: {problem}"));
            return;
        };
        let chunk = &self.manifest.chunks[index];
        if output.end.invoices != chunk.invoices {
            self.problems.push(format!(
                "{path}: read {} invoices, {} has {}",
                output.end.invoices, chunk.name, chunk.invoices
            ));
        }
        match &self.of_chunks[index] {
            None => self.of_chunks[index] = Some(output),
            Some(first) => self.problems.push(format!(
                "{path}: {} comes twice, the first time in {}",
                chunk.name,
                first.path.display()
            )),
        }
    }

    fn finish(mut self) -> Result<Vec<FilterOutput>, Error> {
        let chunks = self.manifest.chunks.iter().zip(&self.of_chunks);
        let missing = chunks.filter(|(_, output)| output.is_none());
        self.problems
            .extend(missing.map(|(chunk, _)| format!("{}: has no output", chunk.name)));
        let outputs: Vec<FilterOutput> = self.of_chunks.into_iter().flatten().collect();
        self.problems.extend(different_policies(&outputs));
        if self.problems.is_empty() {
            return Ok(outputs);
        }
        Err(Error::Usage(told(&self.problems)))
    }
}

fn told(problems: &[String]) -> String {
    let named = problems.iter().take(NAMED_MAX);
    let mut text = named.map(String::as_str).collect::<Vec<_>>().join("; ");
    if problems.len() > NAMED_MAX {
        let more = problems.len() - NAMED_MAX;
        text = format!("{text}; and {more} more");
    }
    format!("the set of outputs is not whole, and nothing was written: {text}")
}

fn different_policies(outputs: &[FilterOutput]) -> Option<String> {
    let first = outputs.first()?;
    let mut others = outputs.iter();
    let other = others.find(|output| output.end.policy != first.end.policy)?;
    Some(format!(
        "{}: was priced under other rules than {}",
        other.path.display(),
        first.path.display()
    ))
}
