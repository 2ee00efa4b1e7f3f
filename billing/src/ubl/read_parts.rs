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

    /// The words of a descendant as they stand there, or none.
    pub(super) fn words_at(&self, names: &[&str]) -> String {
        let words = self.at(names).map(|part| part.words());
        words
            .filter(|words| !words.trim().is_empty())
            .unwrap_or_default()
    }

    /// The text of a descendant without the space around it, or none.
    pub(super) fn text_at(&self, names: &[&str]) -> String {
        self.at(names).map(|part| part.text()).unwrap_or_default()
    }

    /// Its text without the space around it: identifiers, numbers, codes.
    pub(super) fn text(&self) -> String {
        self.words().trim().to_owned()
    }

    /// All of its text: a comment may cut it in pieces.
    fn words(&self) -> String {
        let pieces = self.node.children().filter(XmlNode::is_text);
        pieces.filter_map(|piece| piece.text()).collect()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// A number; an amount of money has to be in the document's currency.
    pub(super) fn amount(&self) -> Result<Decimal, Fault> {
        let text = self.text();
        let number = plain_decimal(&text).and_then(|plain| amount::parse(&plain).ok());
        let number = number.map_or_else(|| amount::parse(&text), Ok);
        let number = number.map_err(|error| self.fault(error.to_string()))?;
        self.check_currency()?;
        Ok(number)
    }

    fn check_currency(&self) -> Result<(), Fault> {
        let Some(stated) = self.attribute("currencyID") else {
            return Ok(());
        };
        let root = Self::root(self.node.document().root_element());
        let currency = root.text_at(&["DocumentCurrencyCode"]);
        if currency.is_empty() || stated.trim() == currency {
            return Ok(());
        }
        Err(self.fault(format!(
            "the amount is in {stated:?}, but the document is in {currency} (state it in {currency})"
        )))
    }

    /// `true` or `false`, which XML also writes as 1 and 0.
    pub(super) fn truth(&self) -> Result<bool, Fault> {
        match self.text().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(self.fault(format!(
                "{other:?} is not allowed here (allowed: true, false)"
            ))),
        }
    }

    /// The texts of all children of this name, a line each.
    pub(super) fn lines_of(&self, name: &str) -> String {
        let words = self.children(name).into_iter().map(|part| part.words());
        let words: Vec<String> = words.filter(|words| !words.trim().is_empty()).collect();
        words.join("\n")
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

/// A decimal as XML may write it, +5, 5. or .5, in the one spelling that amounts have elsewhere; none
/// when it is no decimal.
fn plain_decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => ("", &text[1..]),
        b'-' => ("-", &text[1..]),
        _ => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number =
        is_digits(whole) && is_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    is_number.then(|| format!("{sign}{whole}{point}{fraction}"))
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
/// it gives the stated amount, on what stood there first; otherwise the amount itself counts. One below
/// zero changes sides.
pub(super) fn adjustment(part: &Part, first: Decimal) -> Result<(bool, RawAdjustment), Fault> {
    let is_charge: bool = part.required("ChargeIndicator")?.truth()?;
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
    let reason = part.words_at(&["AllowanceChargeReason"]);
    let changes_sides = rate.is_none() && stated < Decimal::ZERO;
    let amount = if changes_sides { -stated } else { stated };
    let adjustment = RawAdjustment {
        amount: rate.is_none().then_some(amount),
        rate: rate.map(|rate| rate.normalize()),
        base: Base::Subtotal,
        reason,
        tax: None,
    };
    Ok((is_charge != changes_sides, adjustment))
}
