//! One batch of columns with the meaning of its cells.

use std::cell::OnceCell;
use std::ops::Range;

use arrow_array::{Array, ArrayRef, RecordBatch};
use rust_decimal::Decimal;

use super::cells::{Amounts, Flags, Texts};
use super::layout::{Layout, wrong_type};
use super::nested::unnested;
use super::pages::FlatCells;
use super::{Head, Item, Piece};

/// What is wrong with one row.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) row: u64,
    pub(super) field: String,
    pub(super) problem: String,
}

/// A batch.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The number of its first row in the input.
    pub(super) first_row: u64,
    rows: usize,
    pub(super) ids: Texts,
    pub(super) tiers: Texts,
    pub(super) members: Flags,
    pub(super) days: Amounts,
    /// Read when they are asked for; `None` where the input has none.
    pub(super) skus: OnceCell<Option<Texts>>,
    pub(super) unit_prices: Amounts,
    pub(super) quantities: Amounts,
    /// Where the items of each row begin and end; `None` when each row is an item.
    pub(super) items: Option<Vec<Range<usize>>>,
}

impl Fault {
    pub(super) fn new(row: u64, field: &str, problem: String) -> Self {
        Self {
            row,
            field: field.to_owned(),
            problem,
        }
    }
}

impl Chunk {
    /// The batch as `layout` reads it; its first row has this number.
    pub(super) fn of_batch(
        batch: &RecordBatch,
        layout: Layout,
        first_row: u64,
    ) -> Result<Self, String> {
        let column = |name: &str| {
            let column = batch.column_by_name(name);
            column.ok_or_else(|| format!("column {name:?} is missing"))
        };
        let (item, items) = match layout {
            Layout::Flat => (None, None),
            Layout::Nested => {
                let (item, ranges) = unnested(column("items")?)?;
                (Some(item), Some(ranges))
            }
        };
        let of_item = |name: &str| match &item {
            None => column(name).cloned(),
            Some(item) => {
                let column = item.column_by_name(name).cloned();
                column.ok_or_else(|| format!("column \"items.{name}\" is missing"))
            }
        };
        let texts = |name: &str, array: &ArrayRef| {
            Texts::of(array).ok_or_else(|| wrong_type(name, array.data_type()))
        };
        let amounts = |name: &str, array: &ArrayRef| {
            Amounts::of(array).ok_or_else(|| wrong_type(name, array.data_type()))
        };
        let members = column("loyalty_member")?;
        Ok(Self {
            first_row,
            rows: batch.num_rows(),
            ids: texts("invoice_id", column("invoice_id")?)?,
            tiers: texts("tier", column("tier")?)?,
            members: Flags::of(members)
                .ok_or_else(|| wrong_type("loyalty_member", members.data_type()))?,
            days: amounts("days_overdue", column("days_overdue")?)?,
            skus: match of_item("sku") {
                Ok(array) => OnceCell::from(Some(texts("sku", &array)?)),
                Err(_) => OnceCell::new(),
            },
            unit_prices: amounts("unit_price", &of_item("unit_price")?)?,
            quantities: amounts("quantity", &of_item("quantity")?)?,
            items,
        })
    }

