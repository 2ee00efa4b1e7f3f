//! The door: what was read becomes a [`Policy`], or is refused with its field and the remedy.

use rust_decimal::Decimal;

use super::timeline::Span;
use super::{
    EXEMPT, LateFee, LateFeeSize, LoyaltyDiscount, Policy, PolicyError, PolicyId, PolicyProblem,
    RawDatedRate, RawLateFee, RawPolicy, RawTax, TaxCategory, TaxRate, TierDiscount, with_exempt,
};
use crate::document::Base;
use crate::money::Money;
use crate::rate::Rate;

/// A version of a policy behind the door: everything is checked, the rates still have dates.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) span: Span,
    /// Everything but the taxes.
    undated: Policy,
    taxes: Vec<DatedTax>,
}

#[derive(Clone, Debug)]
struct DatedTax {
    code: String,
    category: Option<TaxCategory>,
    name: String,
    rates: Vec<(Span, Rate)>,
}

impl TryFrom<RawPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Self, PolicyError> {
        let dated = raw.taxes.iter().position(|tax| !tax.rates.is_empty());
        if let Some(index) = dated {
            let field = format!("taxes[{index}].rates");
            return Err(PolicyError::at(field, PolicyProblem::Dated));
        }
        let name = raw.name.clone();
        let version = Version::try_from(raw)?;
        Ok(version.policy_in(version.span, &name))
    }
}

impl TryFrom<RawPolicy> for Version {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Self, PolicyError> {
        let span = Span::new(raw.effective_from, raw.effective_until)
            .map_err(|problem| PolicyError::at("effective_until", problem))?;
        let taxes = raw.taxes.iter().enumerate();
        let taxes: Vec<DatedTax> = taxes
            .map(|(index, tax)| dated_tax(tax, index))
            .collect::<Result<_, _>>()?;
        refuse_twins("taxes", "code", taxes.iter().map(|tax| &tax.code))?;
        let undated = undated(raw)?;
        Ok(Self {
            span,
            undated,
            taxes,
        })
    }
}

/// Everything of a version that has no dates of its own.
fn undated(raw: RawPolicy) -> Result<Policy, PolicyError> {
    refuse_twins("tiers", "tier", raw.tiers.iter().map(|listed| &listed.tier))?;
    let tiers = raw.tiers.into_iter().map(|listed| TierDiscount {
        tier: listed.tier,
        rate: listed.rate.normalized(),
        base: listed.base,
    });
    let none = LoyaltyDiscount {
        rate: Rate::ZERO,
        base: Base::Running,
    };
    let policy = Policy {
        id: PolicyId::nameless().into(),
        effective_until: None,
        tiers: tiers.collect(),
        loyalty: raw.loyalty.map_or(none, |loyalty| LoyaltyDiscount {
            rate: loyalty.rate.normalized(),
            base: loyalty.base,
        }),
        taxes: Vec::new(),
        prices_include_tax: raw.prices_include_tax,
        late_fee: raw.late_fee.as_ref().map(late_fee).transpose()?,
        rounding: raw.rounding,
        overdiscount: raw.overdiscount,
        currency: raw.currency,
        cash_step: raw.cash_step.map(|step| step.normalize()),
        dunning: raw.dunning.checked()?,
    };
    check_amounts(&policy)?;
    Ok(policy)
}

fn check_amounts(policy: &Policy) -> Result<(), PolicyError> {
    if !policy.has_amounts() {
        return Ok(());
    }
    let Some(currency) = policy.currency else {
        let problem = PolicyProblem::AmountsWithoutCurrency;
        return Err(PolicyError::at("currency", problem));
    };
    let Some(step) = policy.cash_step else {
        return Ok(());
    };
    let places = currency.minor_unit_places();
    let problem = if step <= Decimal::ZERO {
        PolicyProblem::NoCashStep(step)
    } else if Money::from(step).mantissa_at(places, 1).is_none() {
        PolicyProblem::FineCashStep { step, places }
    } else {
        return Ok(());
    };
    Err(PolicyError::at("cash_step", problem))
}

