//! Lists of totals as columns: `invoice_id` and `total` of a Parquet file or an Arrow stream.

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use pricing::AmountError;
use rust_decimal::Decimal;

use super::cells::{Amounts, Texts};
use super::layout::{can_hold, wrong_type};
use super::open::Batches;

/// The totals of a list, row by row.
pub(in crate::read) struct TotalColumns {
    batches: Batches<()>,
    chunk: Option<Chunk>,
    row: usize,
    /// Rows before the chunk.
    rows_before: u64,
}

struct Chunk {
    ids: Texts,
    totals: Amounts,
    rows: usize,
}

/// A row, its number from 1, and what stands in it.
pub(in crate::read) struct TotalRow {
    pub(in crate::read) row: u64,
    pub(in crate::read) invoice_id: String,
    /// `None` where there is none.
    pub(in crate::read) total: Result<Option<Decimal>, AmountError>,
}

/// Whether `schema` has the columns of a list of totals.
pub(in crate::read) fn total_columns(schema: &Schema) -> Result<(), String> {
    for (name, like) in [("invoice_id", "invoice_id"), ("total", "unit_price")] {
        let field = schema.field_with_name(name).map_err(|_| {
            format!(
                "column {name:?} is missing (a list of totals has the columns invoice_id and total)"
            )
        })?;
        if !can_hold(like, field.data_type()) {
            return Err(wrong_type(name, field.data_type()));
        }
    }
    Ok(())
}

impl TotalColumns {
    pub(in crate::read) fn new(batches: Batches<()>) -> Self {
        Self {
            batches,
            chunk: None,
            row: 0,
            rows_before: 0,
        }
    }

    /// The next row; `None` at the end.
    pub(in crate::read) fn next(&mut self) -> Result<Option<TotalRow>, String> {
        loop {
            if let Some(chunk) = &self.chunk {
                if self.row < chunk.rows {
                    self.row += 1;
                    return Ok(Some(TotalRow {
                        row: self.rows_before + self.row as u64,
                        invoice_id: chunk.ids.get(self.row - 1).unwrap_or_default().to_owned(),
                        total: chunk.total(self.row - 1),
                    }));
                }
                self.rows_before += chunk.rows as u64;
            }
            self.row = 0;
            self.chunk = match self.batches.next() {
                Some(batch) => Some(Chunk::of_batch(&batch?)?),
                None => return Ok(None),
            };
        }
    }
}

impl Chunk {
    /// The total of a row; the column's own places say nothing of the currency's.
    fn total(&self, row: usize) -> Result<Option<Decimal>, AmountError> {
        let total = self.totals.get(row)?;
        Ok(total.map(|total| total.normalize()))
    }

    fn of_batch(batch: &RecordBatch) -> Result<Self, String> {
        let column = |name: &str| {
            let column = batch.column_by_name(name);
            column.ok_or_else(|| format!("column {name:?} is missing"))
        };
        let (ids, totals) = (column("invoice_id")?, column("total")?);
        Ok(Self {
            ids: Texts::of(ids).ok_or_else(|| wrong_type("invoice_id", ids.data_type()))?,
            totals: Amounts::of(totals).ok_or_else(|| wrong_type("total", totals.data_type()))?,
            rows: batch.num_rows(),
        })
    }
}
