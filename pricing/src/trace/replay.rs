//! Replaying a trace: each amount computed again from those before it, by its own formula.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Carrying, Entry, Formula, Trace};
use crate::error::PricingError;
use crate::money::Money;
use crate::rounding::{Precision, RoundingMode, RoundingRule};

/// An amount of a trace that its formula does not give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The value differs.
    #[error("{step}: {field} is {stated} in the trace, but {computed} when computed again")]
    Differs {
        /// The amount's name.
        step: String,
        /// Which of its values.
        field: &'static str,
        /// What the trace says.
        stated: String,
        /// What the formula gives.
        computed: String,
    },
    /// A share is a whole unit or more away from its exact part.
    #[error("{step}: {carried} is not within one unit of {exact}")]
    ShareTooFar {
        /// The amount's name.
        step: String,
        /// What the trace says.
        carried: Money,
        /// The exact part.
        exact: Money,
    },
    /// A formula uses an amount that no earlier entry has.
    #[error("{step}: there is no earlier amount {name:?}")]
    NoSuchStep {
        /// The amount's name.
        step: String,
        /// The name in its formula.
        name: String,
    },
    /// Two entries have one name.
    #[error("{0}: stands twice in the trace")]
    Twice(String),
    /// The trace ends without a total.
    #[error("the trace has no total")]
    NoTotal,
    /// A number is too long.
    #[error(transparent)]
    Pricing(#[from] PricingError),
}

impl Trace {
    /// Computes each amount again and returns the total that the trace leads to.
    pub fn replay(&self) -> Result<Decimal, ReplayError> {
        let mut carried = HashMap::new();
        let mut shown = HashMap::new();
        for entry in &self.entries {
            self.check_value(entry, &carried)?;
            self.check_shown(entry, &shown)?;
            if carried.insert(entry.step.clone(), entry.carried).is_some() {
                return Err(ReplayError::Twice(entry.step.clone()));
            }
            if let Some(amount) = entry.shown {
                shown.insert(entry.step.clone(), Money::from(amount));
            }
        }
        let total = self.entries.iter().find(|entry| entry.step == "total");
        total
            .and_then(|total| total.shown)
            .ok_or(ReplayError::NoTotal)
    }

    fn check_value(
        &self,
        entry: &Entry,
        carried: &HashMap<String, Money>,
    ) -> Result<(), ReplayError> {
        let operands = entry.formula.operands();
        let values: Result<Vec<Money>, &str> = operands
            .into_iter()
            .map(|operand| operand.value(carried))
            .collect();
        let values = values.map_err(|name| ReplayError::NoSuchStep {
            step: entry.step.clone(),
            name: name.to_owned(),
        })?;
        let exact = entry.formula.value(&values)?;
        entry.agrees("exact", entry.exact, exact)?;
        let precision = Precision {
            rounding: self.rounding,
            places: self.places,
        };
        match entry.carrying {
            Carrying::Exact => entry.agrees("carried", entry.carried, exact),
            Carrying::Rounded => {
                let rounded = precision.carry(exact, "replay")?.carried;
                entry.agrees("carried", entry.carried, rounded)
            }
            Carrying::MinorUnit => {
                let rounded = precision.to_minor_units(exact, "replay")?;
                entry.agrees("carried", entry.carried, rounded)
            }
            Carrying::Share => entry.is_near(entry.carried, exact, precision),
        }
    }

    /// What stands on the document: moved as stated, and adding up.
    fn check_shown(
        &self,
        entry: &Entry,
        shown: &HashMap<String, Money>,
    ) -> Result<(), ReplayError> {
        let Some(amount) = entry.shown.map(Money::from) else {
            return Ok(());
        };
        let moved = amount.minus(entry.exact, "replay")?;
        entry.agrees("moved", entry.moved.unwrap_or(Money::ZERO), moved)?;
        if self.rounding.rule == RoundingRule::ShownAmounts {
            entry.agrees("shown", amount, entry.carried)?;
        }
        if let Formula::Sum(terms) = &entry.formula {
            let terms = terms.iter().map(|term| term.value(shown));
            // A term that stands on no document has no part in what is shown.
            if let Ok(terms) = terms.collect::<Result<Vec<Money>, &str>>() {
                let sum = Money::sum(terms.into_iter(), "replay")?;
                entry.agrees("shown", amount, sum)?;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn agrees(
        &self,
        field: &'static str,
        stated: Money,
        computed: Money,
    ) -> Result<(), ReplayError> {
        if stated == computed {
            return Ok(());
        }
        Err(ReplayError::Differs {
            step: self.step.clone(),
            field,
            stated: stated.to_string(),
            computed: computed.to_string(),
        })
    }

    fn is_near(
        &self,
        carried: Money,
        exact: Money,
        precision: Precision,
    ) -> Result<(), ReplayError> {
        let distance = carried.minus(exact, "replay")?;
        // A fixed amount that is carried exactly is split in minor units.
        let places = precision.carried_places().unwrap_or(precision.places);
        let whole_units = distance.rounded(places, RoundingMode::Down, "replay")?;
        if !whole_units.is_zero() {
            return Err(ReplayError::ShareTooFar {
                step: self.step.clone(),
                carried,
                exact,
            });
        }
        Ok(())
    }
}
