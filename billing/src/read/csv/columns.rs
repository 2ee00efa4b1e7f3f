//! The columns of a CSV book, found by their names in the header.

use std::io::BufRead;

use super::optional::OptionalColumns;
use crate::columns;
use crate::read::records::CutError;
use crate::read::rows::Rows;
use crate::suggest;

/// A column's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    InvoiceId,
    Tier,
    LoyaltyMember,
    DaysOverdue,
    Sku,
    UnitPrice,
    Quantity,
}

impl Column {
    const ALL: [Self; 7] = [
        Self::InvoiceId,
        Self::Tier,
        Self::LoyaltyMember,
        Self::DaysOverdue,
        Self::Sku,
        Self::UnitPrice,
        Self::Quantity,
    ];

    /// The column of this name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The name in the header.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::InvoiceId => "invoice_id",
            Self::Tier => "tier",
            Self::LoyaltyMember => "loyalty_member",
            Self::DaysOverdue => "days_overdue",
            Self::Sku => "sku",
            Self::UnitPrice => "unit_price",
            Self::Quantity => "quantity",
        }
    }
}

/// Where each column stands.
#[derive(Debug)]
pub(crate) struct Columns {
    positions: [Option<usize>; Column::ALL.len()],
    /// How many cells each row must have.
    pub(super) count: usize,
    /// Those beyond the standard ones; mostly none.
    pub(super) optional: OptionalColumns,
}

impl Columns {
    /// The columns that the header names; it is the row that `rows` holds.
    pub(super) fn of_header<R: BufRead>(rows: &Rows<R>) -> Result<Self, CutError> {
        let torn = |problem: String| CutError::Torn(rows.line(), problem);
        if let Some(fault) = rows.fault() {
            return Err(torn(fault.to_owned()));
        }
        let names = Column::ALL.map(Column::name);
        let mut positions = [None; Column::ALL.len()];
        let mut optional = OptionalColumns::default();
        for index in 0..rows.cell_count() {
            let cell = rows.cell(index).unwrap_or_default();
            let name = String::from_utf8_lossy(&cell);
            let Some(known) = names.iter().position(|known| *known == name) else {
                match optional.add(&name, index) {
                    Some(added) => added.map_err(torn)?,
                    None => return Err(torn(unknown(&name, &names))),
                }
                continue;
            };
            if positions[known].replace(index).is_some() {
                return Err(torn(format!("column {name:?} stands twice (give it once)")));
            }
        }
        let columns = Self {
            positions,
            count: rows.cell_count(),
            optional,
        };
        match columns.missing() {
            None => Ok(columns),
            Some(column) => Err(torn(format!(
                "column {:?} is missing (the first row names the columns: {})",
                column.name(),
                names.join(", ")
            ))),
        }
    }

    /// Where `column` stands in a row; only `sku` may be absent, as in the other formats.
    pub(super) fn position(&self, column: Column) -> Option<usize> {
        self.positions[column as usize]
    }

    /// The columns in the order of the header; `None` when there are others than the standard ones.
    pub(crate) fn in_order(&self) -> Option<Vec<Column>> {
        if !self.optional.is_empty() {
            return None;
        }
        let mut columns = Column::ALL.to_vec();
        columns.retain(|column| self.position(*column).is_some());
        columns.sort_by_key(|column| self.position(*column));
        Some(columns)
    }

    fn missing(&self) -> Option<Column> {
        let is_missing =
            |column: &Column| *column != Column::Sku && self.position(*column).is_none();
        Column::ALL.into_iter().find(is_missing)
    }
}

fn unknown(name: &str, standard: &[&str]) -> String {
    let optional = columns::names();
    let all = standard.iter().copied();
    let all: Vec<&str> = all.chain(optional.iter().map(String::as_str)).collect();
    let meant = suggest::nearest(name, &all);
    let meant = meant.map_or(String::new(), |word| format!("did you mean {word:?}? "));
    let standard = standard.join(", ");
    format!(
        "unknown column {name:?} ({meant}allowed: {standard}, and the optional ones of ledgerly price --help)"
    )
}
