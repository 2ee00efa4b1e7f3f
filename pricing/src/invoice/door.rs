//! The door: what was read becomes an [`Invoice`], or is refused with its field and the remedy.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Content, Invoice, LineItem, Particulars};
use crate::adjustment::Adjustment;
use crate::document::{
    DocumentKind, PrecedingInvoice, RawAdjustment, RawDocument, RawDocumentLine, RawInvoice,
    RawPrepayment,
};
use crate::error::{InvoiceError, Problem};

impl TryFrom<RawDocument> for Invoice {
    type Error = InvoiceError;

    fn try_from(raw: RawDocument) -> Result<Self, InvoiceError> {
        check_identity(&raw)?;
        let days_overdue = u32::try_from(raw.days_overdue).map_err(|_| {
            InvoiceError::at("days_overdue", Problem::DaysOverdue(raw.days_overdue))
        })?;
        let items = each("items", raw.items, LineItem::try_from)?;
        let of_document = |raw| Adjustment::accepted(raw, false);
        let discounts = each("discounts", raw.discounts, of_document)?;
        let charges = each("charges", raw.charges, of_document)?;
        let prepayments = each("prepayments", raw.prepayments, accepted_prepayment)?;
        let is_plain = items.iter().all(LineItem::is_plain)
            && discounts.is_empty()
            && charges.is_empty()
            && prepayments.is_empty();
        let particulars = Particulars {
            seller: raw.seller,
            buyer: raw.buyer,
            preceding_invoices: each("preceding_invoices", raw.preceding_invoices, accepted_id)?,
            payment_terms: raw.payment_terms,
        };
        let are_given = particulars != Particulars::default();
        Ok(Self(Arc::new(Content {
            invoice_id: raw.invoice_id,
            tier: raw.tier,
            loyalty_member: raw.loyalty_member,
            days_overdue,
            kind: raw.kind,
            credits: raw.credits,
            issue_date: raw.issue_date,
            due_date: raw.due_date,
            currency: raw.currency,
            prices_include_tax: raw.prices_include_tax,
            particulars: are_given.then(|| Box::new(particulars)),
            note: raw.note,
            items,
            discounts,
            charges,
            prepayments,
            payable_rounding: raw.payable_rounding,
            is_plain,
        })))
    }
}

impl TryFrom<RawInvoice> for Invoice {
    type Error = InvoiceError;

    fn try_from(plain: RawInvoice) -> Result<Self, InvoiceError> {
        Self::try_from(RawDocument::from(plain))
    }
}

impl TryFrom<RawDocumentLine> for LineItem {
    type Error = InvoiceError;

    fn try_from(raw: RawDocumentLine) -> Result<Self, InvoiceError> {
        if raw.unit_price < Decimal::ZERO {
            let problem = Problem::NegativeUnitPrice(raw.unit_price);
            return Err(InvoiceError::at("unit_price", problem));
        }
        let of_line = |raw| Adjustment::accepted(raw, true);
        Ok(Self {
            discounts: each("discounts", raw.discounts, of_line)?,
            charges: each("charges", raw.charges, of_line)?,
            sku: raw.sku,
            description: raw.description,
            unit_price: raw.unit_price,
            quantity: raw.quantity,
            unit: raw.unit,
            tax: raw.tax,
        })
    }
}

impl LineItem {
    /// A plain line item; [`Problem`] says when the price is below zero.
    pub fn new(
        sku: impl Into<String>,
        unit_price: Decimal,
        quantity: Decimal,
    ) -> Result<Self, InvoiceError> {
        Self::try_from(RawDocumentLine {
            sku: sku.into(),
            unit_price,
            quantity,
            ..RawDocumentLine::default()
        })
    }

    fn is_plain(&self) -> bool {
        self.tax.is_standard() && self.discounts.is_empty() && self.charges.is_empty()
    }
}

fn check_identity(raw: &RawDocument) -> Result<(), InvoiceError> {
    if raw.invoice_id.trim().is_empty() {
        return Err(InvoiceError::at("invoice_id", Problem::EmptyId));
    }
    let Some(credited) = &raw.credits else {
        return Ok(());
    };
    let problem = if raw.kind != DocumentKind::CreditNote {
        Problem::CreditsOfInvoice
    } else if credited.trim().is_empty() {
        Problem::EmptyCredits
    } else {
        return Ok(());
    };
    Err(InvoiceError::at("credits", problem))
}

fn accepted_id(raw: PrecedingInvoice) -> Result<PrecedingInvoice, InvoiceError> {
    if raw.invoice_id.trim().is_empty() {
        return Err(InvoiceError::at("invoice_id", Problem::EmptyId));
    }
    Ok(raw)
}

fn accepted_prepayment(raw: RawPrepayment) -> Result<RawPrepayment, InvoiceError> {
    if raw.amount < Decimal::ZERO {
        let problem = Problem::NegativeAmount(raw.amount);
        return Err(InvoiceError::at("amount", problem));
    }
    Ok(raw)
}

/// Each of a list behind its door; an error's field gets the list's name and the place in it.
fn each<R, T>(
    list: &str,
    raw: Vec<R>,
    accepted: impl Fn(R) -> Result<T, InvoiceError>,
) -> Result<Vec<T>, InvoiceError> {
    let items = raw.into_iter().enumerate();
    items
        .map(|(index, item)| accepted(item).map_err(|error| error.within(list, index)))
        .collect()
}

impl From<Invoice> for RawDocument {
    fn from(invoice: Invoice) -> Self {
        let invoice = Arc::unwrap_or_clone(invoice.0);
        let particulars = invoice.particulars.map(|found| *found).unwrap_or_default();
        Self {
            invoice_id: invoice.invoice_id,
            tier: invoice.tier,
            loyalty_member: invoice.loyalty_member,
            days_overdue: invoice.days_overdue.into(),
            kind: invoice.kind,
            credits: invoice.credits,
            issue_date: invoice.issue_date,
            due_date: invoice.due_date,
            currency: invoice.currency,
            prices_include_tax: invoice.prices_include_tax,
            seller: particulars.seller,
            buyer: particulars.buyer,
            preceding_invoices: particulars.preceding_invoices,
            payment_terms: particulars.payment_terms,
            note: invoice.note,
            items: invoice
                .items
                .into_iter()
                .map(RawDocumentLine::from)
                .collect(),
            discounts: raw(invoice.discounts),
            charges: raw(invoice.charges),
            prepayments: invoice.prepayments,
            payable_rounding: invoice.payable_rounding,
        }
    }
}

impl From<LineItem> for RawDocumentLine {
    fn from(item: LineItem) -> Self {
        Self {
            sku: item.sku,
            description: item.description,
            unit_price: item.unit_price,
            quantity: item.quantity,
            unit: item.unit,
            tax: item.tax,
            discounts: raw(item.discounts),
            charges: raw(item.charges),
        }
    }
}

fn raw(adjustments: Vec<Adjustment>) -> Vec<RawAdjustment> {
    adjustments.into_iter().map(RawAdjustment::from).collect()
}
