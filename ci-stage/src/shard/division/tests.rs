use proptest::prelude::*;

use super::{Shard, divide};

#[test]
fn a_shard_is_read_and_what_is_none_is_refused() {
    assert_eq!("2/4".parse(), Ok(Shard { number: 2, of: 4 }));
    assert_eq!("1/1".parse::<Shard>().unwrap().to_string(), "1/1");
    for wrong in [
        "", "2", "0/4", "5/4", "1/0", "-1/2", "1/2/3", "a/b", "1/70000",
    ] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn the_heaviest_pieces_go_apart_and_light_ones_fill_up() {
    assert_eq!(divide(&[10, 1, 9, 1, 1], 2), [1, 2, 2, 1, 2]);
    assert_eq!(divide(&[5, 5, 5, 5], 2), [1, 2, 1, 2]);
    assert_eq!(divide(&[0, 0, 0], 2), [1, 2, 1]);
    assert_eq!(divide(&[], 3), [] as [u16; 0]);
}

proptest! {
    /// What is known of the rule: no shard has more than another by the heaviest piece.
    #[test]
    fn no_shard_is_ahead_of_another_by_more_than_one_piece(
        weights in prop::collection::vec(0_u64..1_000, 0..200),
        shards in 1_u16..12,
    ) {
        let division = divide(&weights, shards);
        prop_assert!(division.iter().all(|shard| (1..=shards).contains(shard)));
        let mut loads = vec![0; usize::from(shards)];
        for (weight, shard) in weights.iter().zip(&division) {
            loads[usize::from(*shard) - 1] += weight;
        }
        let heaviest = weights.iter().copied().max().unwrap_or_default();
        let spread = loads.iter().max().unwrap() - loads.iter().min().unwrap();
        prop_assert!(spread <= heaviest, "{loads:?}");
    }
}
