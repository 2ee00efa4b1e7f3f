//! The tiers that a policy lists, found by their first letters as one machine word.

/// The tiers in the order of the policy.
#[derive(Clone, Debug)]
pub(super) struct Tiers(Vec<Tier>);

#[derive(Clone, Debug)]
struct Tier {
    name: Box<[u8]>,
    word: Option<u64>,
}

impl Tiers {
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let tiers = names.map(|name| Tier {
            word: word(name.as_bytes()),
            name: name.as_bytes().into(),
        });
        Self(tiers.collect())
    }

    /// The place of `name`; one behind the last when it is not listed.
    #[inline]
    pub(super) fn place(&self, name: &[u8]) -> usize {
        let place = match word(name) {
            Some(word) => {
                let is_same =
                    |tier: &Tier| tier.word == Some(word) && tier.name.len() == name.len();
                self.0.iter().position(is_same)
            }
            None => self.0.iter().position(|tier| *tier.name == *name),
        };
        place.unwrap_or(self.0.len())
    }
}

/// A text of at most eight bytes as a number: with its length it is the text.
#[inline]
fn word(text: &[u8]) -> Option<u64> {
    let half = |chunk: Option<&[u8; 4]>| chunk.map(|chunk| u64::from(u32::from_le_bytes(*chunk)));
    match text.len() {
        // The halves overlap, and where they do they are the same.
        length @ 4..=8 => {
            let (first, last) = (half(text.first_chunk())?, half(text.last_chunk())?);
            Some(first | last << (8 * (length - 4)))
        }
        0..=3 => {
            let bytes = text.iter().rev();
            Some(bytes.fold(0, |word, byte| word << 8 | u64::from(*byte)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Tiers;

    #[test]
    fn a_tier_is_found_by_all_its_letters() {
        let names = [
            "",
            "a",
            "ab",
            "abc",
            "gold",
            "golde",
            "abcdefgh",
            "abcdefghi",
            "gold\0",
            "abxc",
        ];
        let tiers = Tiers::new(names.into_iter());
        for (place, name) in names.into_iter().enumerate() {
            assert_eq!(tiers.place(name.as_bytes()), place, "{name:?}");
        }
        for name in [
            "\0",
            "a\0",
            "Gold",
            "golds",
            "goldx",
            "abcdefg",
            "abcdefgi",
            "abcdefghj",
            "abc\0",
        ] {
            assert_eq!(tiers.place(name.as_bytes()), names.len(), "{name:?}");
        }
    }
}
