//! How many invoices change by how much: bins of 1, 2 and 5 times a power of ten, on both sides of zero.

use std::collections::BTreeMap;

use super::units::Units;

/// Counts of differences by bin.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// By the bin's end that is farther from zero.
    counts: BTreeMap<i128, u64>,
}

/// Differences beyond one end, up to and with the end farther from zero.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Bin {
    /// The end nearer to zero, not in the bin.
    pub beyond: Units,
    /// The end farther from zero, in the bin.
    pub up_to: Units,
    /// How many invoices.
    pub invoices: u64,
}

impl Histogram {
    /// Counts equal differences that are not zero.
    pub(super) fn add(&mut self, units: i128, count: u64) {
        let (_, end) = ends(units.unsigned_abs());
        *self.counts.entry(units.signum() * end).or_default() += count;
    }

    /// The bins from the lowest to the highest, those between them that are empty included.
    pub(super) fn bins(&self, places: u32) -> Vec<Bin> {
        let Some((&lowest, &highest)) = self
            .counts
            .first_key_value()
            .map(|(low, _)| low)
            .zip(self.counts.last_key_value().map(|(high, _)| high))
        else {
            return Vec::new();
        };
        let start = Units::smallest(places).min(self.nearest());
        let largest = lowest.unsigned_abs().max(highest.unsigned_abs());
        let above: Vec<i128> = ladder(start, largest).collect();
        let below = above.iter().rev().map(|end| -end);
        let ends = below.chain(above.iter().copied());
        ends.filter(|end| (lowest..=highest).contains(end))
            .map(|end| self.bin(end, start, places))
            .collect()
    }

    fn nearest(&self) -> i128 {
        let ends = self.counts.keys().map(|end| end.abs());
        ends.min().unwrap_or(1)
    }

    fn bin(&self, end: i128, start: i128, places: u32) -> Bin {
        let (below, _) = ends(end.unsigned_abs());
        let near = if end.abs() <= start { 0 } else { below };
        let shown = |units| Units::from_count(units, places);
        Bin {
            beyond: shown(end.signum() * near),
            up_to: shown(end),
            invoices: self.counts.get(&end).copied().unwrap_or(0),
        }
    }
}

/// The ends of the bins from `start` to the one that holds `largest`.
fn ladder(start: i128, largest: u128) -> impl Iterator<Item = i128> {
    steps()
        .skip_while(move |&end| end < start)
        .scan(false, move |is_over, end| {
            if *is_over {
                return None;
            }
            *is_over = end.unsigned_abs() >= largest;
            Some(end)
        })
}

/// The ends of the bin that holds `magnitude`: beyond the first, up to the second.
fn ends(magnitude: u128) -> (i128, i128) {
    let mut below = 0;
    for end in steps() {
        if end.unsigned_abs() >= magnitude {
            return (below, end);
        }
        below = end;
    }
    (below, i128::MAX)
}

/// 1, 2, 5, 10, 20, 50, ...
fn steps() -> impl Iterator<Item = i128> {
    let powers = std::iter::successors(Some(1_i128), |power| power.checked_mul(10));
    powers.flat_map(|power| {
        [1, 2, 5]
            .into_iter()
            .filter_map(move |step| power.checked_mul(step))
    })
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn each_difference_falls_into_its_bin_and_empty_bins_between_stay() {
        let mut histogram = Histogram::default();
        let cent = 10_000_000;
        for cents in [1, 1, 2, 3, 5, 20, -1, -7] {
            histogram.add(cents * cent, 1);
        }
        let bins: Vec<String> = histogram
            .bins(2)
            .iter()
            .map(|bin| format!("{}..{} {}", bin.beyond, bin.up_to, bin.invoices))
            .collect();
        let expected = [
            "-0.05..-0.10 1",
            "-0.02..-0.05 0",
            "-0.01..-0.02 0",
            "0.00..-0.01 1",
            "0.00..0.01 2",
            "0.01..0.02 1",
            "0.02..0.05 2",
            "0.05..0.10 0",
            "0.10..0.20 1",
        ];
        assert_eq!(bins, expected);
        assert!(Histogram::default().bins(2).is_empty());
    }
}
