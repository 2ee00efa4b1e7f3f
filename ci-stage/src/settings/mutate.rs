//! `mutate.*`: the gates of a sweep.

use serde::Deserialize;

use super::Percent;
use crate::mutate::Gates;

/// ```toml
/// mutate.fail-under = 85     # the least share of mutants that are noticed
/// mutate.max-survivors = 12  # how many may go unnoticed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct MutateSettings {
    /// The least share of mutants that are noticed.
    pub fail_under: Option<Percent>,
    /// How many may go unnoticed.
    pub max_survivors: Option<usize>,
}

impl MutateSettings {
    /// As gates.
    #[must_use]
    pub fn gates(self) -> Gates {
        Gates {
            fail_under: self.fail_under,
            max_survivors: self.max_survivors,
        }
    }
}