fn late_fee(raw: &RawLateFee) -> Result<LateFee, PolicyError> {
    let size = match (raw.rate, raw.amount) {
        (Some(rate), None) => LateFeeSize::Rate(rate.normalized()),
        (None, Some(amount)) => LateFeeSize::Amount(amount.normalize()),
        (Some(_), Some(_)) => {
            let problem = PolicyProblem::RateAndAmount;
            return Err(PolicyError::at("late_fee.amount", problem));
        }
        (None, None) => {
            let problem = PolicyProblem::NeitherRateNorAmount;
            return Err(PolicyError::at("late_fee", problem));
        }
    };
    for (field, amount) in [
        ("late_fee.amount", raw.amount),
        ("late_fee.minimum", raw.minimum),
        ("late_fee.cap", raw.cap),
    ] {
        if let Some(amount) = amount.filter(|amount| *amount < Decimal::ZERO) {
            return Err(PolicyError::at(
                field,
                PolicyProblem::NegativeAmount(amount),
            ));
        }
    }
    if let (Some(minimum), Some(cap)) = (raw.minimum, raw.cap)
        && minimum > cap
    {
        let problem = PolicyProblem::MinimumAboveCap { minimum, cap };
        return Err(PolicyError::at("late_fee.minimum", problem));
    }
    Ok(LateFee {
        size,
        after_days: raw.after_days,
        minimum: raw.minimum.map(|amount| amount.normalize()),
        cap: raw.cap.map(|amount| amount.normalize()),
    })
}

fn dated_tax(raw: &RawTax, index: usize) -> Result<DatedTax, PolicyError> {
    let refused =
        |field: &str, problem| Err(PolicyError::at(format!("taxes[{index}].{field}"), problem));
    let rates = match (raw.rate, raw.rates.as_slice()) {
        (Some(rate), []) => vec![(Span::ALWAYS, rate)],
        (Some(_), _) => return refused("rates", PolicyProblem::RateAndRates),
        (None, []) => return refused("rate", PolicyProblem::NoRate(raw.code.clone())),
        (None, dated) => rates_with_spans(dated, index)?,
    };
    for (_, rate) in &rates {
        let category = raw
            .category
            .unwrap_or_else(|| default_category(&raw.code, *rate));
        let bears_tax = matches!(
            category,
            TaxCategory::S | TaxCategory::L | TaxCategory::M | TaxCategory::B
        );
        if !bears_tax && *rate != Rate::ZERO {
            let problem = PolicyProblem::TaxedExemption {
                category: category.letters().to_owned(),
                rate: rate.to_string(),
            };
            return refused("category", problem);
        }
    }
    Ok(DatedTax {
        code: raw.code.clone(),
        category: raw.category,
        name: raw.name.clone().unwrap_or_else(|| "tax".to_owned()),
        rates,
    })
}

fn rates_with_spans(dated: &[RawDatedRate], tax: usize) -> Result<Vec<(Span, Rate)>, PolicyError> {
    let spans = dated.iter().map(|rate| Span::new(rate.from, rate.until));
    let at = |(index, problem)| PolicyError::at(format!("taxes[{tax}].rates[{index}]"), problem);
    let spans = Span::without_overlap(spans).map_err(at)?;
    let rates = dated.iter().map(|dated| dated.rate);
    Ok(spans.into_iter().zip(rates).collect())
}

fn refuse_twins<'a>(
    list: &str,
    field: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), PolicyError> {
    let names: Vec<&String> = names.collect();
    for (index, name) in names.iter().enumerate() {
        let problem = if name.trim().is_empty() {
            PolicyProblem::EmptyName
        } else if names[..index].contains(name) {
            PolicyProblem::Twice((*name).clone())
        } else {
            continue;
        };
        let field = format!("{list}[{index}].{field}");
        return Err(PolicyError::at(field, problem));
    }
    Ok(())
}

fn default_category(code: &str, rate: Rate) -> TaxCategory {
    if code == EXEMPT {
        TaxCategory::E
    } else if rate == Rate::ZERO {
        TaxCategory::Z
    } else {
        TaxCategory::S
    }
}

impl Version {
    /// The days on which a rate of this version begins or has just ended.
    pub(super) fn turning_days(&self) -> impl Iterator<Item = jiff::civil::Date> {
        let spans = self.taxes.iter().flat_map(|tax| &tax.rates);
        spans.flat_map(|(span, _)| [span.from, span.day_after()].into_iter().flatten())
    }

    /// The rules within `span`, in which no rate changes.
    pub(super) fn policy_in(&self, span: Span, name: &str) -> Policy {
        let resolved = self.taxes.iter().filter_map(|tax| {
            let (_, rate) = tax.rates.iter().find(|(valid, _)| valid.covers(span))?;
            Some(TaxRate {
                code: tax.code.clone(),
                rate: rate.normalized(),
                category: tax
                    .category
                    .unwrap_or_else(|| default_category(&tax.code, *rate)),
                name: tax.name.clone(),
            })
        });
        let policy = Policy {
            taxes: with_exempt(resolved.collect()),
            effective_until: span.until,
            ..self.undated.clone()
        };
        policy.identified(name.to_owned(), span.from)
    }
}

impl TaxCategory {
    /// The letters of the code list, such as `AE`.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::Z => "Z",
            Self::E => "E",
            Self::Ae => "AE",
            Self::K => "K",
            Self::G => "G",
            Self::O => "O",
            Self::L => "L",
            Self::M => "M",
            Self::B => "B",
        }
    }
}
