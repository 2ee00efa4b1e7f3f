//! `ledgerly render`.

use std::io::Write;

use super::args::RenderOptions;
use super::exit::ExitStatus;
use crate::error::Error;
use crate::read::{Book, ReadError, ReadInvoice};
use crate::render::render as rendered;
use crate::write::Target;

/// Writes one document for its reader.
pub(super) fn render(options: &RenderOptions) -> Result<ExitStatus, Error> {
    let rules = options.rules.load()?;
    let inputs = vec![options.input.clone()];
    let book = Book::new(inputs, options.input_format);
    let mut book = options.rules.applied_to(book, &rules);
    let Some(read) = next(&mut book)? else {
        return Err(Error::Usage("the input holds no invoice".to_owned()));
    };
    if next(&mut book)?.is_some() {
        return Err(Error::Usage(
            "the input holds several invoices (render takes one)".to_owned(),
        ));
    }
    let invoice = &read.invoice;
    let refused = |problem: String| book.bad_input(read.line, None, problem);
    let engine = rules
        .engine_for(invoice)
        .map_err(|error| refused(error.to_string()))?;
    let text =
        rendered(invoice, engine, options.format).map_err(|error| refused(error.to_string()))?;
    let mut target = Target::create(&options.output)?;
    target
        .write_all(text.as_bytes())
        .and_then(|()| target.flush())
        .map_err(|error| Error::io("writing", "the output", error))?;
    target.publish()?;
    Ok(ExitStatus::Done)
}

fn next(book: &mut Book) -> Result<Option<ReadInvoice>, Error> {
    match book.next() {
        None => Ok(None),
        Some(Ok(read)) => Ok(Some(read)),
        Some(Err(ReadError::Rejected(bad))) => Err(bad.into()),
        Some(Err(ReadError::Fatal(error))) => Err(error),
    }
}
