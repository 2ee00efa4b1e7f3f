//! Letters that are collected on their way to a list: a place to write to that never grows.

/// A few pages of memory, which stay in the processor's cache.
const LETTERS: usize = 4096;

/// More decimal places no currency has; a digit stands before them.
pub(super) const PLACES_MAX: u32 = EIGHT - 1;

/// The most letters of an amount: a sign, the digits of a word and a point, and room for a whole word
/// behind the last digit.
pub(super) const AMOUNT_LETTERS: usize = 40;

/// Eight digits are written at once, a byte each.
const EIGHT: u32 = 8;
const TO_EIGHT_DIGITS: u64 = 100_000_000;
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Letters.
#[derive(Debug)]
pub(super) struct Pending {
    letters: Box<[u8; LETTERS]>,
    length: usize,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            letters: Box::new([0; LETTERS]),
            length: 0,
        }
    }
}

impl Pending {
    /// Whether so many letters fit behind those that are there.
    #[inline]
    pub(super) fn has_room(&self, letters: usize) -> bool {
        letters <= LETTERS - self.length
    }

    /// Appends all letters to `out`; none is left.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.letters[..self.length]);
        self.length = 0;
    }

    /// Adds a text for which there is room.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let to = &mut self.letters[self.length..self.length + text.len()];
        // Most texts are a letter, or one word or two that overlap.
        match (text, text.first_chunk::<8>(), text.last_chunk::<8>()) {
            ([letter], ..) => to[0] = *letter,
            (_, Some(first), Some(last)) if text.len() <= 16 => {
                to[..8].copy_from_slice(first);
                to[text.len() - 8..].copy_from_slice(last);
            }
            _ => to.copy_from_slice(text),
        }
        self.length += text.len();
    }

    /// Adds `units / 10^places` with all its places, at most [`PLACES_MAX`]; there is room for
    /// [`AMOUNT_LETTERS`].
    #[inline]
    pub(super) fn amount(&mut self, units: i64, places: u32) {
        if units < 0 {
            self.text(b"-");
        }
        let units = units.unsigned_abs();
        let (high, low) = (units / TO_EIGHT_DIGITS, units % TO_EIGHT_DIGITS);
        let digits = eight_digits(low);
        let zeros = if high > 0 {
            self.text(itoa::Buffer::new().format(high).as_bytes());
            0
        } else {
            (digits.trailing_zeros() / u8::BITS).min(PLACES_MAX - places)
        };
        let letters = (digits | ZEROS) >> (u8::BITS * zeros);
        let whole = EIGHT - zeros - places;
        self.word(letters, whole);
        if places > 0 {
            self.text(b".");
            self.word(letters >> (u8::BITS * whole), places);
        }
    }

    /// Adds the first `length` letters of a word.
    #[inline]
    fn word(&mut self, letters: u64, length: u32) {
        self.letters[self.length..self.length + 8].copy_from_slice(&letters.to_le_bytes());
        self.length += length as usize;
    }
}

/// The eight digits of a number below 10^8 as bytes, the first digit in the lowest. Fours, then pairs, then
/// digits are divided off side by side; each quotient is exact for numbers so small.
#[inline]
fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let pairs = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = pairs | ((fours - pairs * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
}

#[cfg(test)]
mod tests {
    use super::{ZEROS, eight_digits};

    #[test]
    fn eight_digits_are_those_of_the_number() {
        let steps = (0..100_000_000_u64).step_by(997);
        for number in steps.chain(0..20_000).chain(99_980_000..100_000_000) {
            let letters = (eight_digits(number) | ZEROS).to_le_bytes();
            assert_eq!(letters, *format!("{number:08}").as_bytes());
        }
    }
}
