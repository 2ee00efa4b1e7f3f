//! The quote of a plain invoice as the kernel counts it: machine words until somebody reads them.

use std::sync::{Arc, OnceLock};

use rust_decimal::Decimal;

use super::{Breakdown, QuotedLine, QuotedTax, Reason, Step};
use crate::allocation::largest_remainder;
use crate::invoice::Invoice;
use crate::kernel::{Counts, decimal};
use crate::money::Money;
use crate::policy::{Policy, TaxRate};
use crate::tax_codes::STANDARD;

/// The amounts of a plain invoice, and whom to ask for names and reasons.
#[derive(Clone)]
pub(crate) struct Counted {
    invoice: Invoice,
    policy: Arc<Policy>,
    counts: Counts,
    breakdown: OnceLock<Box<Breakdown>>,
}

impl Counted {
    #[inline]
    pub(crate) fn new(invoice: &Invoice, policy: &Arc<Policy>, counts: Counts) -> Self {
        Self {
            invoice: invoice.clone(),
            policy: Arc::clone(policy),
            counts,
            breakdown: OnceLock::new(),
        }
    }

    pub(super) fn breakdown(&self) -> &Breakdown {
        self.breakdown.get_or_init(|| Box::new(self.written()))
    }

    fn written(&self) -> Breakdown {
        let (invoice, policy, counts) = (&self.invoice, &*self.policy, &self.counts);
        let (exact, shown) = (&counts.exact, &counts.shown);
        let step = |shown, exact, reason| Step {
            amount: self.shown(shown),
            exact: self.exact(exact),
            reason,
        };
        let none = || step(0, 0, Reason::Adjustments(0));
        let late_fee = Reason::of_late_fee(invoice, policy, false);
        let total = Reason::Rounded(policy.rounding);
        let lines = Reason::LineItems(invoice.items().len());
        let tax = self.policy.taxes.iter().find(|tax| tax.code == STANDARD);
        Breakdown {
            invoice_id: invoice.invoice_id().to_owned(),
            kind: invoice.kind(),
            currency: invoice.currency().or(policy.currency),
            policy: policy.id().clone(),
            prices_include_tax: false,
            lines: self.lines(),
            subtotal: step(shown.subtotal, exact.subtotal, lines),
            tier_discount: step(
                shown.tier_discount,
                exact.tier_discount,
                Reason::of_tier(invoice, policy),
            ),
            loyalty_discount: step(
                shown.loyalty_discount,
                exact.loyalty_discount,
                Reason::of_loyalty(invoice, policy),
            ),
            discounts: Vec::new(),
            discount: none(),
            charges: Vec::new(),
            charge: none(),
            taxable: step(shown.taxable, exact.taxable, Reason::AfterDiscounts),
            taxes: tax.map(|tax| self.tax(tax)).into_iter().collect(),
            tax: step(
                shown.tax,
                exact.tax,
                tax.map_or(Reason::Taxes(0), |tax| Reason::Tax(tax.rate)),
            ),
            late_fee: step(shown.late_fee, exact.late_fee, late_fee),
            total: step(shown.total, exact.total, total),
            prepaid: self.shown(0),
            cash_rounding: self.shown(0),
            due: self.shown(shown.total),
        }
    }

    fn tax(&self, listed: &TaxRate) -> QuotedTax {
        let (exact, shown) = (&self.counts.exact, &self.counts.shown);
        QuotedTax {
            code: listed.code.clone(),
            rate: listed.rate,
            base: self.shown(shown.taxable),
            amount: self.shown(shown.tax),
            exact: self.exact(exact.tax),
        }
    }

    fn lines(&self) -> Vec<QuotedLine> {
        let items = self.invoice.items();
        let amounts = items.iter().zip(self.nets());
        amounts
            .map(|(item, (net, amount))| QuotedLine {
                sku: item.sku().to_owned(),
                unit_price: item.unit_price(),
                quantity: item.quantity(),
                gross: None,
                discounts: Vec::new(),
                charges: Vec::new(),
                amount,
                exact: net,
            })
            .collect()
    }

    /// The lines' nets, exact and as they are shown: together they give the shown subtotal.
    fn nets(&self) -> Vec<(Money, Decimal)> {
        let items = self.invoice.items().iter();
        let nets = items.map(|item| {
            // The kernel has counted each in 63 bits.
            let mantissa = item.unit_price().mantissa() * item.quantity().mantissa();
            (
                mantissa,
                item.unit_price().scale() + item.quantity().scale(),
            )
        });
        let nets: Vec<(i128, u32)> = nets.collect();
        let (places, subtotal) = (self.counts.places, self.counts.shown.subtotal);
        let scales = nets.iter().map(|(_, scale)| *scale);
        let scale = scales.fold(places, u32::max);
        let sign = if subtotal < 0 { -1 } else { 1 };
        let on_scale = nets
            .iter()
            .map(|(net, own)| sign * net * 10_i128.pow(scale - own));
        let unit = 10_i128.pow(scale - places);
        let subtotal = i128::from(subtotal) * sign;
        let Some(shown) = largest_remainder(on_scale.collect(), &unit, subtotal) else {
            unreachable!("nets of 63 bits on 12 more places have 31 digits")
        };
        let exact = nets.iter().map(|(net, scale)| Money::exactly(*net, *scale));
        let shown = shown
            .iter()
            .map(|units| Decimal::from_i128_with_scale(sign * units, places));
        exact.zip(shown).collect()
    }

    fn exact(&self, mantissa: i64) -> Money {
        Money::exactly(mantissa.into(), self.counts.scale)
    }

    fn shown(&self, units: i64) -> Decimal {
        decimal(units, self.counts.places)
    }
}
