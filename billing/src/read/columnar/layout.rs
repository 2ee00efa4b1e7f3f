//! Which columns a Parquet or Arrow input has, found by their names, and whether their types can hold
//! what is meant.

use arrow_schema::{DataType, Field, Fields, Schema};

use crate::suggest;

/// How invoices stand in the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum Layout {
    /// One row a line item, as in CSV.
    Flat,
    /// One row an invoice, its items in a list.
    Nested,
}

const HEAD: [&str; 4] = ["invoice_id", "tier", "loyalty_member", "days_overdue"];
const ITEM: [&str; 3] = ["sku", "unit_price", "quantity"];
const ITEMS: &str = "items";

impl Layout {
    /// The layout of `schema`, or what is wrong with its columns.
    pub(in crate::read) fn of(schema: &Schema) -> Result<Self, String> {
        let is_nested = schema.fields().iter().any(|field| field.name() == ITEMS);
        if !is_nested {
            check("", schema.fields(), &[&HEAD[..], &ITEM].concat())?;
            return Ok(Self::Flat);
        }
        check("", schema.fields(), &[&HEAD[..], &[ITEMS]].concat())?;
        let items = schema.field_with_name(ITEMS).map(Field::data_type);
        match items {
            Ok(DataType::List(item) | DataType::LargeList(item)) => match item.data_type() {
                DataType::Struct(fields) => check("items.", fields, &ITEM)?,
                other => return Err(wrong_type(ITEMS, other)),
            },
            Ok(other) => return Err(wrong_type(ITEMS, other)),
            Err(error) => return Err(error.to_string()),
        }
        Ok(Self::Nested)
    }

    pub(super) fn is_nested(self) -> bool {
        self == Self::Nested
    }
}

/// Holds the names and types of `fields` against those that are known.
fn check(prefix: &str, fields: &Fields, known: &[&str]) -> Result<(), String> {
    for (index, field) in fields.iter().enumerate() {
        let name = field.name();
        let full = format!("{prefix}{name}");
        if !known.contains(&name.as_str()) {
            let remedy = suggest::remedy(name, known);
            return Err(format!("unknown column {full:?} ({remedy})"));
        }
        if fields[..index].iter().any(|other| other.name() == name) {
            return Err(format!("column {full:?} stands twice (give it once)"));
        }
        if name != ITEMS && !can_hold(name, field.data_type()) {
            return Err(wrong_type(&full, field.data_type()));
        }
    }
    let is_missing = |name: &&&str| **name != "sku" && fields.find(name).is_none();
    match known.iter().find(is_missing) {
        None => Ok(()),
        Some(name) => Err(format!(
            "column \"{prefix}{name}\" is missing (the columns are {})",
            known.join(", ")
        )),
    }
}

/// Whether a column of this name may have this type.
pub(super) fn can_hold(name: &str, data_type: &DataType) -> bool {
    let is_text = match data_type {
        DataType::Dictionary(_, values) => is_text(values),
        other => is_text(other),
    };
    let is_whole = data_type.is_integer();
    match name {
        "loyalty_member" => is_text || *data_type == DataType::Boolean,
        "days_overdue" | "unit_price" | "quantity" => is_text || is_whole || data_type.is_decimal(),
        _ => is_text || is_whole,
    }
}

fn is_text(data_type: &DataType) -> bool {
    use DataType::{LargeUtf8, Utf8, Utf8View};
    matches!(data_type, Utf8 | LargeUtf8 | Utf8View)
}

/// That a column is of a type that cannot hold what is meant, and what can.
pub(super) fn wrong_type(name: &str, data_type: &DataType) -> String {
    let allowed = match name.rsplit('.').next().unwrap_or(name) {
        "unit_price" | "quantity" | "total" if data_type.is_floating() => {
            return format!(
                "column {name:?} holds binary floats ({data_type}), in which an amount such as 0.10 is \
                 not exact (write it as decimal, integer or text; such as CAST({name} AS DECIMAL(18, 4)))"
            );
        }
        "unit_price" | "quantity" | "total" => "decimal, integer or text",
        "days_overdue" => "integer",
        "loyalty_member" => "boolean",
        "items" => "a list of structures with sku, unit_price and quantity",
        _ => "text",
    };
    format!("column {name:?} has the type {data_type} (allowed: {allowed})")
}
