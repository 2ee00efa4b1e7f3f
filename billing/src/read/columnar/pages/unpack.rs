//! Numbers of a few bits each, packed without gaps, the lowest bit first.

use super::{Unusual, Usual};

/// Eight numbers are as many bytes as one has bits.
const GROUP: usize = 8;

/// Bytes from which eight numbers of up to 32 bits can be read, eight bytes at a time.
const WINDOW: usize = 40;

/// Fills `numbers` with those of `width` bits that stand at the beginning of `packed` behind `skipped`
/// others.
pub(super) fn unpack(packed: &[u8], width: u8, skipped: usize, numbers: &mut [u32]) -> Usual<()> {
    let width = usize::from(width);
    let needed = (skipped + numbers.len()) * width;
    if needed.div_ceil(8) > packed.len() {
        return Err(Unusual);
    }
    // Up to where a group begins one by one.
    let single = (skipped.next_multiple_of(GROUP) - skipped).min(numbers.len());
    let (head, rest) = numbers.split_at_mut(single);
    one_by_one(packed, width, skipped, head);
    let skipped = skipped + single;
    let (groups, tail) = rest.as_chunks_mut::<GROUP>();
    let packed_groups = packed.get(skipped / GROUP * width..).unwrap_or_default();
    in_groups(packed_groups, width, groups);
    one_by_one(packed, width, skipped + groups.len() * GROUP, tail);
    Ok(())
}

fn one_by_one(packed: &[u8], width: usize, skipped: usize, numbers: &mut [u32]) {
    for (place, number) in numbers.iter_mut().enumerate() {
        let bit = (skipped + place) * width;
        let bytes = packed.get(bit / 8..).unwrap_or_default();
        let bytes = &bytes[..bytes.len().min(8)];
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        *number = cut(u64::from_le_bytes(word) >> (bit % 8), width);
    }
}

/// The lowest `width` bits.
#[inline]
fn cut(word: u64, width: usize) -> u32 {
    let [a, b, c, d, ..] = (word & ((1 << width) - 1)).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

macro_rules! of_width {
    ($packed:ident, $width:ident, $groups:ident, $($known:literal)*) => {
        match $width {
            $($known => of_known_width::<$known>($packed, $groups),)*
            _ => $groups.as_flattened_mut().fill(0),
        }
    };
}

fn in_groups(packed: &[u8], width: usize, groups: &mut [[u32; GROUP]]) {
    of_width!(packed, width, groups,
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn of_known_width<const WIDTH: usize>(mut packed: &[u8], groups: &mut [[u32; GROUP]]) {
    for group in groups {
        if let Some(window) = packed.first_chunk() {
            *group = unpacked::<WIDTH>(window);
        } else {
            let mut window = [0; WINDOW];
            window[..packed.len()].copy_from_slice(packed);
            *group = unpacked::<WIDTH>(&window);
        }
        packed = packed.get(WIDTH..).unwrap_or_default();
    }
}

#[inline]
fn unpacked<const WIDTH: usize>(window: &[u8; WINDOW]) -> [u32; GROUP] {
    std::array::from_fn(|place| {
        let bit = place * WIDTH;
        let mut word = [0; 8];
        word.copy_from_slice(&window[bit / 8..bit / 8 + 8]);
        cut(u64::from_le_bytes(word) >> (bit % 8), WIDTH)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unpack;

    /// The number that these bits are, bit by bit.
    fn plain(packed: &[u8], width: usize, place: usize) -> u32 {
        let bits = (place * width)..(place + 1) * width;
        let is_set = |bit: usize| packed[bit / 8] >> (bit % 8) & 1 == 1;
        bits.enumerate()
            .map(|(order, bit)| u32::from(is_set(bit)) << order)
            .sum()
    }

    proptest! {
        #[test]
        fn numbers_are_unpacked_wherever_one_begins(
            packed in prop::collection::vec(any::<u8>(), 0..300),
            width in 0_u8..=32,
            skipped in 0_usize..40,
            count in 0_usize..200,
        ) {
            let mut numbers = vec![u32::MAX; count];
            let fits = (skipped + count) * usize::from(width) <= packed.len() * 8;
            prop_assert_eq!(unpack(&packed, width, skipped, &mut numbers).is_ok(), fits);
            if fits {
                for (place, number) in numbers.into_iter().enumerate() {
                    prop_assert_eq!(number, plain(&packed, width.into(), skipped + place));
                }
            }
        }
    }
}
