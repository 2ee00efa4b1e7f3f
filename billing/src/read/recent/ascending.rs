//! Identifiers of which each is greater than the one before, in bounded memory.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::io;

use super::consecutive::{self, is_next};
use super::{BlockIds, GENERATION_MAX, Keep, order};

/// What a run of consecutive identifiers takes, in fingerprints.
const RUN_WEIGHT: usize = 16;

/// Identifiers in runs, the last ones at least.
#[derive(Debug, Default)]
pub(in crate::read) struct Ascending {
    last: Vec<u8>,
    runs: VecDeque<Run>,
    /// What the runs take, in fingerprints.
    weight: usize,
    /// Whether older ones were let go.
    is_partial: bool,
}

#[derive(Debug)]
enum Run {
    Consecutive { first: Vec<u8>, count: usize },
    Listed(Vec<u64>),
}

impl Run {
    fn count(&self) -> usize {
        match self {
            Self::Consecutive { count, .. } => *count,
            Self::Listed(fingerprints) => fingerprints.len(),
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Consecutive { .. } => RUN_WEIGHT,
            Self::Listed(fingerprints) => fingerprints.len(),
        }
    }

    fn fingerprints(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        match self {
            Self::Consecutive { first, count } => {
                Box::new(consecutive::fingerprints(first, *count))
            }
            Self::Listed(fingerprints) => Box::new(fingerprints.iter().copied()),
        }
    }
}

impl Ascending {
    /// Notes the identifiers of a block if they go on ascending. What is let go goes to `keep`.
    pub(super) fn insert_all(&mut self, ids: &BlockIds, keep: &mut Keep<'_>) -> io::Result<bool> {
        let Some((first, last)) = ids.ends() else {
            return Ok(true);
        };
        if !ids.is_ascending() || order(&self.last, first) != Ordering::Less {
            return Ok(false);
        }
        self.add(ids, first);
        self.last.clear();
        self.last.extend_from_slice(last);
        while self.weight > 2 * GENERATION_MAX
            && let Some(oldest) = self.runs.pop_front()
        {
            self.weight -= oldest.weight();
            self.is_partial = true;
            keep(&mut oldest.fingerprints())?;
        }
        Ok(true)
    }

    fn add(&mut self, ids: &BlockIds, first: &[u8]) {
        match self.runs.back_mut() {
            Some(Run::Consecutive { count, .. })
                if ids.is_consecutive() && is_next(&self.last, first) =>
            {
                *count += ids.count();
            }
            _ if ids.is_consecutive() && ids.count() > RUN_WEIGHT => {
                self.runs.push_back(Run::Consecutive {
                    first: first.to_vec(),
                    count: ids.count(),
                });
                self.weight += RUN_WEIGHT;
            }
            Some(Run::Listed(fingerprints)) if fingerprints.len() < GENERATION_MAX / 16 => {
                fingerprints.extend(ids.fingerprints());
                self.weight += ids.count();
            }
            _ => {
                self.runs
                    .push_back(Run::Listed(ids.fingerprints().collect()));
                self.weight += ids.count();
            }
        }
    }

    /// How many are held.
    pub(super) fn count(&self) -> usize {
        self.runs.iter().map(Run::count).sum()
    }

    /// Whether older ones were let go.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Those that are held, in their order.
    pub(super) fn fingerprints(&self) -> impl Iterator<Item = u64> {
        self.runs.iter().flat_map(Run::fingerprints)
    }
}
