//! Credits: what a part of an invoice is worth when it is taken back.
//!
//! They are taken from the amounts as they were shown, each split by largest remainder, so that the
//! credits of all parts come to the invoice, to the cent, however often it is taken back.

use rust_decimal::Decimal;

use crate::allocation::{AllocationError, allocate};
use crate::quote::{Quote, Step};

/// What one part of an invoice is worth; every amount is above zero where it is on the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The lines' nets, in the order of the invoice.
    pub lines: Vec<Decimal>,
    /// The part of all discounts of the document.
    pub discounts: Decimal,
    /// The part of all charges of the document.
    pub charges: Decimal,
    /// The part of each tax, in the order of the invoice.
    pub taxes: Vec<Decimal>,
    /// The part of the late fee.
    pub late_fee: Decimal,
    /// The part of the total.
    pub total: Decimal,
}

/// A part that no invoice has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// A part with more or fewer quantities than the invoice has lines.
    #[error(
        "part {part} has {given} quantities, but the invoice has {lines} lines (give one for each)"
    )]
    OtherLines {
        /// The part's place, from 0.
        part: usize,
        /// How many quantities it has.
        given: usize,
        /// How many lines the invoice has.
        lines: usize,
    },
    /// More is taken back than was sold.
    #[error("line {line}: {taken} are taken back, but only {sold} were sold")]
    MoreThanSold {
        /// The line's place, from 0.
        line: usize,
        /// All that is taken back.
        taken: Decimal,
        /// The line's quantity.
        sold: Decimal,
    },
    /// An amount that cannot be split.
    #[error(transparent)]
    Allocation(#[from] AllocationError),
}

impl Quote {
    /// The credits of `parts`, each with a quantity for each line. What no part takes back stays with
    /// the customer; when all is taken back, the credits' totals add up to the invoice's.
    pub fn credits(&self, parts: &[Vec<Decimal>]) -> Result<Vec<Credit>, CreditError> {
        let places = self.total.amount.scale();
        // One column more than there are parts: what is kept.
        let by_line = self.quantities(parts)?;
        let lines: Vec<Vec<Decimal>> = self
            .lines
            .iter()
            .zip(&by_line)
            .map(|(line, weights)| split(line.amount, weights, places))
            .collect::<Result<_, _>>()?;
        let weights: Vec<Decimal> = (0..=parts.len())
            .map(|part| lines.iter().map(|shares| shares[part].abs()).sum())
            .collect();
        let of_document = |amount| split(amount, &weights, places);
        let sum = |steps: &[&Step]| steps.iter().map(|step| step.amount).sum();
        let discounts = [&self.tier_discount, &self.loyalty_discount, &self.discount];
        let discounts = of_document(sum(&discounts))?;
        let charges = of_document(self.charge.amount)?;
        let taxes: Vec<Vec<Decimal>> = self
            .taxes
            .iter()
            .map(|tax| of_document(tax.amount))
            .collect::<Result<_, _>>()?;
        let late_fee = of_document(self.late_fee.amount)?;
        let credit = |part: usize| {
            let of_part =
                |shares: &Vec<Vec<Decimal>>| shares.iter().map(|share| share[part]).collect();
            let (lines, taxes): (Vec<Decimal>, Vec<Decimal>) = (of_part(&lines), of_part(&taxes));
            let added: Decimal = taxes.iter().sum();
            let added = if self.prices_include_tax {
                Decimal::ZERO
            } else {
                added
            };
            let net = lines.iter().sum::<Decimal>() - discounts[part] + charges[part];
            Credit {
                total: net + added + late_fee[part],
                discounts: discounts[part],
                charges: charges[part],
                late_fee: late_fee[part],
                lines,
                taxes,
            }
        };
        Ok((0..parts.len()).map(credit).collect())
    }

    /// For each line how much each part takes back, and at the end how much is kept; without sign.
    fn quantities(&self, parts: &[Vec<Decimal>]) -> Result<Vec<Vec<Decimal>>, CreditError> {
        let lines = self.lines.len();
        let other = parts
            .iter()
            .position(|quantities| quantities.len() != lines);
        if let Some(part) = other {
            let given = parts[part].len();
            return Err(CreditError::OtherLines { part, given, lines });
        }
        let of_line = |(line, quoted): (usize, &crate::QuotedLine)| {
            let mut quantities: Vec<Decimal> = parts.iter().map(|part| part[line].abs()).collect();
            let (sold, taken) = (quoted.quantity.abs(), quantities.iter().sum());
            if taken > sold {
                return Err(CreditError::MoreThanSold { line, taken, sold });
            }
            quantities.push(sold - taken);
            Ok(quantities)
        };
        self.lines.iter().enumerate().map(of_line).collect()
    }
}

/// Shares of `amount`; when all weights are zero, the last one, which is kept, takes it.
fn split(
    amount: Decimal,
    weights: &[Decimal],
    places: u32,
) -> Result<Vec<Decimal>, AllocationError> {
    if weights.iter().all(Decimal::is_zero) {
        let mut shares = vec![Decimal::ZERO; weights.len()];
        if let Some(kept) = shares.last_mut() {
            *kept = amount;
        }
        return Ok(shares);
    }
    allocate(amount, weights, places)
}

#[cfg(test)]
mod tests;
