//! A policy over time: its versions and dated rates, cut into periods in which nothing changes.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::door::Version;
use super::{Policy, PolicyError, PolicyProblem, RawPolicyFile, TimelineError};
use crate::engine::PricingEngine;

/// The days from one to another, both included; open where nothing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Option<Date>,
    pub(super) until: Option<Date>,
}

/// A policy with all its versions. Days between two versions may be without one.
#[derive(Clone, Debug)]
pub struct Timeline {
    name: String,
    periods: Vec<Period>,
}

/// Days on which the same rules hold.
#[derive(Clone, Debug)]
pub struct Period {
    /// The first day; `None`: since ever.
    pub from: Option<Date>,
    /// The last day; `None`: for ever.
    pub until: Option<Date>,
    /// Prices under the rules of these days.
    pub engine: PricingEngine,
}

impl Timeline {
    /// One policy for all time.
    #[must_use]
    pub fn constant(policy: Policy) -> Self {
        Self {
            name: policy.id().name.clone(),
            periods: vec![Period {
                from: None,
                until: None,
                engine: PricingEngine::new(policy),
            }],
        }
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The periods, oldest first; never empty.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// The engine for `date`. Without a date there must be only one period: nothing may depend on
    /// the day on which a program happens to run.
    pub fn engine_on(&self, date: Option<Date>) -> Result<&PricingEngine, TimelineError> {
        match (date, self.periods.as_slice()) {
            (None, [only]) => Ok(&only.engine),
            (None, _) => Err(TimelineError::DateNeeded {
                name: self.name.clone(),
                known: self.known(),
            }),
            (Some(date), periods) => periods
                .iter()
                .find(|period| period.span().has(date))
                .map(|period| &period.engine)
                .ok_or_else(|| TimelineError::NoVersion {
                    name: self.name.clone(),
                    date,
                    known: self.known(),
                }),
        }
    }

    fn known(&self) -> String {
        let spans = self.periods.iter().map(|period| period.span().to_string());
        spans.collect::<Vec<_>>().join(", ")
    }
}

impl Period {
    fn span(&self) -> Span {
        Span {
            from: self.from,
            until: self.until,
        }
    }
}

impl std::fmt::Display for Period {
    /// Its days: `always`, `from 2026-01-01`, `2026-01-01 to 2026-06-30`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.span().fmt(formatter)
    }
}

impl TryFrom<RawPolicyFile> for Timeline {
    type Error = PolicyError;

    fn try_from(raw: RawPolicyFile) -> Result<Self, PolicyError> {
        if raw.name.trim().is_empty() {
            return Err(PolicyError::at("name", PolicyProblem::EmptyName));
        }
        if raw.versions.is_empty() {
            return Err(PolicyError::at("versions", PolicyProblem::NoVersion));
        }
        let versions = raw.versions.into_iter().enumerate();
        let versions: Vec<Version> = versions
            .map(|(index, version)| Version::try_from(version).map_err(|error| error.within(index)))
            .collect::<Result<_, _>>()?;
        let spans = versions.iter().map(|version| Ok(version.span));
        let at = |(index, problem)| PolicyError::at(format!("versions[{index}]"), problem);
        let spans = Span::without_overlap(spans).map_err(at)?;
        let mut periods: Vec<Period> = versions
            .iter()
            .zip(spans)
            .flat_map(|(version, span)| periods_of(version, span, &raw.name))
            .collect();
        periods.sort_by_key(|period| period.from);
        Ok(Self {
            name: raw.name,
            periods,
        })
    }
}

fn periods_of(version: &Version, span: Span, name: &str) -> Vec<Period> {
    let mut days: Vec<Date> = version
        .turning_days()
        .filter(|&day| span.has(day) && span.from != Some(day))
        .collect();
    days.sort();
    days.dedup();
    let begins = std::iter::once(span.from).chain(days.iter().copied().map(Some));
    let ends = days.iter().map(|day| day.yesterday().ok());
    begins
        .zip(ends.chain([span.until]))
        .map(|(from, until)| Period {
            from,
            until,
            engine: PricingEngine::new(version.policy_in(Span { from, until }, name)),
        })
        .collect()
}

impl Span {
    pub(super) const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    pub(super) fn new(from: Option<Date>, until: Option<Date>) -> Result<Self, PolicyProblem> {
        match (from, until) {
            (Some(from), Some(until)) if until < from => {
                Err(PolicyProblem::EndsBeforeItBegins { from, until })
            }
            _ => Ok(Self { from, until }),
        }
    }

    fn has(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether all of `part` lies in this span.
    pub(super) fn covers(self, part: Self) -> bool {
        let begins = self.from.is_none_or(|from| part.from >= Some(from));
        let ends = self
            .until
            .is_none_or(|until| part.until.is_some_and(|end| end <= until));
        begins && ends
    }

    /// The first day on which it is over.
    pub(super) fn day_after(self) -> Option<Date> {
        self.until?.checked_add(1.day()).ok()
    }

    /// The spans with each open end closed by the beginning of the next; two that claim the same
    /// day are refused with the place of the later one.
    pub(super) fn without_overlap(
        spans: impl Iterator<Item = Result<Self, PolicyProblem>>,
    ) -> Result<Vec<Self>, (usize, PolicyProblem)> {
        let mut spans: Vec<Self> = spans
            .enumerate()
            .map(|(index, span)| span.map_err(|problem| (index, problem)))
            .collect::<Result<_, _>>()?;
        let mut by_begin: Vec<usize> = (0..spans.len()).collect();
        by_begin.sort_by_key(|&index| spans[index].from);
        for pair in by_begin.windows(2) {
            let (earlier, later) = (pair[0], pair[1]);
            let begin = spans[later].from.unwrap_or(Date::MIN);
            let reaches_into = spans[earlier].until.is_some_and(|until| until >= begin);
            let same_begin = spans[earlier].from == spans[later].from;
            if reaches_into || same_begin {
                let (index, other) = (earlier.max(later), earlier.min(later));
                return Err((index, PolicyProblem::Overlap { other, day: begin }));
            }
            let end = &mut spans[earlier].until;
            *end = end.or_else(|| begin.yesterday().ok());
        }
        Ok(spans)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.until) {
            (None, None) => formatter.write_str("always"),
            (Some(from), None) => write!(formatter, "from {from}"),
            (None, Some(until)) => write!(formatter, "until {until}"),
            (Some(from), Some(until)) => write!(formatter, "{from} to {until}"),
        }
    }
}
