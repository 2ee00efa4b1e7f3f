//! The cells of one column, taken from its pages batch by batch.

use super::file_pages::{FilePages, Page, Values};
use super::{Unusual, Usual};

/// Cells that are collected until a batch is full.
pub(super) trait Cells {
    /// What they are collected to.
    type Taken;

    /// Takes the values that the keys of the pages to come stand for.
    fn set_dictionary(&mut self, page: &[u8], count: usize) -> Usual<()>;

    /// Adds `count` cells that stand in the page itself, `taken` of it having been added before. The
    /// first of them begins at `at`, which moves on where they differ in length.
    fn add_plain(&mut self, page: &[u8], at: &mut usize, taken: usize, count: usize) -> Usual<()>;

    /// Adds the cells that these keys of the dictionary stand for.
    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()>;

    /// The cells that were added.
    fn take(&mut self) -> Usual<Self::Taken>;
}

/// So many keys are looked up at a time: they stay in the processor's nearest cache, and are whole groups
/// of packed ones.
const KEYS: usize = 2048;

/// A column.
pub(super) struct Column<C> {
    pages: FilePages,
    values: Values,
    keys: Box<[u32; KEYS]>,
    cells: C,
}

impl<C: Cells> Column<C> {
    pub(super) fn new(pages: FilePages, cells: C) -> Self {
        Self {
            pages,
            values: Values::default(),
            keys: Box::new([0; KEYS]),
            cells,
        }
    }

    /// The cells of the next `rows` rows.
    pub(super) fn next(&mut self, rows: usize) -> Usual<C::Taken> {
        let mut left = rows;
        while left > 0 {
            let count = left.min(self.values.left());
            if count == 0 {
                self.turn_page()?;
                continue;
            }
            self.add(count)?;
            left -= count;
        }
        self.cells.take()
    }

    fn turn_page(&mut self) -> Usual<()> {
        let done = std::mem::take(&mut self.values);
        match self.pages.next(done.bytes)?.ok_or(Unusual)? {
            Page::Values(values) => self.values = values,
            Page::Dictionary(page, count) => {
                self.cells.set_dictionary(&page, count)?;
                self.values.bytes = page;
            }
        }
        Ok(())
    }

    fn add(&mut self, count: usize) -> Usual<()> {
        let values = &mut self.values;
        match &mut values.keys {
            None => {
                let (page, taken) = (&values.bytes[..], values.taken);
                self.cells.add_plain(page, &mut values.at, taken, count)?;
            }
            Some(keys) => {
                let mut left = count;
                while left > 0 {
                    let read = &mut self.keys[..left.min(KEYS)];
                    keys.read(&values.bytes, read)?;
                    self.cells.add_keyed(read)?;
                    left -= read.len();
                }
            }
        }
        values.taken += count;
        Ok(())
    }
}
