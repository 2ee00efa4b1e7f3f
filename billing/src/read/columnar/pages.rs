//! The pages of a flat book, decoded straight into what the kernel takes: words for numbers, and each
//! identifier once for all rows that repeat it. Decoding the cells one by one, as the library does for
//! any schema, takes twice as long.
//!
//! What is unusual ends it (a cell that is absent, an encoding that few writers choose, damage): the
//! library's reader goes on from there, and says what is wrong if anything is.

mod ahead;
mod bits;
mod column;
mod dictionary;
mod file_pages;
mod hybrid;
mod names;
mod runs;
mod unpack;
mod words;

use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Type;
use parquet::schema::types::ColumnDescriptor;

use super::cells::{Amounts, Flags, Texts};
use super::shared_file::SharedFile;
use bits::Bits;
use column::{Cells, Column};
use file_pages::FilePages;
use names::Names;
use runs::Runs;
use words::{Stored, Words};

/// Something that is not read here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unusual;

type Usual<T> = Result<T, Unusual>;

/// Rows of a flat book without the names of the items.
#[derive(Debug)]
pub(super) struct FlatCells {
    pub(super) rows: usize,
    pub(super) ids: Texts,
    pub(super) tiers: Texts,
    pub(super) members: Flags,
    pub(super) days_overdue: Amounts,
    pub(super) unit_prices: Amounts,
    pub(super) quantities: Amounts,
}

/// The columns of a file without those that no total needs.
pub(super) struct PageDecoder {
    ids: Column<Runs>,
    tiers: Column<Names>,
    members: Column<Bits>,
    days_overdue: Column<Words>,
    unit_prices: Column<Words>,
    quantities: Column<Words>,
    /// How many rows were decoded.
    row: usize,
    rows: usize,
}

impl PageDecoder {
    /// Begins to decode `file`, if its columns are of the usual types.
    pub(super) fn of(file: &SharedFile, metadata: &ArrowReaderMetadata) -> Usual<Self> {
        let columns = Columns { file, metadata };
        let rows = metadata.metadata().file_metadata().num_rows();
        Ok(Self {
            ids: columns.column("invoice_id", |leaf| {
                leaf.is_of(&DataType::Utf8View, Type::BYTE_ARRAY)?;
                Ok(Runs::default())
            })?,
            tiers: columns.column("tier", |leaf| {
                let is_listed = matches!(leaf.data_type, DataType::Dictionary(_, _));
                let is_usual = is_listed && leaf.physical() == Type::BYTE_ARRAY;
                is_usual.then(Names::default).ok_or(Unusual)
            })?,
            members: columns.column("loyalty_member", |leaf| {
                leaf.is_of(&DataType::Boolean, Type::BOOLEAN)?;
                Ok(Bits::default())
            })?,
            days_overdue: columns.column("days_overdue", Leaf::words)?,
            unit_prices: columns.column("unit_price", Leaf::words)?,
            quantities: columns.column("quantity", Leaf::words)?,
            row: 0,
            rows: usize::try_from(rows).map_err(|_| Unusual)?,
        })
    }

    /// How many rows were decoded.
    pub(super) fn row(&self) -> usize {
        self.row
    }

    /// Whether all rows were decoded.
    pub(super) fn is_over(&self) -> bool {
        self.row == self.rows
    }

    /// The next rows, at most so many; `None` behind the last one.
    pub(super) fn next(&mut self, rows_max: usize) -> Usual<Option<FlatCells>> {
        let rows = rows_max.min(self.rows - self.row);
        if rows == 0 {
            return Ok(None);
        }
        let cells = FlatCells {
            rows,
            ids: self.ids.next(rows)?,
            tiers: self.tiers.next(rows)?,
            members: self.members.next(rows)?,
            days_overdue: self.days_overdue.next(rows)?,
            unit_prices: self.unit_prices.next(rows)?,
            quantities: self.quantities.next(rows)?,
        };
        self.row += rows;
        Ok(Some(cells))
    }
}

/// The columns of a file.
struct Columns<'f> {
    file: &'f SharedFile,
    metadata: &'f ArrowReaderMetadata,
}

/// A column, as the file describes it and as it is read.
struct Leaf<'f> {
    stored: &'f ColumnDescriptor,
    data_type: &'f DataType,
}

impl<'f> Columns<'f> {
    fn column<C: Cells>(
        &self,
        name: &str,
        cells: impl FnOnce(Leaf<'f>) -> Usual<C>,
    ) -> Usual<Column<C>> {
        let stored = self.metadata.parquet_schema().columns();
        let is_named = |column: &Arc<ColumnDescriptor>| column.path().parts() == [name];
        let leaf = stored.iter().position(is_named).ok_or(Unusual)?;
        let schema: &'f Schema = self.metadata.schema();
        let field = schema.field_with_name(name).map_err(|_| Unusual)?;
        let described = Leaf {
            stored: &stored[leaf],
            data_type: field.data_type(),
        };
        // A list or a second level of absence is nothing for here.
        if described.stored.max_rep_level() > 0 || described.stored.max_def_level() > 1 {
            return Err(Unusual);
        }
        let pages = FilePages::new(self.file, self.metadata.metadata(), leaf);
        Ok(Column::new(pages, cells(described)?))
    }
}

impl Leaf<'_> {
    fn physical(&self) -> Type {
        self.stored.physical_type()
    }

    fn is_of(&self, data_type: &DataType, physical: Type) -> Usual<()> {
        let is_usual = self.data_type == data_type && self.physical() == physical;
        is_usual.then_some(()).ok_or(Unusual)
    }

    fn words(self) -> Usual<Words> {
        use DataType::{Decimal64, Decimal128, Int8, Int16, Int32, Int64};
        let stored = match self.physical() {
            Type::INT32 => Stored::Int32,
            Type::INT64 => Stored::Int64,
            Type::FIXED_LEN_BYTE_ARRAY => Stored::big_endian(self.stored.type_length())?,
            _ => return Err(Unusual),
        };
        match (self.data_type, stored) {
            (Int8 | Int16 | Int32, Stored::Int32) | (Int64, Stored::Int64) => Words::of(stored, 0),
            (Decimal64(_, scale) | Decimal128(_, scale), _) => Words::of(stored, *scale),
            _ => Err(Unusual),
        }
    }
}

#[cfg(test)]
mod tests;
