//! Adjacent rows that make one invoice.

use std::io::BufRead;

use pricing::{Invoice, RawInvoice, RawLineItem, amount};
use rust_decimal::Decimal;

use super::Fault;
use super::columns::{Column, Columns};
use super::optional::{Optional, Refused};
use crate::read::ReadInvoice;
use crate::read::rows::Rows;

/// The rows of one invoice, read so far.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Empty when the first row did not tell it.
    id: Vec<u8>,
    line: u64,
    text: Vec<u8>,
    invoice: Option<RawInvoice>,
    /// The cells of columns beyond the standard ones.
    optional: Optional,
    item_lines: Vec<u64>,
    fault: Option<Fault>,
}

/// What the rows of one invoice repeat.
#[derive(PartialEq, Eq)]
struct Head {
    tier: String,
    loyalty_member: bool,
    days_overdue: i64,
}

impl Group {
    /// Begins an invoice with the row that `rows` holds.
    pub(super) fn start<R: BufRead>(&mut self, rows: &Rows<R>, columns: &Columns) {
        self.id.clear();
        self.id.extend_from_slice(&id_cell(rows, columns));
        self.line = rows.line();
        self.text.clear();
        self.invoice = None;
        self.optional.clear();
        self.item_lines.clear();
        self.fault = None;
        self.add(rows, columns);
    }

    /// Whether the row that `rows` holds belongs to this invoice. A row that does not tell its
    /// invoice may, so it is counted here: an invoice that misses a row must not be priced.
    pub(super) fn owns<R: BufRead>(&self, rows: &Rows<R>, columns: &Columns) -> bool {
        let id = id_cell(rows, columns);
        id.trim_ascii().is_empty() || *id == *self.id
    }

    /// Adds the row that `rows` holds.
    pub(super) fn add<R: BufRead>(&mut self, rows: &Rows<R>, columns: &Columns) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(rows.text());
        if self.fault.is_none() {
            let parsed = self.parse(&Row { rows, columns });
            let parsed = parsed.and_then(|()| {
                if columns.optional.is_empty() {
                    return Ok(());
                }
                self.optional.add(rows, &columns.optional, self.line)
            });
            self.fault = parsed.err();
        }
    }

    /// Whether something is wrong with the rows so far.
    pub(super) fn has_fault(&self) -> bool {
        self.fault.is_some()
    }

    /// The rows' text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The identifier, when the rows tell it.
    pub(super) fn id(&self) -> Option<&str> {
        let id = std::str::from_utf8(&self.id).ok()?;
        (!id.is_empty()).then_some(id)
    }

    /// The invoice, or the first thing that is wrong with its rows.
    pub(super) fn finish(&mut self, columns: &Columns) -> Result<ReadInvoice, Fault> {
        match (self.fault.take(), self.invoice.take()) {
            (None, Some(raw)) => {
                let invoice = if columns.optional.is_empty() {
                    Invoice::try_from(raw).map_err(|error| Refused::from(error).into())
                } else {
                    self.optional.completed(raw, &columns.optional)
                };
                match invoice {
                    Ok(invoice) => Ok(ReadInvoice {
                        invoice,
                        line: self.line,
                    }),
                    Err(refused) => Err(self.fault_of(*refused)),
                }
            }
            (Some(fault), _) => Err(fault),
            (None, None) => Err(self.fault_of(Refused {
                path: "invoice_id".to_owned(),
                column: None,
                problem: "no row".to_owned(),
            })),
        }
    }

    fn fault_of(&self, refused: Refused) -> Fault {
        let in_items = refused.path.strip_prefix("items[");
        let (index, name) = match in_items.and_then(|path| path.split_once("].")) {
            Some((index, name)) => (index.parse().unwrap_or(0), name),
            None => (0, refused.path.as_str()),
        };
        let standard = || Column::of_name(name).map(|column| column.name().to_owned());
        Fault {
            line: self.item_lines.get(index).copied().unwrap_or(self.line),
            field: refused.column.or_else(standard),
            problem: refused.problem,
        }
    }

    fn parse<R: BufRead>(&mut self, row: &Row<'_, R>) -> Result<(), Fault> {
        row.check_shape()?;
        let id = row.text(Column::InvoiceId)?;
        let head = Head {
            tier: row.text(Column::Tier)?,
            loyalty_member: row.flag(Column::LoyaltyMember)?,
            days_overdue: row.days(Column::DaysOverdue)?,
        };
        let item = RawLineItem {
            sku: row.text(Column::Sku)?,
            unit_price: row.amount(Column::UnitPrice)?,
            quantity: row.amount(Column::Quantity)?,
        };
        if id.trim().is_empty() && self.invoice.is_some() {
            let problem = "the identifier is empty (repeat it in every row of the invoice)";
            return Err(row.fault(Some(Column::InvoiceId), problem.to_owned()));
        }
        match &mut self.invoice {
            None => self.invoice = Some(head.into_invoice(id, item)),
            Some(invoice) => {
                row.check_agreement(invoice, &head, self.line)?;
                invoice.items.push(item);
            }
        }
        self.item_lines.push(row.rows.line());
        Ok(())
    }
}

