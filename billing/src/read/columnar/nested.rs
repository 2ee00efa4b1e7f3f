//! Line items that stand in lists, and the names of line items, which may come behind the rest.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};

use super::cells::Texts;
use super::chunk::Chunk;
use super::layout::wrong_type;
use super::open::damaged;

impl Chunk {
    /// Takes the names of the items from what `batch_of` reads, given how many rows stand before the
    /// chunk and are in it; once.
    pub(super) fn name_items(
        &self,
        batch_of: impl FnOnce(usize, usize) -> Result<Option<RecordBatch>, String>,
    ) -> Result<(), String> {
        if self.skus.get().is_some() {
            return Ok(());
        }
        let before = usize::try_from(self.first_row - 1).map_err(|error| error.to_string())?;
        let names = match batch_of(before, self.rows())? {
            None => None,
            Some(batch) => {
                let (array, items) = match batch.column_by_name("items") {
                    None => (batch.column(0).clone(), None),
                    Some(items) => {
                        let (item, ranges) = unnested(items)?;
                        (item.column(0).clone(), Some(ranges))
                    }
                };
                let names = Texts::of(&array);
                let names = names.ok_or_else(|| wrong_type("sku", array.data_type()))?;
                // They were decoded apart, so damage may have made another number of them.
                if items != self.items || names.len() != self.unit_prices.len() {
                    return Err(damaged("some columns have more rows than others"));
                }
                Some(names)
            }
        };
        self.skus.get_or_init(|| names);
        Ok(())
    }

    /// The first line item of a row; behind the last row, the one behind the last item.
    #[inline]
    pub(super) fn first_item(&self, row: usize) -> usize {
        match &self.items {
            None => row,
            Some(items) => match items.get(row) {
                Some(items) => items.start,
                None => items.last().map_or(0, |items| items.end),
            },
        }
    }
}

/// The items of a column of lists, and where those of each row stand.
pub(super) fn unnested(column: &ArrayRef) -> Result<(StructArray, Vec<Range<usize>>), String> {
    let (values, ranges): (ArrayRef, Vec<Range<usize>>) =
        if let Some(lists) = column.as_list_opt::<i32>() {
            let ends = lists.offsets().windows(2);
            let range = |ends: &[i32]| index(ends[0].into())..index(ends[1].into());
            (lists.values().clone(), ends.map(range).collect())
        } else if let Some(lists) = column.as_list_opt::<i64>() {
            let ends = lists.offsets().windows(2);
            let range = |ends: &[i64]| index(ends[0])..index(ends[1]);
            (lists.values().clone(), ends.map(range).collect())
        } else {
            return Err(wrong_type("items", column.data_type()));
        };
    let items = values.as_struct_opt().cloned();
    let items = items.ok_or_else(|| wrong_type("items", column.data_type()))?;
    // A list that is absent may stand over items that do not count.
    let ranges = ranges.into_iter().enumerate();
    let ranges = ranges.map(|(row, range)| if column.is_valid(row) { range } else { 0..0 });
    Ok((items, ranges.collect()))
}

/// Offsets are never below zero: Arrow checks them.
fn index(offset: i64) -> usize {
    usize::try_from(offset).unwrap_or(0)
}
