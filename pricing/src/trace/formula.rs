//! Formulas of a trace: few enough to be computed by hand.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::error::PricingError;
use crate::money::Money;

/// How an exact value is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Formula {
    /// All factors, multiplied.
    Product(Vec<Operand>),
    /// All terms, added up.
    Sum(Vec<Operand>),
    /// `of × part / whole`: a share, or the tax inside a price.
    Share {
        /// What is divided.
        of: Operand,
        /// The part's weight.
        part: Operand,
        /// All weights together.
        whole: Operand,
    },
    /// The value, but not less than the minimum and not more than the cap.
    Within {
        /// The value.
        of: Operand,
        /// Not less than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minimum: Option<Money>,
        /// Not more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
}

/// A number, or an earlier amount by its name, perhaps taken off: `0.15`, `subtotal`, `-tier_discount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A number.
    Number(Money),
    /// What is carried of an earlier amount.
    Step(String),
    /// The same with its sign turned.
    Minus(String),
}

impl Operand {
    pub(super) fn step(name: impl Into<String>) -> Self {
        Self::Step(name.into())
    }

    pub(super) fn minus(name: impl Into<String>) -> Self {
        Self::Minus(name.into())
    }

    /// The name of the earlier amount, if it is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Step(name) | Self::Minus(name) => Some(name),
        }
    }

    /// Its value among `amounts`; the name that is not there otherwise.
    pub(super) fn value<'a>(&'a self, amounts: &HashMap<String, Money>) -> Result<Money, &'a str> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Step(name) => amounts.get(name).copied().ok_or(name),
            Self::Minus(name) => amounts.get(name).map(|amount| amount.negated()).ok_or(name),
        }
    }
}

impl Formula {
    /// The names and numbers in it.
    pub(super) fn operands(&self) -> Vec<&Operand> {
        match self {
            Self::Product(operands) | Self::Sum(operands) => operands.iter().collect(),
            Self::Share { of, part, whole } => vec![of, part, whole],
            Self::Within { of, .. } => vec![of],
        }
    }

    /// The value, from those of the operands in their order.
    pub(super) fn value(&self, operands: &[Money]) -> Result<Money, PricingError> {
        let step = "trace";
        match (self, operands) {
            (Self::Product(_), factors) => factors
                .iter()
                .try_fold(Money::ONE, |product, factor| product.times(*factor, step)),
            (Self::Sum(_), terms) => Money::sum(terms.iter().copied(), step),
            (Self::Share { .. }, &[of, part, whole]) => {
                if whole.is_zero() {
                    return Ok(Money::ZERO);
                }
                of.divided_by(whole, step)?.times(part, step)
            }
            (Self::Within { minimum, cap, .. }, &[of]) => of.within(*minimum, *cap, step),
            // Each formula has been given as many values as it has operands.
            (Self::Share { .. } | Self::Within { .. }, _) => Ok(Money::ZERO),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Step(name) => formatter.write_str(name),
            Self::Minus(name) => write!(formatter, "-{name}"),
        }
    }
}

impl FromStr for Operand {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let step = || match text.strip_prefix('-') {
            Some(name) => Self::minus(name),
            None => Self::step(text),
        };
        Ok(text.parse().map_or_else(|_| step(), Self::Number))
    }
}

impl Serialize for Operand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Formula {
    /// For people: `subtotal × 0.15`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |operands: &[Operand], sign: &str| {
            let texts: Vec<String> = operands.iter().map(ToString::to_string).collect();
            texts.join(sign)
        };
        match self {
            Self::Product(factors) => formatter.write_str(&joined(factors, " × ")),
            Self::Sum(terms) => formatter.write_str(&joined(terms, " + ").replace("+ -", "- ")),
            Self::Share { of, part, whole } => write!(formatter, "{of} × {part} / {whole}"),
            Self::Within { of, minimum, cap } => {
                write!(formatter, "{of}")?;
                if let Some(minimum) = minimum {
                    write!(formatter, ", at least {minimum}")?;
                }
                cap.map_or(Ok(()), |cap| write!(formatter, ", at most {cap}"))
            }
        }
    }
}
