//! The values that the keys of a page stand for.

use super::{Unusual, Usual};

/// A dictionary of no more values is looked up in by the lowest byte of a key, which needs no check.
const SHORT: usize = 256;

/// Values, each the meaning of its place.
#[derive(Default)]
pub(super) struct Dictionary<T> {
    count: usize,
    /// At least [`SHORT`] of them; those behind `count` mean nothing.
    values: Vec<T>,
}

impl<T: Copy + Default> Dictionary<T> {
    pub(super) fn of(mut values: Vec<T>) -> Self {
        let count = values.len();
        values.resize(count.max(SHORT), T::default());
        Self { count, values }
    }

    /// Adds what `keys` stand for.
    pub(super) fn look_up(&self, keys: &[u32], found: &mut Vec<T>) -> Usual<()> {
        let highest = keys.iter().fold(0, |highest, key| highest.max(*key));
        if highest as usize >= self.count {
            return Err(Unusual);
        }
        match self.values.first_chunk::<SHORT>() {
            Some(short) if self.count <= SHORT => found.extend(keys.iter().map(|key| {
                let [lowest, ..] = key.to_le_bytes();
                short[usize::from(lowest)]
            })),
            _ => found.extend(keys.iter().map(|key| self.values[*key as usize])),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Dictionary;

    proptest! {
        #[test]
        fn a_key_finds_the_value_at_its_place_or_nothing_is_found(
            values in prop_oneof![
                prop::collection::vec(any::<i64>(), 0..20),
                prop::collection::vec(any::<i64>(), 250..260),
            ],
            keys in prop::collection::vec(0_u32..270, 1..40),
        ) {
            let dictionary = Dictionary::of(values.clone());
            let mut found = vec![7];
            let is_found = dictionary.look_up(&keys, &mut found).is_ok();
            let expected = keys.iter().map(|key| values.get(*key as usize).copied());
            match expected.collect::<Option<Vec<_>>>() {
                Some(expected) => prop_assert_eq!((is_found, &found[1..]), (true, &expected[..])),
                None => prop_assert!(!is_found),
            }
        }
    }
}
