//! Which policy a price was made under: its name, its version and a hash of its content.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Policy, RawPolicy};

/// The name of a policy, the day from which this version is in effect, and a hash of its rules.
///
/// Equal hashes mean equal rules, whatever they are called and whenever they apply.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyId {
    /// The policy's name.
    pub name: String,
    /// The first day of this version; absent when it has always been in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// SHA-256 of the rules as canonical JSON, 64 hexadecimal digits.
    pub hash: String,
}

impl PolicyId {
    pub(super) fn nameless() -> Self {
        Self {
            name: String::new(),
            effective_from: None,
            hash: String::new(),
        }
    }
}

impl fmt::Display for PolicyId {
    /// Such as `standard from 2026-01-01 (3f0c9a1b2d4e)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(date) = self.effective_from {
            write!(formatter, " from {date}")?;
        }
        write!(
            formatter,
            " ({})",
            self.hash.get(..12).unwrap_or(&self.hash)
        )
    }
}

impl Policy {
    /// The same rules under a name and a date, with the hash of what they are now.
    pub(super) fn identified(mut self, name: String, effective_from: Option<Date>) -> Self {
        self.id = Arc::new(PolicyId::nameless());
        let hash = self.content_hash();
        self.id = Arc::new(PolicyId {
            name,
            effective_from,
            hash,
        });
        self
    }

    /// The hash of the rules: without name and dates, in one order and one spelling of numbers.
    fn content_hash(&self) -> String {
        let mut rules = RawPolicy {
            effective_until: None,
            ..RawPolicy::from(self.clone())
        };
        rules
            .tiers
            .sort_by(|left, right| left.tier.cmp(&right.tier));
        rules
            .taxes
            .sort_by(|left, right| left.code.cmp(&right.code));
        let Ok(canonical) = serde_json::to_vec(&rules) else {
            unreachable!("texts and lists are JSON");
        };
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
        let digest = Sha256::digest(canonical);
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(digit).collect()
    }
}