    /// Rows of a flat book; the first has this number.
    pub(super) fn of_cells(cells: FlatCells, first_row: u64) -> Self {
        Self {
            first_row,
            rows: cells.rows,
            ids: cells.ids,
            tiers: cells.tiers,
            members: cells.members,
            days: cells.days_overdue,
            skus: OnceCell::new(),
            unit_prices: cells.unit_prices,
            quantities: cells.quantities,
            items: None,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_nested(&self) -> bool {
        self.items.is_some()
    }

    /// The number of a row in the input, from 1.
    pub(super) fn row_number(&self, row: usize) -> u64 {
        self.first_row + row as u64
    }

    /// The number of the first row behind the chunk.
    pub(super) fn row_after(&self) -> u64 {
        self.row_number(self.rows)
    }

    pub(super) fn id(&self, row: usize) -> Option<&str> {
        self.ids.get(row)
    }

    /// The first row from `start` on that does not belong to the invoice.
    pub(super) fn end_of(&self, start: usize, belongs: impl Fn(usize) -> bool) -> usize {
        let behind = (start + 1..self.rows).find(|&row| !belongs(row));
        behind.unwrap_or(self.rows)
    }

    /// Whether a row belongs to the invoice of another; one without an identifier does.
    #[inline]
    pub(super) fn is_same_invoice(&self, first: usize, row: usize) -> bool {
        self.ids.is_same(first, row) || self.id(row).unwrap_or_default().trim().is_empty()
    }

    /// The line items of these rows.
    pub(super) fn items(&self, rows: Range<usize>) -> Range<usize> {
        match &self.items {
            None => rows,
            Some(items) => items[rows.start].clone(),
        }
    }

    pub(super) fn head(&self, row: usize) -> Result<Head, Fault> {
        Ok(Head {
            invoice_id: self.text(&self.ids, row, "invoice_id")?,
            tier: self.text(&self.tiers, row, "tier")?,
            loyalty_member: self.flag(row)?,
            days_overdue: self.days_overdue(row)?,
        })
    }

    /// Whether two rows repeat the same invoice, all cells being there.
    #[inline]
    pub(super) fn is_same_head(&self, first: usize, row: usize) -> bool {
        self.ids.is_same(first, row)
            && self.tiers.is_same(first, row)
            && matches!((self.members.get(first), self.members.get(row)), (Ok(one), Ok(two)) if one == two)
            && self.days.fixed(first) == self.days.fixed(row)
    }

    /// Holds a row against the invoice that it belongs to.
    pub(super) fn check_agreement(&self, row: usize, head: &Head, first: u64) -> Result<(), Fault> {
        let id = self.id(row).unwrap_or_default();
        if id.trim().is_empty() && !head.invoice_id.trim().is_empty() {
            let problem = "the identifier is empty (repeat it in every row of the invoice)";
            return Err(self.fault(row, "invoice_id", problem.to_owned()));
        }
        let other = self.head(row)?;
        let differing = if other.tier != head.tier {
            (
                "tier",
                format!("{:?}", other.tier),
                format!("{:?}", head.tier),
            )
        } else if other.loyalty_member != head.loyalty_member {
            let (here, there) = (other.loyalty_member, head.loyalty_member);
            ("loyalty_member", here.to_string(), there.to_string())
        } else if other.days_overdue != head.days_overdue {
            let (here, there) = (other.days_overdue, head.days_overdue);
            ("days_overdue", here.to_string(), there.to_string())
        } else {
            return Ok(());
        };
        let (field, here, there) = differing;
        let problem = format!(
            "{here} differs from {there} in row {first} (all rows of invoice {:?} must agree)",
            head.invoice_id
        );
        Err(self.fault(row, field, problem))
    }

    pub(super) fn item(&self, item: usize) -> Result<Item, Fault> {
        Ok(Item {
            sku: self.sku(item).unwrap_or_default().to_owned(),
            unit_price: self.amount(&self.unit_prices, item, "unit_price")?,
            quantity: self.amount(&self.quantities, item, "quantity")?,
        })
    }

    pub(super) fn sku(&self, item: usize) -> Option<&str> {
        self.skus.get()?.as_ref()?.get(item)
    }

    /// The text of a cell as a rejected record shows it.
    pub(super) fn cell(&self, field: &str, row: usize) -> Option<String> {
        match field {
            "invoice_id" => self.ids.get(row).map(str::to_owned),
            "tier" => self.tiers.get(row).map(str::to_owned),
            "loyalty_member" => match self.members.get(row) {
                Ok(flag) => flag.map(|flag| flag.to_string()),
                Err(text) => Some(text),
            },
            "days_overdue" => self.days.text(row),
            "unit_price" => self.unit_prices.text(row),
            "quantity" => self.quantities.text(row),
            _ => self.sku(row).map(str::to_owned),
        }
    }

    /// A fault in a field of an item, with the row in which it stands.
    pub(super) fn fault_of_item(&self, item: usize, field: &str, problem: String) -> Fault {
        match &self.items {
            None => self.fault(item, field, problem),
            Some(items) => {
                let row = items
                    .iter()
                    .position(|items| items.contains(&item))
                    .unwrap_or(0);
                let index = item - items.get(row).map_or(0, |items| items.start);
                self.fault(row, &format!("items[{index}].{field}"), problem)
            }
        }
    }

    fn fault(&self, row: usize, field: &str, problem: String) -> Fault {
        Fault::new(self.row_number(row), field, problem)
    }

    fn text(&self, texts: &Texts, row: usize, field: &str) -> Result<String, Fault> {
        let text = texts.get(row).map(str::to_owned);
        text.ok_or_else(|| self.fault(row, field, missing("a text")))
    }

    fn flag(&self, row: usize) -> Result<bool, Fault> {
        let flag = self.members.get(row).map_err(|text| {
            let problem = format!("{text:?} is neither true nor false (allowed: true, false)");
            self.fault(row, "loyalty_member", problem)
        })?;
        flag.ok_or_else(|| self.fault(row, "loyalty_member", missing("true or false")))
    }

    fn days_overdue(&self, row: usize) -> Result<i64, Fault> {
        let allowed = format!("whole days from 0 to {}", u32::MAX);
        let Some(text) = self.days.text(row) else {
            return Err(self.fault(row, "days_overdue", missing(&allowed)));
        };
        text.parse().map_err(|_| {
            let problem = format!("{text:?} is not a number of days (allowed: {allowed})");
            self.fault(row, "days_overdue", problem)
        })
    }

    fn amount(&self, amounts: &Amounts, item: usize, field: &str) -> Result<Decimal, Fault> {
        match amounts.get(item) {
            Ok(Some(amount)) => Ok(amount),
            Ok(None) => {
                Err(self.fault_of_item(item, field, missing("a decimal number such as 40.00")))
            }
            Err(error) => Err(self.fault_of_item(item, field, error.to_string())),
        }
    }
}

fn missing(allowed: &str) -> String {
    format!("the value is missing (allowed: {allowed})")
}

impl Piece {
    /// The fields of a rejected record that are told once.
    pub(super) const HEAD: [&'static str; 4] =
        ["invoice_id", "tier", "loyalty_member", "days_overdue"];
}
