//! What a document says that it comes to, held against what it comes to here.

use pricing::policy::TaxCategory;
use pricing::{Policy, Quote, RoundingRule};
use rust_decimal::Decimal;

use super::Names;
use super::read_parts::{Fault, Part};
use super::taxes::percent;

/// Each stated amount that differs from that of `quote`, in the order in which they follow from each
/// other: the first is the cause of most of the others.
pub(super) fn differences(
    root: &Part,
    names: &Names,
    quote: &Quote,
    policy: &Policy,
) -> Result<Vec<Fault>, Fault> {
    let mut stated = Stated {
        policy,
        differences: Vec::new(),
    };
    for (line, quoted) in root.children(names.line).iter().zip(&quote.lines) {
        stated.compare(line, "LineExtensionAmount", quoted.amount)?;
    }
    for total in root.children("TaxTotal") {
        stated.taxes(root, &total, quote)?;
    }
    if let Some(totals) = root.child("LegalMonetaryTotal") {
        stated.totals(&totals, quote)?;
    }
    Ok(stated.differences)
}

struct Stated<'a> {
    policy: &'a Policy,
    differences: Vec<Fault>,
}

impl Stated<'_> {
    /// Compares the amount of this name, if it is stated.
    fn compare(&mut self, part: &Part, name: &str, ours: Decimal) -> Result<(), Fault> {
        let Some(part) = part.child(name) else {
            return Ok(());
        };
        let stated = part.amount()?;
        if stated != ours {
            let policy = self.policy.id();
            let of_norm = self.policy.rounding().rule == RoundingRule::ShownAmounts;
            let hint = if of_norm {
                ""
            } else {
                "; EN 16931 rounds as rounding.rule = \"shown-amounts\" does"
            };
            let problem =
                format!("{stated} is stated, but under {policy} it comes to {ours}{hint}");
            self.differences.push(part.fault(problem));
        }
        Ok(())
    }

    /// The taxes in the document's currency; the total in that of the tax office is not ours to know.
    fn taxes(&mut self, root: &Part, total: &Part, quote: &Quote) -> Result<(), Fault> {
        let currency = root.text_at(&["DocumentCurrencyCode"]);
        let stated = total.child("TaxAmount");
        let stated = stated.and_then(|amount| amount.attribute("currencyID"));
        if stated.is_some_and(|stated| stated != currency) {
            return Ok(());
        }
        for subtotal in total.children("TaxSubtotal") {
            let (base, amount) = self.of_subtotal(&subtotal, quote)?;
            self.compare(&subtotal, "TaxableAmount", base)?;
            self.compare(&subtotal, "TaxAmount", amount)?;
        }
        self.compare(total, "TaxAmount", quote.tax.amount)
    }

    /// Base and amount of the taxes with the category and the rate of a subtotal.
    fn of_subtotal(&self, subtotal: &Part, quote: &Quote) -> Result<(Decimal, Decimal), Fault> {
        let category = subtotal.required("TaxCategory")?;
        let letters = category.required("ID")?.text();
        let stated = category.child("Percent").map(|part| part.amount());
        let stated = stated.transpose()?.unwrap_or_default();
        let mut sums = (Decimal::ZERO, Decimal::ZERO);
        for tax in &quote.taxes {
            let listed = self.policy.taxes().iter().find(|one| one.code == tax.code);
            let category: Option<TaxCategory> = listed.map(|one| one.category);
            let is_of_it = category.is_some_and(|found| found.letters() == letters);
            if is_of_it && percent(tax.rate) == stated {
                sums.0 = sums.0.saturating_add(tax.base);
                sums.1 = sums.1.saturating_add(tax.amount);
            }
        }
        Ok(sums)
    }

    fn totals(&mut self, totals: &Part, quote: &Quote) -> Result<(), Fault> {
        self.compare(totals, "LineExtensionAmount", quote.subtotal.amount)?;
        let (discount, charge) = (quote.discount.amount, quote.charge.amount);
        let stated = |name: &str| {
            totals
                .child(name)
                .map_or(Ok(Decimal::ZERO), |part| part.amount())
        };
        let net = stated("ChargeTotalAmount")?.checked_sub(stated("AllowanceTotalAmount")?);
        // What is below zero may be stated on either side.
        if net != charge.checked_sub(discount) {
            self.compare(totals, "AllowanceTotalAmount", discount)?;
            self.compare(totals, "ChargeTotalAmount", charge)?;
        }
        let amounts = [
            ("TaxExclusiveAmount", quote.taxable.amount),
            ("TaxInclusiveAmount", quote.total.amount),
            ("PayableRoundingAmount", quote.cash_rounding),
            ("PayableAmount", quote.due),
        ];
        for (name, ours) in amounts {
            self.compare(totals, name, ours)?;
        }
        Ok(())
    }
}
