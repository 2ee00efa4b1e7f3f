//! From which invoice to which a part of a book goes, by which parts are shown not to overlap.

use serde::{Deserialize, Serialize};

use crate::read::recent::{BlockIds, order};

/// The identifiers of a part, the refused ones that are known included.
///
/// Parts whose identifiers ascend and whose ranges do not overlap have no invoice in common: that is
/// known without a look at each. The order is that of [`order`]: shorter identifiers come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdRange {
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    /// Whether each identifier comes after the one before it.
    pub(crate) ascending: bool,
}

impl Default for IdRange {
    fn default() -> Self {
        Self {
            first: None,
            last: None,
            ascending: true,
        }
    }
}

impl IdRange {
    /// Adds the next identifiers, in their order.
    pub(crate) fn add(&mut self, ids: &BlockIds) {
        let Some((first, last)) = ids.ends() else {
            return;
        };
        let text = |id: &[u8]| String::from_utf8_lossy(id).into_owned();
        let is_after = self
            .last
            .as_ref()
            .is_none_or(|last| order(last.as_bytes(), first).is_lt());
        self.ascending &= ids.is_ascending() && is_after;
        self.first.get_or_insert_with(|| text(first));
        self.last = Some(text(last));
    }

    /// Adds the next identifier.
    pub(crate) fn add_one(&mut self, id: &str) {
        let mut ids = BlockIds::default();
        ids.add(id.as_bytes());
        self.add(&ids);
    }
}

/// Whether the ranges alone show that no two of these parts have an invoice in common.
pub(crate) fn are_apart<'r>(ranges: impl Iterator<Item = &'r IdRange>) -> bool {
    let mut ends = Vec::new();
    for range in ranges {
        let (Some(first), Some(last)) = (&range.first, &range.last) else {
            continue;
        };
        if !range.ascending {
            return false;
        }
        ends.push((first.as_bytes(), last.as_bytes()));
    }
    ends.sort_by(|left, right| order(left.0, right.0));
    ends.windows(2)
        .all(|pair| order(pair[0].1, pair[1].0).is_lt())
}

#[cfg(test)]
mod tests {
    use super::{IdRange, are_apart};

    fn range(ids: &[&str]) -> IdRange {
        let mut range = IdRange::default();
        for id in ids {
            range.add_one(id);
        }
        range
    }

    #[test]
    fn parts_are_apart_when_their_ascending_ranges_do_not_overlap() {
        let parts: [(&[&[&str]], bool); 6] = [
            (&[&["A-1", "A-9"], &["A-10", "A-11"]], true),
            (&[&["A-10", "A-11"], &["A-1", "A-9"], &[]], true),
            // One invoice cut in two.
            (&[&["A-1", "A-2"], &["A-2", "A-3"]], false),
            (&[&["A-1", "A-5"], &["A-3", "A-9"]], false),
            (&[&["A-2", "A-1"], &["A-3"]], false),
            (&[], true),
        ];
        for (ids, expected) in parts {
            let ranges: Vec<IdRange> = ids.iter().map(|ids| range(ids)).collect();
            assert_eq!(are_apart(ranges.iter()), expected, "{ids:?}");
        }
    }
}
