//! Identifiers that are numbered one after the other, as invoices mostly are: INV-8, INV-9, then INV-10.
//! The first one and their count tell them all.

use super::fingerprint;

/// Whether `after` is `before` with the next number of as many digits at its end.
#[inline]
pub(super) fn is_next(before: &[u8], after: &[u8]) -> bool {
    match (before, after) {
        ([head @ .., last], [other @ .., next @ b'1'..=b'9']) => {
            *last == next - 1 && is_same(head, other)
        }
        _ => is_next_with_carry(before, after),
    }
}

/// The same where the last digit is followed by zero.
#[cold]
fn is_next_with_carry(before: &[u8], after: &[u8]) -> bool {
    match (before, after) {
        ([before @ .., b'9'], [after @ .., b'0']) => {
            let is_digit = before.last().is_some_and(u8::is_ascii_digit);
            is_digit && is_next(before, after)
        }
        _ => false,
    }
}

/// Whether two texts are the same; quick for short ones.
#[inline]
fn is_same(left: &[u8], right: &[u8]) -> bool {
    let of_words = |text: &[u8]| Some((*text.first_chunk::<8>()?, *text.last_chunk::<8>()?));
    match (of_words(left), of_words(right)) {
        (Some(one), Some(other)) if left.len() <= 16 => left.len() == right.len() && one == other,
        _ => left == right,
    }
}

/// The fingerprints of `first` and of those that are numbered after it, `count` together.
pub(super) fn fingerprints(first: &[u8], count: usize) -> impl Iterator<Item = u64> {
    let mut next = first.to_vec();
    (0..count).map(move |_| {
        let found = fingerprint(&next);
        step(&mut next);
        found
    })
}

/// Makes an identifier the next one.
fn step(id: &mut [u8]) {
    for digit in id.iter_mut().rev() {
        match digit {
            b'0'..=b'8' => {
                *digit += 1;
                return;
            }
            b'9' => *digit = b'0',
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fingerprints, is_next};
    use crate::read::recent::fingerprint;

    #[test]
    fn the_next_number_has_as_many_digits() {
        let next = [
            ("INV-1", "INV-2"),
            ("1", "2"),
            ("A-009", "A-010"),
            ("2026-0999", "2026-1000"),
            ("a rather long name of 0199", "a rather long name of 0200"),
        ];
        let not_next = [
            ("INV-9", "INV-10"),
            ("INV-9", "INV-0"),
            ("9", "0"),
            ("", "1"),
            ("INV-2", "INV-1"),
            ("INV-1", "INV-1"),
            ("INV-1", "INV-3"),
            ("INV-/", "INV-0"),
            ("INV-9", "INW-0"),
            ("ABC-19", "ABD-20"),
            ("a rather long name of 0199", "a rather long game of 0200"),
        ];
        let are_next = |(before, after): (&str, &str)| is_next(before.as_bytes(), after.as_bytes());
        for pair in next {
            assert!(are_next(pair), "{pair:?}");
        }
        for pair in not_next {
            assert!(!are_next(pair), "{pair:?}");
        }
    }

    #[test]
    fn the_first_and_the_count_tell_all() {
        let told: Vec<u64> = fingerprints(b"INV-0989", 1_000).collect();
        let numbers = (989..1_989).map(|number| format!("INV-{number:04}"));
        let expected: Vec<u64> = numbers.map(|id| fingerprint(id.as_bytes())).collect();
        assert_eq!(told, expected);
    }
}
