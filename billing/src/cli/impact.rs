//! `ledgerly impact`.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

mod filter;

use super::args::{ImpactFormat, ImpactOptions};
use super::exit::ExitStatus;
use super::progress;
use crate::error::Error;
use crate::impact::{self, Difference, Impact, Sides, Units};
use crate::policy::Rules;
use crate::read::{Book, InputFormat};
use crate::write::{ListFormat, ListWriter, Target};

/// So many of the largest changes are listed in a text, and in a page.
const LARGEST: (usize, usize) = (10, 1000);

/// Says what a change of policy does to a book, or in what two lists of totals differ.
pub(super) fn impact(options: &ImpactOptions) -> Result<ExitStatus, Error> {
    if let Some(format) = options.filter {
        return filter::impact(options, format);
    }
    let mut changes = Changes::create(options.changes.as_deref())?;
    let impact = if options.merge {
        impact::merge(&options.book, &sides(options)?, largest_max(options))?
    } else if options.book.is_empty() {
        of_totals(options, &mut changes)?
    } else {
        of_policies(options, &mut changes)?
    };
    let text = match options.format {
        ImpactFormat::Table => impact::table(&impact),
        ImpactFormat::Json => super::invoice::json(&impact)?,
        ImpactFormat::Html => impact::page(&impact)
            .map_err(|error| Error::io("writing", "the page", io::Error::other(error)))?,
    };
    let mut target = Target::create(&options.output)?;
    target
        .write_all(text.as_bytes())
        .and_then(|()| target.flush())
        .map_err(|error| Error::io("writing", options.output.display(), error))?;
    changes.publish()?;
    target.publish()?;
    Ok(if impact.is_any() {
        ExitStatus::Different
    } else {
        ExitStatus::Done
    })
}

fn largest_max(options: &ImpactOptions) -> usize {
    let (in_text, in_page) = LARGEST;
    options.largest.unwrap_or(match options.format {
        ImpactFormat::Table | ImpactFormat::Json => in_text,
        ImpactFormat::Html => in_page,
    })
}

fn sides(options: &ImpactOptions) -> Result<Sides, Error> {
    Ok(Sides {
        before: Rules::load(options.before.as_deref(), options.as_of)?,
        after: Rules::load(Some(&options.after), options.as_of)?,
    })
}

fn of_policies(options: &ImpactOptions, changes: &mut Changes) -> Result<Impact, Error> {
    let sides = sides(options)?;
    let bar = progress::bar_over(&options.book);
    let book = Book::new(options.book.clone(), options.input_format)
        .under(sides.before.clone())
        .read_through(progress::wrap(bar.clone()));
    let book = if options.sort { book.sorted() } else { book };
    let impact = impact::of_policies(book, &sides, largest_max(options), &mut |difference| {
        changes.difference(difference)
    });
    bar.finish_and_clear();
    impact
}

fn of_totals(options: &ImpactOptions, changes: &mut Changes) -> Result<Impact, Error> {
    let before = options.before.as_deref().unwrap_or(Path::new("-"));
    for path in [before, &options.after] {
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
        {
            return Err(Error::Usage(format!(
                "{} is a policy, so a book is needed (name the invoices that are priced under both)",
                path.display()
            )));
        }
    }
    let changes = std::cell::RefCell::new(changes);
    impact::of_totals(
        [before, &options.after],
        largest_max(options),
        &mut |difference| changes.borrow_mut().difference(difference),
        &mut |id, before, after| changes.borrow_mut().absent(id, before, after),
    )
}

/// The file of all changes, if one is asked for.
struct Changes(Option<ListWriter<Target>>);

const COLUMNS: &[&str] = &[
    "invoice_id",
    "tier",
    "before",
    "after",
    "difference",
    "rules",
];

/// A change as it is listed.
#[derive(Serialize)]
struct Row<'a> {
    invoice_id: &'a str,
    tier: Option<&'a str>,
    before: Option<Units>,
    after: Option<Units>,
    difference: Option<Units>,
    rules: &'a str,
}

impl<'a> Row<'a> {
    fn of(difference: &'a Difference, rules: &'a str) -> Self {
        Self {
            invoice_id: &difference.invoice_id,
            tier: difference.tier.as_deref(),
            before: Some(difference.before),
            after: Some(difference.after),
            difference: Some(difference.amount),
            rules,
        }
    }
}

impl Changes {
    fn create(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let format = match InputFormat::of_extension(path) {
            Some(InputFormat::Ndjson) => ListFormat::Ndjson,
            Some(InputFormat::Json) => ListFormat::Json,
            None | Some(InputFormat::Csv) => ListFormat::Csv,
            Some(_) => {
                let file = path.display();
                return Err(Error::Usage(format!(
                    "changes are not written as {file} says (allowed: .csv, .ndjson, .json)"
                )));
            }
        };
        Ok(Self(Some(ListWriter::new(
            Target::create(path)?,
            format,
            COLUMNS,
        ))))
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Error> {
        self.row(&Row::of(difference, &difference.rules()))
    }

    fn absent(
        &mut self,
        id: &str,
        before: Option<Units>,
        after: Option<Units>,
    ) -> Result<(), Error> {
        self.row(&Row {
            invoice_id: id,
            tier: None,
            before,
            after,
            difference: None,
            rules: "",
        })
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Error> {
        let Some(writer) = &mut self.0 else {
            return Ok(());
        };
        let text = |units: Option<Units>| units.map(|units| units.to_string()).unwrap_or_default();
        let amounts = [row.before, row.after, row.difference].map(text);
        let tier = row.tier.unwrap_or_default();
        let cells = [
            row.invoice_id,
            tier,
            &amounts[0],
            &amounts[1],
            &amounts[2],
            row.rules,
        ];
        writer
            .row(&cells, row)
            .map_err(|error| Error::io("writing", "the changes", error))
    }

    fn publish(self) -> Result<(), Error> {
        let Some(writer) = self.0 else {
            return Ok(());
        };
        let target = writer.finish();
        target
            .map_err(|error| Error::io("writing", "the changes", error))?
            .publish()
    }
}
