//! The shape of a JSON invoice: the texts between its values, learned from one invoice and expected of
//! the next.

use super::literal::Literal;
use super::values::{flag, json_days, json_number, text};

/// A field of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    InvoiceId,
    Tier,
    LoyaltyMember,
    DaysOverdue,
    Items,
}

/// A field of a line item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemField {
    Sku,
    UnitPrice,
    Quantity,
}

/// The fields in their order, each with the text before its value.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) fields: Vec<(Literal, Field)>,
    pub(super) item: ItemShape,
    /// What stands behind the last value.
    pub(super) end: Literal,
}

/// The fields of a line item in their order, each with the text before its value; for the first field
/// that is what stands at the beginning of the list.
#[derive(Debug, Default)]
pub(super) struct ItemShape {
    pub(super) fields: Vec<(Literal, ItemField)>,
    /// What stands between the last value of an item and the first value of the next.
    pub(super) between: Literal,
    /// So many letters of it stand behind its brace.
    behind_brace: usize,
    /// What stands between the last value of the last item and the end of the list.
    pub(super) end: Literal,
}

impl Shape {
    /// The shape of `record`, an invoice that the general path has read; `None` when it is not plain.
    pub(super) fn learn(record: &[u8]) -> Option<Self> {
        let mut shape = Self::default();
        let mut walk = Walk {
            record,
            at: 0,
            literal_start: 0,
        };
        walk.pass(b'{')?;
        loop {
            let field = match walk.key()? {
                b"invoice_id" => Field::InvoiceId,
                b"tier" => Field::Tier,
                b"loyalty_member" => Field::LoyaltyMember,
                b"days_overdue" => Field::DaysOverdue,
                b"items" => Field::Items,
                _ => return None,
            };
            // Each stands once: the general path refuses a field that comes again.
            if shape.fields.iter().any(|(_, known)| *known == field) {
                return None;
            }
            shape.fields.push((walk.literal(), field));
            match field {
                Field::InvoiceId | Field::Tier => walk.value(text)?,
                Field::LoyaltyMember => walk.value(flag)?,
                Field::DaysOverdue => walk.value(json_days)?,
                Field::Items => {
                    walk.literal_start = walk.at;
                    shape.item = ItemShape::learn(&mut walk)?;
                }
            }
            if walk.pass(b',').is_none() {
                break;
            }
        }
        walk.pass(b'}')?;
        shape.end = walk.literal();
        let is_whole = shape.fields.len() == 5 && walk.at == record.len();
        is_whole.then_some(shape)
    }
}

impl ItemShape {
    /// The shape of the list that begins where `walk` stands.
    fn learn(walk: &mut Walk<'_>) -> Option<Self> {
        let mut shape = Self::default();
        walk.pass(b'[')?;
        let mut count = 0;
        loop {
            walk.pass(b'{')?;
            let fields = Self::fields(walk)?;
            walk.pass(b'}')?;
            match count {
                0 => shape.fields = fields,
                1 => shape.between = fields.into_iter().next()?.0,
                _ => {}
            }
            count += 1;
            if walk.pass(b',').is_none() {
                break;
            }
        }
        walk.pass(b']')?;
        shape.end = walk.literal();
        walk.literal_start = walk.at;
        if count == 1 {
            // How several items are divided is not known yet; should this be wrong, the first invoice
            // that has them teaches it.
            let opening = shape.fields.first()?.0.bytes().get(1..)?;
            shape.between = Literal::from([b"},", opening].concat());
        }
        let between = shape.between.bytes();
        let brace = memchr::memchr(b'{', between)?;
        shape.behind_brace = between.len() - brace;
        let has = |field| shape.fields.iter().any(|(_, known)| *known == field);
        (has(ItemField::UnitPrice) && has(ItemField::Quantity)).then_some(shape)
    }

    /// Where the first value of an item stands whose brace is at `brace`.
    #[inline]
    pub(super) fn behind_brace(&self, brace: usize) -> Option<usize> {
        brace.checked_add(self.behind_brace)
    }

    fn fields(walk: &mut Walk<'_>) -> Option<Vec<(Literal, ItemField)>> {
        let mut fields = Vec::with_capacity(3);
        loop {
            let field = match walk.key()? {
                b"sku" => ItemField::Sku,
                b"unit_price" => ItemField::UnitPrice,
                b"quantity" => ItemField::Quantity,
                _ => return None,
            };
            if fields.iter().any(|(_, known)| *known == field) {
                return None;
            }
            fields.push((walk.literal(), field));
            match field {
                ItemField::Sku => walk.value(text)?,
                ItemField::UnitPrice | ItemField::Quantity => walk.value(json_number)?,
            }
            if walk.pass(b',').is_none() {
                return Some(fields);
            }
        }
    }
}

/// A walk over a record, value by value.
struct Walk<'r> {
    record: &'r [u8],
    at: usize,
    /// Behind the last value.
    literal_start: usize,
}

impl<'r> Walk<'r> {
    /// Passes white space and then `byte`.
    fn pass(&mut self, byte: u8) -> Option<()> {
        self.pass_space();
        let stands = self.record.get(self.at) == Some(&byte);
        self.at += usize::from(stands);
        stands.then_some(())
    }

    fn pass_space(&mut self) {
        let left = self.record.get(self.at..).unwrap_or_default();
        self.at += left.len() - left.trim_ascii_start().len();
    }

    /// Passes a key and its colon, up to the value.
    fn key(&mut self) -> Option<&'r [u8]> {
        self.pass_space();
        let (key, end) = text(self.record, self.at)?;
        self.at = end;
        self.pass(b':')?;
        self.pass_space();
        Some(key)
    }

    /// What was passed since the last value.
    fn literal(&self) -> Literal {
        Literal::from(self.record[self.literal_start..self.at].to_vec())
    }

    fn value<T>(&mut self, read: impl Fn(&'r [u8], usize) -> Option<(T, usize)>) -> Option<()> {
        let (_, end) = read(self.record, self.at)?;
        self.at = end;
        self.literal_start = end;
        Some(())
    }
}
