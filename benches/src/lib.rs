//! What the benchmarks measure: the worked invoice, and the naive way to price it.

use pricing::{Invoice, InvoiceError, RawInvoice, RawLineItem};
use rust_decimal::{Decimal, RoundingStrategy, dec};

/// The worked invoice: gold, member, 45 days overdue, 40 × 3 + 15 × 2.
pub fn worked_invoice() -> Result<Invoice, InvoiceError> {
    let line = |sku: &str, unit_price, quantity| RawLineItem {
        sku: sku.to_owned(),
        unit_price,
        quantity,
    };
    Invoice::try_from(RawInvoice {
        invoice_id: "INV-1".to_owned(),
        tier: "gold".to_owned(),
        loyalty_member: true,
        days_overdue: 45,
        items: vec![
            line("A", dec!(40.00), dec!(3)),
            line("B", dec!(15.00), dec!(2)),
        ],
    })
}

/// The total in plain `rust_decimal`, as one would write it without this library: operators that
/// panic on overflow and lose digits in silence, rounded once at the end.
#[must_use]
pub fn naive_total(invoice: &Invoice) -> Decimal {
    let mut amount: Decimal = invoice
        .items()
        .iter()
        .map(|item| item.unit_price() * item.quantity())
        .sum();
    amount -= amount
        * match invoice.tier() {
            "gold" => dec!(0.15),
            "silver" => dec!(0.05),
            _ => Decimal::ZERO,
        };
    if invoice.is_loyalty_member() {
        amount -= amount * dec!(0.02);
    }
    amount += amount * dec!(0.08);
    if invoice.days_overdue() > 30 {
        amount += amount * dec!(0.05);
    }
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The same with one multiplication a step: the least that plain `rust_decimal` can do.
#[must_use]
pub fn factor_total(invoice: &Invoice) -> Decimal {
    let items = invoice.items().iter();
    let mut amount: Decimal = items.map(|item| item.unit_price() * item.quantity()).sum();
    amount *= match invoice.tier() {
        "gold" => dec!(0.85),
        "silver" => dec!(0.95),
        _ => Decimal::ONE,
    };
    if invoice.is_loyalty_member() {
        amount *= dec!(0.98);
    }
    amount *= dec!(1.08);
    if invoice.days_overdue() > 30 {
        amount *= dec!(1.05);
    }
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_naive_versions_and_the_engine_agree_on_the_worked_invoice() {
        let invoice = super::worked_invoice().unwrap();
        let total = pricing::calculate_invoice_total(&invoice).unwrap();
        assert_eq!(total, super::naive_total(&invoice));
        assert_eq!(total, super::factor_total(&invoice));
    }
}
