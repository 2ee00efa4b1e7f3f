//! Discounts and charges that can be priced: a rate of a stated base, or a fixed amount.

use rust_decimal::Decimal;

use crate::document::{Base, RawAdjustment};
use crate::error::{InvoiceError, PricingError, Problem};
use crate::money::Money;
use crate::rate::Rate;
use crate::tax_codes::TaxCodes;

/// A discount or a charge, of a line or of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    pub(crate) size: Size,
    reason: String,
    tax: Option<TaxCodes>,
}

/// How large a discount or a charge is; never below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A part of a base.
    Rate(Rate, Base),
    /// A fixed amount.
    Amount(Decimal),
}

impl Adjustment {
    /// How large it is.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Why it stands there; may be empty.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Its tax codes; `None` when it is spread over those of the lines.
    #[must_use]
    pub fn tax(&self) -> Option<&TaxCodes> {
        self.tax.as_ref()
    }

    /// Behind the door; the error's field is relative to this adjustment.
    pub(crate) fn accepted(raw: RawAdjustment, on_line: bool) -> Result<Self, InvoiceError> {
        let refused = |field: &str, problem| Err(InvoiceError::at(field, problem));
        let size = match (raw.rate, raw.amount) {
            (Some(rate), None) => match Rate::try_from(rate) {
                Ok(rate) => Size::Rate(rate, raw.base),
                Err(error) => return refused("rate", Problem::Rate(error)),
            },
            (None, Some(amount)) if amount < Decimal::ZERO => {
                return refused("amount", Problem::NegativeAmount(amount));
            }
            (None, Some(amount)) => Size::Amount(amount),
            (Some(_), Some(_)) => return refused("amount", Problem::RateAndAmount),
            (None, None) => return refused("", Problem::NeitherRateNorAmount),
        };
        if on_line && raw.tax.is_some() {
            return refused("tax", Problem::TaxOfLineAdjustment);
        }
        if matches!(size, Size::Amount(_)) && raw.base != Base::default() {
            return refused("base", Problem::BaseOfAmount);
        }
        Ok(Self {
            size,
            reason: raw.reason,
            tax: raw.tax,
        })
    }
}

impl From<Adjustment> for RawAdjustment {
    fn from(adjustment: Adjustment) -> Self {
        let (rate, amount, base) = match adjustment.size {
            Size::Rate(rate, base) => (Some(rate.fraction()), None, base),
            Size::Amount(amount) => (None, Some(amount), Base::default()),
        };
        Self {
            rate,
            amount,
            base,
            reason: adjustment.reason,
            tax: adjustment.tax,
        }
    }
}

impl Size {
    /// The exact size, where `subtotal` stood first and `running` is left.
    pub(crate) fn exact(
        self,
        subtotal: Money,
        running: Money,
        step: &'static str,
    ) -> Result<Money, PricingError> {
        match self {
            Self::Rate(rate, Base::Subtotal) => subtotal.times(rate.as_factor(), step),
            Self::Rate(rate, Base::Running) => running.times(rate.as_factor(), step),
            Self::Amount(amount) => Ok(Money::from(amount)),
        }
    }

    /// Whether nothing is taken or added, whatever the base.
    pub(crate) fn is_nothing(self) -> bool {
        match self {
            Self::Rate(rate, _) => rate == Rate::ZERO,
            Self::Amount(amount) => amount.is_zero(),
        }
    }

    fn is_rate(self) -> bool {
        matches!(self, Self::Rate(..))
    }
}

/// The adjustments in the order in which they apply, each with its place in the document: rates
/// before fixed amounts, so that 10 % and 5 off is the same however it was written down.
pub(crate) fn in_order(adjustments: &[Adjustment]) -> impl Iterator<Item = (usize, &Adjustment)> {
    let placed = || adjustments.iter().enumerate();
    let rates = placed().filter(|(_, adjustment)| adjustment.size.is_rate());
    let amounts = placed().filter(|(_, adjustment)| !adjustment.size.is_rate());
    rates.chain(amounts)
}
