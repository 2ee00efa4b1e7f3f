//! Parts of a UBL document: by name and namespace, each with its line and path for messages.

use std::str::FromStr;

use pricing::{Base, RawAdjustment, amount};
use rust_decimal::{Decimal, RoundingStrategy};

use super::read::XmlNode;
use super::taxes::gives;
use super::{AGGREGATE, BASIC};

/// What is wrong with a document: the line, the path of the element, the problem.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) field: Option<String>,
    pub(crate) problem: String,
}

/// An element with its path from the root.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    node: XmlNode<'a>,
    path: String,
}

impl<'a> Part<'a> {
    pub(super) fn root(node: XmlNode<'a>) -> Self {
        Self {
            node,
            path: String::new(),
        }
    }

    /// The children of this name.
    pub(super) fn children(&self, name: &str) -> Vec<Self> {
        let is_named = |node: &XmlNode| {
            let tag = node.tag_name();
            node.is_element()
                && tag.name() == name
                && matches!(tag.namespace(), Some(AGGREGATE | BASIC))
        };
        let children = self.node.children().filter(is_named).enumerate();
        let point = if self.path.is_empty() { "" } else { "/" };
        children
            .map(|(place, node)| {
                let place = if place == 0 {
                    String::new()
                } else {
                    format!("[{}]", place + 1)
                };
                Self {
                    node,
                    path: format!("{}{point}{name}{place}", self.path),
                }
            })
            .collect()
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        self.children(name).into_iter().next()
    }

    /// The first child, which must be there.
    pub(super) fn required(&self, name: &str) -> Result<Self, Fault> {
        self.child(name)
            .ok_or_else(|| self.fault(format!("{name} is missing (add it)")))
    }

    /// The first descendant at these names.
    pub(super) fn at(&self, names: &[&str]) -> Option<Self> {
        names
            .iter()
            .try_fold(self.clone(), |part, name| part.child(name))
    }

    /// Its text, or none.
    pub(super) fn text_at(&self, names: &[&str]) -> String {
        self.at(names).map(|part| part.text()).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        self.node.text().unwrap_or_default().trim().to_owned()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    pub(super) fn amount(&self) -> Result<Decimal, Fault> {
        amount::parse(&self.text()).map_err(|error| self.fault(error.to_string()))
    }

    pub(super) fn parsed<T: FromStr>(&self, allowed: &str) -> Result<T, Fault> {
        let text = self.text();
        text.parse()
            .map_err(|_| self.fault(format!("{text:?} is not allowed here (allowed: {allowed})")))
    }

    pub(super) fn line(&self) -> u64 {
        let position = self.node.document().text_pos_at(self.node.range().start);
        u64::from(position.row)
    }

    pub(super) fn fault(&self, problem: String) -> Fault {
        Fault {
            line: self.line(),
            field: (!self.path.is_empty()).then(|| self.path.clone()),
            problem,
        }
    }
}

/// The sum of an amount over several parts.
pub(super) fn sum_of(parts: &[Part], name: &str) -> Result<Decimal, Fault> {
    let mut sum = Decimal::ZERO;
    for part in parts {
        let amount = part.required(name)?;
        let too_long = || amount.fault("the sum of the lines is too long".to_owned());
        sum = sum.checked_add(amount.amount()?).ok_or_else(too_long)?;
    }
    Ok(sum)
}

/// An allowance or charge: whether it is a charge, and what it is. A rate is taken as one only when
/// it gives the stated amount, on what stood there first; otherwise the amount itself counts.
pub(super) fn adjustment(part: &Part, first: Decimal) -> Result<(bool, RawAdjustment), Fault> {
    let is_charge: bool = part.required("ChargeIndicator")?.parsed("true or false")?;
    let stated = part.required("Amount")?.amount()?;
    let percent = part.child("MultiplierFactorNumeric");
    let percent = percent.map(|percent| percent.amount()).transpose()?;
    let base = part
        .child("BaseAmount")
        .map(|base| base.amount())
        .transpose()?;
    let rate = percent.map(|percent| percent / Decimal::ONE_HUNDRED);
    let shown_first =
        first.round_dp_with_strategy(stated.scale(), RoundingStrategy::MidpointAwayFromZero);
    let is_of_first =
        |rate: &Decimal| base == Some(shown_first) && gives(*rate, shown_first, stated);
    let rate = rate.filter(is_of_first);
    let reason = part.text_at(&["AllowanceChargeReason"]);
    let adjustment = RawAdjustment {
        amount: rate.is_none().then_some(stated),
        rate: rate.map(|rate| rate.normalize()),
        base: Base::Subtotal,
        reason,
        tax: None,
    };
    Ok((is_charge, adjustment))
}
