//! Where the invoices of a batch begin.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use super::chunk::Chunk;
use super::layout::Layout;

/// Finds where invoices begin, batch after batch.
pub(crate) struct Begins {
    layout: Layout,
    /// The identifier of the last invoice.
    last: Option<String>,
}

impl Begins {
    /// Of batches with these columns, if they can be those of a book.
    pub(crate) fn of(schema: &Schema) -> Result<Self, String> {
        Ok(Self {
            layout: Layout::of(schema)?,
            last: None,
        })
    }

    /// The rows of the next batch on which an invoice begins; a row without an identifier belongs to the
    /// invoice before it.
    pub(crate) fn in_batch(&mut self, batch: &RecordBatch) -> Result<Vec<usize>, String> {
        let chunk = Chunk::of_batch(batch, self.layout, 1)?;
        if chunk.is_nested() {
            return Ok((0..chunk.rows()).collect());
        }
        let mut begins = Vec::new();
        for row in 0..chunk.rows() {
            let id = chunk.id(row).unwrap_or_default();
            let is_first = self.last.is_none();
            let owns = id.trim().is_empty() || self.last.as_deref() == Some(id);
            if is_first || !owns {
                begins.push(row);
                self.last = Some(id.to_owned());
            }
        }
        Ok(begins)
    }
}
