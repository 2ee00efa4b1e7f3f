//! What can go wrong between a gateway and its clients, and when it does.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::gateway::ApiRequest;

/// One thing that goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The request is lost before anything is done.
    DropBefore,
    /// The request is executed, and its reply lost.
    DropAfter,
    /// The reply comes late; until then the key is in use.
    Delay,
    /// The gateway fails before it executes the request: 500.
    ErrorBefore,
    /// The gateway executes the request, then fails: 500.
    ErrorAfter,
    /// The key is being used by another request just now: 409.
    Conflict,
    /// Too many requests: 429.
    RateLimited,
    /// The payment is `processing` for a minute before it succeeds.
    SlowSettlement,
    /// The webhooks of the request's events come twice.
    WebhookDuplicated,
    /// The webhooks of the request's events come in the wrong order.
    WebhookReordered,
    /// The webhooks of the request's events never come.
    WebhookLost,
}

/// When which fault happens. The fault of a request's own metadata comes first, then that of its
/// payment method, then that of its ordinal, then chance by the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// By the ordinal of the request, from 1.
    pub ordinals: BTreeMap<u64, Fault>,
    /// Decides with the ordinal which requests are hit by chance.
    pub seed: u64,
    /// How many of a thousand requests are hit by each fault.
    pub per_thousand: BTreeMap<Fault, u16>,
    /// How late a reply comes when it is to come late, in milliseconds; a second when it is not told.
    pub delay_ms: Option<u32>,
}

/// The metadata entry that asks for a fault, for the first request of its key.
pub(super) const METADATA: &str = "metadata[ledgerly_fault]";

/// How late a reply comes unless it is told.
const DELAY_MS: u32 = 1000;

impl Faults {
    /// How late a reply comes when it is to come late.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(DELAY_MS).into())
    }

    /// The fault of the request with this ordinal.
    pub(super) fn of_ordinal(&self, ordinal: u64) -> Option<Fault> {
        let chosen = self.ordinals.get(&ordinal).copied();
        chosen.or_else(|| self.by_chance(ordinal))
    }

    fn by_chance(&self, ordinal: u64) -> Option<Fault> {
        if self.per_thousand.is_empty() {
            return None;
        }
        let mut drawn = u16::try_from(scrambled(self.seed, ordinal) % 1000).unwrap_or(0);
        for (fault, share) in &self.per_thousand {
            if drawn < *share {
                return Some(*fault);
            }
            drawn -= share;
        }
        None
    }
}

/// The fault that the request itself asks for.
pub(super) fn of_metadata(request: &ApiRequest) -> Option<Fault> {
    request.parameters.get(METADATA).and_then(named)
}

/// The name of a fault that the request asks for and that there is not.
pub(super) fn unknown_in_metadata(request: &ApiRequest) -> Option<&str> {
    let name = request.parameters.get(METADATA)?;
    named(name).is_none().then_some(name)
}

fn named(name: &str) -> Option<Fault> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// `SplitMix64` over both numbers: small, and the same on every machine.
pub(super) fn scrambled(seed: u64, ordinal: u64) -> u64 {
    let mut state = seed.wrapping_add(ordinal.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    #[test]
    fn chance_hits_its_share_of_requests_and_the_same_ones_each_time() {
        let faults = Faults {
            seed: 7,
            per_thousand: [(Fault::DropBefore, 100), (Fault::DropAfter, 50)].into(),
            ..Faults::default()
        };
        let drawn: Vec<_> = (1..=10_000)
            .map(|ordinal| faults.of_ordinal(ordinal))
            .collect();
        let count = |fault| drawn.iter().filter(|drawn| **drawn == fault).count();
        assert!((900..1100).contains(&count(Some(Fault::DropBefore))));
        assert!((420..580).contains(&count(Some(Fault::DropAfter))));
        let again: Vec<_> = (1..=10_000)
            .map(|ordinal| faults.of_ordinal(ordinal))
            .collect();
        assert_eq!(drawn, again);
    }
}
