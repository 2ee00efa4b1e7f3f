//! A document for its reader: text, Markdown, a page that prints, UBL, or Ledgerly's own JSON.

use minijinja::{AutoEscape, Environment};
use pricing::{DocumentKind, Invoice, Party, PricingEngine, PricingError, Quote};
use serde::Serialize;

use crate::ubl::{self, UblError};
use crate::write::{Row, RowsError, document_rows, document_table, invoice_rows, printable};

/// The forms in which a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Aligned text
    Text,
    /// Markdown
    Markdown,
    /// A page of its own that prints on paper or into a PDF
    Html,
    /// XML, UBL 2.1 in the shape of EN 16931
    Ubl,
    /// The document as Ledgerly reads it
    Json,
    /// The same as rows of a book, one line item a row
    Csv,
}

/// The templates' names.
const HTML: &str = "invoice.html";
const MARKDOWN: &str = "invoice.md";

/// Why a document cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// It has no price.
    #[error(transparent)]
    Pricing(#[from] PricingError),
    /// The norm cannot express it.
    #[error(transparent)]
    Ubl(#[from] UblError),
    /// The text could not be made.
    #[error("writing the document failed: {0}")]
    Template(#[from] minijinja::Error),
    /// Rows cannot hold it.
    #[error(transparent)]
    Csv(#[from] RowsError),
    /// The JSON could not be made.
    #[error("writing the document failed: {0}")]
    Json(#[from] serde_json::Error),
}

/// `invoice`, priced by `engine`, in the form that is asked for.
pub fn render(
    invoice: &Invoice,
    engine: &PricingEngine,
    form: Form,
) -> Result<String, RenderError> {
    let quote = engine.quote(invoice)?;
    Ok(match form {
        Form::Text => text(invoice, &quote),
        Form::Markdown => templated(MARKDOWN, invoice, &quote, engine)?,
        Form::Html => templated(HTML, invoice, &quote, engine)?,
        Form::Ubl => ubl::document(invoice, engine)?,
        Form::Json => serde_json::to_string_pretty(invoice)? + "\n",
        Form::Csv => invoice_rows(invoice)?,
    })
}

fn text(invoice: &Invoice, quote: &Quote) -> String {
    let parties = parties(invoice).into_iter();
    let parties = parties.map(|party| (party.role, party.lines.join(", ")));
    let terms = Some(invoice.payment_terms()).filter(|terms| !terms.is_empty());
    let terms = terms.map(|terms| ("Payment terms", terms.to_owned()));
    let facts = facts(invoice).into_iter().chain(parties).chain(terms);
    let facts = facts.map(|(name, value)| format!("{name}: {}", printable(&value)));
    let note = invoice
        .note()
        .lines()
        .map(|line| printable(line).into_owned());
    let (head, note): (Vec<String>, Vec<String>) = (facts.collect(), note.collect());
    let parts = [head.join("\n"), document_table(quote), note.join("\n")];
    let parts = parts.iter().map(|part| part.trim_end());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("\n\n") + "\n"
}

/// What a template shows.
#[derive(Serialize)]
struct Page<'a> {
    kind: &'static str,
    id: &'a str,
    currency: String,
    facts: Vec<(&'static str, String)>,
    parties: Vec<Role>,
    lines: Vec<Line>,
    steps: Vec<Row>,
    taxes: Vec<Tax>,
    payment_terms: &'a str,
    note: &'a str,
    policy: String,
    rounding: String,
}

#[derive(Serialize)]
struct Role {
    role: &'static str,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    /// Where the name is another text.
    sku: String,
    tax: String,
    quantity: String,
    unit_price: String,
    amount: String,
    parts: Vec<Row>,
}

#[derive(Serialize)]
struct Tax {
    code: String,
    rate: String,
    base: String,
    amount: String,
}

fn templated(
    name: &str,
    invoice: &Invoice,
    quote: &Quote,
    engine: &PricingEngine,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| match name {
        HTML => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.add_filter("css", |text: String| css_text(&text));
    environment.add_filter("md", |text: String| markdown_text(&text));
    environment.add_template(HTML, include_str!("../templates/invoice.html"))?;
    environment.add_template(MARKDOWN, include_str!("../templates/invoice.md"))?;
    let rendered = environment
        .get_template(name)?
        .render(minijinja::value::Serde(page(invoice, quote, engine)))?;
    Ok(rendered.trim_end().to_owned() + "\n")
}

fn page<'a>(invoice: &'a Invoice, quote: &Quote, engine: &PricingEngine) -> Page<'a> {
    let lines = invoice
        .items()
        .iter()
        .zip(&quote.lines)
        .map(|(item, quoted)| {
            let (amount, parts) = document_rows::line(quoted);
            let name = [item.description(), item.sku(), "line item"];
            let name = name.into_iter().find(|name| !name.is_empty());
            let name = name.unwrap_or_default();
            let sku = Some(item.sku()).filter(|sku| *sku != name);
            Line {
                name: name.to_owned(),
                sku: sku.unwrap_or_default().to_owned(),
                tax: item.tax().to_string(),
                quantity: format!("{} {}", item.quantity(), item.unit())
                    .trim_end()
                    .to_owned(),
                unit_price: item.unit_price().to_string(),
                amount,
                parts,
            }
        });
    let several = quote.taxes.len() > 1;
    let taxes = quote.taxes.iter().filter(|_| several).map(|tax| Tax {
        code: tax.code.clone(),
        rate: tax.rate.to_string(),
        base: tax.base.to_string(),
        amount: tax.amount.to_string(),
    });
    Page {
        kind: kind(quote.kind),
        id: invoice.invoice_id(),
        currency: quote
            .currency
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        facts: facts(invoice),
        parties: parties(invoice),
        lines: lines.collect(),
        // The taxes have a table of their own.
        steps: document_rows::steps_of_document(quote)
            .into_iter()
            .filter(|row| !row.amount.is_empty())
            .collect(),
        taxes: taxes.collect(),
        payment_terms: invoice.payment_terms(),
        note: invoice.note(),
        policy: quote.policy.to_string(),
        rounding: engine.policy().rounding().to_string(),
    }
}

fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Invoice => "Invoice",
        DocumentKind::CreditNote => "Credit note",
    }
}

fn facts(invoice: &Invoice) -> Vec<(&'static str, String)> {
    let facts = [
        ("Issued", invoice.issue_date().map(|day| day.to_string())),
        ("Due", invoice.due_date().map(|day| day.to_string())),
        ("Credits", invoice.credits().map(str::to_owned)),
        ("Preceding", preceding(invoice)),
    ];
    let given = facts.into_iter();
    given
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The invoices before this one, each with its day.
fn preceding(invoice: &Invoice) -> Option<String> {
    let listed = invoice.preceding_invoices().iter();
    let listed = listed.map(|one| match one.issue_date {
        Some(day) => format!("{} of {day}", one.invoice_id),
        None => one.invoice_id.clone(),
    });
    let listed: Vec<String> = listed.collect();
    (!listed.is_empty()).then(|| listed.join(", "))
}

fn parties(invoice: &Invoice) -> Vec<Role> {
    let role = |role, party: Option<&Party>| {
        let party = party?;
        let city = format!("{} {}", party.postal_code, party.city);
        let lines = [
            &party.name,
            &party.street,
            city.trim(),
            &party.country,
            &party.tax_id,
        ];
        let lines = lines.into_iter().filter(|line| !line.is_empty());
        Some(Role {
            role,
            lines: lines.map(str::to_owned).collect(),
        })
    };
    let both = [role("From", invoice.seller()), role("To", invoice.buyer())];
    both.into_iter().flatten().collect()
}

/// A text as it stands between quotes in a style sheet: what could end it by its number.
fn css_text(text: &str) -> minijinja::Value {
    let escaped = text.chars().map(|char| {
        if char.is_alphanumeric() || " -_./".contains(char) {
            char.to_string()
        } else {
            format!("\\{:x} ", u32::from(char))
        }
    });
    minijinja::Value::from_safe_string(escaped.collect())
}

/// A text as it stands in Markdown: nothing in it is a mark, and no line ends a table's row.
fn markdown_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() {
            escaped.push(' ');
            continue;
        }
        if "\\`*_{}[]<>#|&~".contains(char) {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}
