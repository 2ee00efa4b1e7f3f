//! A quote for people: each step with its reason.

use pricing::{DocumentKind, Quote, QuotedLine};

use super::document_rows::{Row, line, steps, steps_of_document};
use super::text::{Align, aligned, printable};

/// The quote as aligned text, ending with a line end.
#[must_use]
pub fn quote_table(quote: &Quote) -> String {
    table(quote, steps(quote))
}

/// The same without what the customer does not earn or owe.
pub(crate) fn document_table(quote: &Quote) -> String {
    table(quote, steps_of_document(quote))
}

fn table(quote: &Quote, steps: Vec<Row>) -> String {
    let mut rows: Vec<Vec<String>> = quote.lines.iter().flat_map(line_rows).collect();
    rows.extend(steps.into_iter().map(cells));
    title(quote) + &aligned(rows, &[Align::Left, Align::Right, Align::Left])
}

/// What the document is, and in which currency.
pub(super) fn title(quote: &Quote) -> String {
    let kind = match quote.kind {
        DocumentKind::Invoice => "Invoice",
        DocumentKind::CreditNote => "Credit note",
    };
    let currency = quote.currency.map(|currency| format!(", {currency}"));
    let id = printable(&quote.invoice_id);
    format!("{kind} {id}{}\n\n", currency.unwrap_or_default())
}

/// A line item, and under it what its discounts and charges make of it.
fn line_rows(quoted: &QuotedLine) -> Vec<Vec<String>> {
    let name = if quoted.sku.is_empty() {
        "line item"
    } else {
        &quoted.sku
    };
    let factors = format!("{} × {}", quoted.quantity, quoted.unit_price);
    let (amount, parts) = line(quoted);
    let first = vec![name.to_owned(), amount, factors];
    let parts = parts.into_iter().map(|part| {
        cells(Row {
            name: format!("  {}", part.name),
            ..part
        })
    });
    std::iter::once(first).chain(parts).collect()
}

fn cells(row: Row) -> Vec<String> {
    vec![row.name, row.amount, row.reason]
}
