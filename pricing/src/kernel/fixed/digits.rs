//! Digits of a text, eight at a time: how many there are is computed rather than branched on, because
//! amounts differ in length from line to line.

/// So many digits always fit a machine word.
pub(super) const COUNT_MAX: usize = 18;

/// 10^0 to 10^8.
const POWERS: [u64; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// Appends the digits at the beginning of `text` to `number`, wrapping where there are too many;
/// returns how many they are.
#[inline]
pub(super) fn onto(number: u64, text: &[u8]) -> (u64, usize) {
    match text.first_chunk() {
        Some(eight) => {
            let (value, count) = of_eight(*eight);
            if count < 8 {
                return (append(number, value, count), count);
            }
            one_by_one(append(number, value, count), &text[8..], 8)
        }
        None => one_by_one(number, text, 0),
    }
}

#[inline]
fn append(number: u64, value: u64, count: usize) -> u64 {
    number.wrapping_mul(POWERS[count]).wrapping_add(value)
}

fn one_by_one(mut number: u64, text: &[u8], before: usize) -> (u64, usize) {
    let mut count = before;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        count += 1;
    }
    (number, count)
}

/// The number that the digits at the beginning of `text` make, and how many they are.
#[inline]
fn of_eight(text: [u8; 8]) -> (u64, usize) {
    let digits = digits_of(text);
    let count = others(digits).trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    (value(digits, count), count as usize)
}

/// The number `digits[.digits]` at the beginning of `text` without its point, how many places it has,
/// and where it ends; `None` when it may go on behind the eighth letter, or is no such number.
///
/// The digits behind the point are moved up to those before it, so that one computation takes both.
#[inline]
pub(super) fn short_decimal(text: [u8; 8]) -> Option<(u64, u32, usize)> {
    let digits = digits_of(text);
    let others = others(digits);
    let whole = others.trailing_zeros() / 8;
    if whole == 0 || whole == 8 {
        return None;
    }
    if text[whole as usize] != b'.' {
        return Some((value(digits, whole), 0, whole as usize));
    }
    // No digit and no point is carried over, so the letter behind the fraction is found exactly too.
    let end = (others & (others - 1)).trailing_zeros() / 8;
    let places = end - whole - 1;
    if places == 0 || end == 8 {
        return None;
    }
    let before_point = (1 << (whole * 8)) - 1;
    let joined = (digits & before_point) | ((digits >> 8) & !before_point);
    Some((value(joined, end - 1), places, end as usize))
}

/// The number `digits[.digits]` that the last `length` letters of `text` are, without its point, and how
/// many places it has; `None` when they are no such number. There are one to eight of them.
#[inline]
pub(super) fn last_decimal(text: [u8; 8], length: usize) -> Option<(u64, u32)> {
    // What stands before becomes zeros.
    let before = 64 - 8 * u32::try_from(length).ok()?;
    let digits = digits_of(text) >> before << before;
    let others = others(digits);
    if others == 0 {
        return Some((eight(digits), 0));
    }
    let at = others.trailing_zeros() / 8;
    let point = others & others.wrapping_neg();
    let stands_alone = others == point && (digits >> (at * 8)) & 0xff == u64::from(b'.' ^ b'0');
    // A digit before it, and one behind.
    if !stands_alone || at * 8 <= before || at == 7 {
        return None;
    }
    let (before_point, up_to_point) = ((point >> 7) - 1, (point << 1) - 1);
    let joined = (digits & !up_to_point) | ((digits & before_point) << 8);
    Some((eight(joined), 7 - at))
}

/// Each letter less that of zero, so that a digit becomes 0 to 9; the first letter is the lowest byte.
#[inline]
fn digits_of(text: [u8; 8]) -> u64 {
    u64::from_le_bytes(text) ^ 0x3030_3030_3030_3030
}

/// The high bit of each byte that is no digit: exact up to the first one above 9, since what is carried
/// over changes only bytes behind it.
#[inline]
fn others(digits: u64) -> u64 {
    (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
}

/// The number of the lowest `count` digits, one to eight.
#[inline]
fn value(digits: u64, count: u32) -> u64 {
    // Zeros before the first digit.
    eight(digits << (64 - count * 8))
}

/// The number of eight digits: of pairs, fours and eights of them.
#[inline]
fn eight(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(2561) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(6_553_601) >> 16;
    (fours & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32
}

#[cfg(test)]
mod tests {
    use super::{last_decimal, one_by_one, onto, short_decimal};

    /// Mostly digits and points, at every place.
    fn eight_letters(seed: usize) -> [u8; 8] {
        let letters = b"0123456789.,-\"\n\x00\xff ";
        std::array::from_fn(|at| {
            let mixed = (seed + at * 7_919).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            letters[if mixed.is_multiple_of(3) {
                10 + mixed % 8
            } else {
                mixed % 11
            }]
        })
    }

    #[test]
    fn the_last_letters_are_a_decimal_as_their_digits_are_one_by_one() {
        for seed in 0..400_000_usize {
            let (text, length) = (eight_letters(seed), 1 + seed % 8);
            let number = &text[8 - length..];
            let (joined, whole) = one_by_one(0, number, 0);
            let (joined, end) = match number.get(whole) {
                Some(b'.') => one_by_one(joined, &number[whole + 1..], whole + 1),
                _ => (joined, whole),
            };
            let is_number = whole > 0 && end == length && number[end - 1] != b'.';
            let places = u32::try_from(end.saturating_sub(whole + 1)).unwrap();
            let expected = is_number.then_some((joined, places));
            assert_eq!(last_decimal(text, length), expected, "{number:?}");
        }
    }

    #[test]
    fn a_short_decimal_is_its_digits_one_by_one() {
        for seed in 0..400_000_usize {
            let text = eight_letters(seed);
            let (number, whole) = one_by_one(0, &text, 0);
            let (joined, end) = match text.get(whole) {
                Some(b'.') => one_by_one(number, &text[whole + 1..], whole + 1),
                _ => (number, whole),
            };
            let places = end.saturating_sub(whole + 1);
            let is_number = whole > 0 && end < 8 && text[end - 1] != b'.';
            let expected = is_number.then_some((joined, u32::try_from(places).unwrap(), end));
            assert_eq!(short_decimal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn eight_digits_at_a_time_are_the_digits_one_by_one() {
        let texts = (0..20_000_u64).map(|seed| {
            // Every length of digits, followed by every kind of letter.
            let mut text = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_string();
            text.truncate(usize::try_from(seed % 20).unwrap_or(0));
            text.push(char::from(u8::try_from(seed / 20 % 128).unwrap_or(0)));
            text + "123456789"
        });
        for text in texts {
            let text = text.as_bytes();
            for length in [text.len(), text.len() - 9, text.len() - 5] {
                let text = &text[..length];
                assert_eq!(onto(7, text), one_by_one(7, text, 0), "{text:?}");
            }
        }
    }
}