impl Head {
    fn into_invoice(self, invoice_id: String, item: RawLineItem) -> RawInvoice {
        RawInvoice {
            invoice_id,
            tier: self.tier,
            loyalty_member: self.loyalty_member,
            days_overdue: self.days_overdue,
            items: vec![item],
        }
    }
}

pub(super) fn id_cell<'a, R: BufRead>(
    rows: &'a Rows<R>,
    columns: &Columns,
) -> std::borrow::Cow<'a, [u8]> {
    let position = columns.position(Column::InvoiceId);
    position
        .and_then(|index| rows.cell(index))
        .unwrap_or_default()
}

/// A row with the meaning of its cells.
struct Row<'a, R> {
    rows: &'a Rows<R>,
    columns: &'a Columns,
}

impl<R: BufRead> Row<'_, R> {
    fn fault(&self, column: Option<Column>, problem: String) -> Fault {
        Fault {
            line: self.rows.line(),
            field: column.map(|column| column.name().to_owned()),
            problem,
        }
    }

    fn check_shape(&self) -> Result<(), Fault> {
        if let Some(fault) = self.rows.fault() {
            return Err(self.fault(None, fault.to_owned()));
        }
        let (cells, columns) = (self.rows.cell_count(), self.columns.count);
        if cells == columns {
            return Ok(());
        }
        let problem = format!(
            "the row has {cells} cells, the header {columns} (put a cell that contains a comma in quotes)"
        );
        Err(self.fault(None, problem))
    }

    fn check_agreement(
        &self,
        invoice: &RawInvoice,
        head: &Head,
        first_line: u64,
    ) -> Result<(), Fault> {
        let differing = if invoice.tier != head.tier {
            Some((
                Column::Tier,
                format!("{:?}", head.tier),
                format!("{:?}", invoice.tier),
            ))
        } else if invoice.loyalty_member != head.loyalty_member {
            let (here, there) = (head.loyalty_member, invoice.loyalty_member);
            Some((Column::LoyaltyMember, here.to_string(), there.to_string()))
        } else if invoice.days_overdue != head.days_overdue {
            let (here, there) = (head.days_overdue, invoice.days_overdue);
            Some((Column::DaysOverdue, here.to_string(), there.to_string()))
        } else {
            None
        };
        differing.map_or(Ok(()), |(column, here, there)| {
            let problem = format!(
                "{here} differs from {there} on line {first_line} (all rows of invoice {:?} must agree)",
                invoice.invoice_id
            );
            Err(self.fault(Some(column), problem))
        })
    }

    fn text(&self, column: Column) -> Result<String, Fault> {
        let cell = self
            .columns
            .position(column)
            .and_then(|at| self.rows.cell(at));
        String::from_utf8(cell.unwrap_or_default().into_owned()).map_err(|_| {
            let problem = "the text is not UTF-8 (save the file in that encoding)";
            self.fault(Some(column), problem.to_owned())
        })
    }

    fn flag(&self, column: Column) -> Result<bool, Fault> {
        let text = self.text(column)?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => {
                let problem = format!("{text:?} is neither true nor false (allowed: true, false)");
                Err(self.fault(Some(column), problem))
            }
        }
    }

    fn days(&self, column: Column) -> Result<i64, Fault> {
        let text = self.text(column)?;
        text.parse().map_err(|_| {
            let problem = format!(
                "{text:?} is not a number of days (allowed: whole days from 0 to {})",
                u32::MAX
            );
            self.fault(Some(column), problem)
        })
    }

    fn amount(&self, column: Column) -> Result<Decimal, Fault> {
        let text = self.text(column)?;
        amount::parse(&text).map_err(|error| self.fault(Some(column), error.to_string()))
    }
}
