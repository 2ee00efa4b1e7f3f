//! What a part of a book adds to an impact: the parts add up exactly, in whatever order and grouping.

use std::fmt;
use std::path::PathBuf;

use pricing::Currency;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::policies::Sides;
use super::report::{ByRule, Change, Impact, InTier, Part};
use super::tally::Tally;
use super::units::Units;
use crate::error::Error;
use crate::filter::{FilterOutput, Line};

/// So many differences stand in a record.
const DIFFERENCES_MAX: usize = 1000;

/// A record of a partial impact.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Partial {
    /// The sums of one currency.
    Sums(Box<Sums>),
    /// Its changes by size.
    Differences(Differences),
}

/// The sums of one currency; each adds up with that of another part.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sums {
    pub(super) ledgerly: String,
    pub(super) currency: Option<Currency>,
    pub(super) invoices: u64,
    pub(super) moved_within: u64,
    pub(super) before: Units,
    pub(super) after: Units,
    pub(super) difference: Units,
    pub(super) raised: Part,
    pub(super) lowered: Part,
    pub(super) by_one_of_places: [u64; 10],
    pub(super) tiers: Vec<InTier>,
    pub(super) other_tiers: Option<InTier>,
    pub(super) rules: Vec<ByRule>,
    /// The largest changes of the part: those of the whole are among those of its parts.
    pub(super) largest: Vec<Change>,
}

/// How many invoices of one currency change by how much, from which percentiles follow exactly.
#[derive(Debug, Serialize, Deserialize)]
pub struct Differences {
    ledgerly: String,
    pub(super) currency: Option<Currency>,
    /// In units of 10⁻⁹, from the lowest.
    pub(super) counts: Vec<(Count, u64)>,
}

/// Units as text: a program that reads JSON may not have integers so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count(pub(super) i128);

impl Sums {
    pub(super) const KIND: &str = "sums";
}

impl Differences {
    const KIND: &str = "differences";

    pub(super) fn of(currency: Option<Currency>) -> Self {
        Self {
            ledgerly: Self::KIND.to_owned(),
            currency,
            counts: Vec::new(),
        }
    }

    pub(super) fn has_no_room_for(&self, currency: Option<Currency>) -> bool {
        self.currency != currency || self.counts.len() >= DIFFERENCES_MAX
    }

    pub(super) fn add(&mut self, units: i128, count: u64) {
        match self.counts.last_mut() {
            Some((last, counted)) if last.0 == units => *counted += count,
            _ => self.counts.push((Count(units), count)),
        }
    }
}

/// The impact of which `partials`, each the output of a filter over a part of a book, are the parts.
pub fn merge(partials: &[PathBuf], sides: &Sides, largest_max: usize) -> Result<Impact, Error> {
    let mut tally = Tally::new(largest_max);
    let mut outputs: Vec<FilterOutput> = Vec::new();
    for path in partials {
        let output = match FilterOutput::open(path)? {
            Ok(output) => output,
            Err(problem) => {
                return Err(Error::Usage(format!("{}: {problem}", path.display())));
            }
        };
        if output.end.policy != sides.hashes() {
            let problem = "was compared under other policies than these";
            return Err(output.bad_input(None, problem.to_owned()));
        }
        let twin = outputs
            .iter()
            .find(|other| other.end.input == output.end.input);
        if let Some(first) = twin
            && output.end.invoices > 0
        {
            let problem = format!(
                "is of the same part of the book as {}",
                first.path.display()
            );
            return Err(output.bad_input(None, problem));
        }
        add(&output, &mut tally)?;
        outputs.push(output);
    }
    Impact::of(
        tally,
        sides.sides(),
        sides.differing_rules(),
        Default::default(),
    )
}

fn add(output: &FilterOutput, tally: &mut Tally) -> Result<(), Error> {
    let mut lines = output.lines()?;
    while let Some(line) = lines.next()? {
        let Line::Record(kind, line) = line else {
            continue;
        };
        let unread = |error| output.bad_input(None, format!("cannot be read: {error}"));
        match kind.as_str() {
            Sums::KIND => tally.add_sums(serde_json::from_slice(line).map_err(unread)?)?,
            Differences::KIND => {
                tally.add_differences(&serde_json::from_slice(line).map_err(unread)?)?;
            }
            _ => {}
        }
    }
    Ok(())
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}
