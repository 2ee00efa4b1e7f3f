//! Decimal numbers that fit a machine word.

use rust_decimal::Decimal;

mod digits;

/// A decimal number that fits a machine word: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    mantissa: i64,
    scale: u32,
}

impl Fixed {
    /// `mantissa / 10^scale`.
    #[must_use]
    #[inline]
    pub const fn new(mantissa: i64, scale: u32) -> Self {
        Self { mantissa, scale }
    }

    /// The number without its point.
    #[must_use]
    #[inline]
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The decimal places.
    #[must_use]
    #[inline]
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// Reads `-?digits[.digits]` at the beginning of `text`, as [`amount::parse`](crate::amount::parse)
    /// reads the whole of a text; returns the rest behind it. `None` when that does not stand there or
    /// has more than 18 digits.
    ///
    /// ```
    /// use pricing::kernel::Fixed;
    /// assert_eq!(Fixed::read(b"40.00,3"), Some((Fixed::new(4000, 2), &b",3"[..])));
    /// assert_eq!(Fixed::read(b"5.,3"), None);
    /// ```
    #[must_use]
    #[inline]
    pub fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let short = text
            .first_chunk()
            .and_then(|eight| digits::short_decimal(*eight));
        match short {
            Some((mantissa, scale, length)) => {
                let number = Self::new(mantissa.cast_signed(), scale);
                Some((number, text.get(length..)?))
            }
            None => Self::read_any(text),
        }
    }

    /// Reads the last `length` letters of `text` as [`amount::parse`](crate::amount::parse) reads them;
    /// `None` when they are no `-?digits[.digits]` or have more than 18 digits. What stands before them
    /// does not matter, but that it is there makes it fast.
    ///
    /// ```
    /// use pricing::kernel::Fixed;
    /// assert_eq!(Fixed::read_last(b"A,gold,40.00", 5), Some(Fixed::new(4000, 2)));
    /// assert_eq!(Fixed::read_last(b"A,gold,5.", 2), None);
    /// ```
    #[must_use]
    #[inline]
    pub fn read_last(text: &[u8], length: usize) -> Option<Self> {
        match text.last_chunk() {
            Some(eight) if (1..=8).contains(&length) => {
                match digits::last_decimal(*eight, length) {
                    Some((mantissa, scale)) => Some(Self::new(mantissa.cast_signed(), scale)),
                    None => Self::read_whole(text, length),
                }
            }
            _ => Self::read_whole(text, length),
        }
    }

    #[cold]
    fn read_whole(text: &[u8], length: usize) -> Option<Self> {
        let start = text.len().checked_sub(length)?;
        match Self::read_any(&text[start..])? {
            (number, []) => Some(number),
            _ => None,
        }
    }

    /// The same for a number of any length and sign.
    fn read_any(text: &[u8]) -> Option<(Self, &[u8])> {
        let is_negative = text.first() == Some(&b'-');
        let whole = &text[usize::from(is_negative)..];
        let (mantissa, digits) = digits::onto(0, whole);
        let (mantissa, count, scale, rest) = match whole.get(digits) {
            Some(b'.') => {
                let fraction = &whole[digits + 1..];
                let (mantissa, places) = digits::onto(mantissa, fraction);
                if places == 0 {
                    return None;
                }
                (mantissa, digits + places, places, &fraction[places..])
            }
            _ => (mantissa, digits, 0, &whole[digits..]),
        };
        if digits == 0 || count > digits::COUNT_MAX {
            return None;
        }
        let mantissa = mantissa.cast_signed();
        let signed = if is_negative { -mantissa } else { mantissa };
        Some((Self::new(signed, u32::try_from(scale).ok()?), rest))
    }
}

/// `units / 10^places`; built in place, because totals are made one after the other.
#[inline]
pub(crate) fn decimal(units: i64, places: u32) -> Decimal {
    let magnitude = units.unsigned_abs();
    let low = magnitude & u64::from(u32::MAX);
    let word = |half: u64| u32::try_from(half).unwrap_or(0);
    Decimal::from_parts(word(low), word(magnitude >> 32), 0, units < 0, places)
}

impl TryFrom<Decimal> for Fixed {
    type Error = std::num::TryFromIntError;

    #[inline]
    fn try_from(decimal: Decimal) -> Result<Self, Self::Error> {
        Ok(Self::new(
            i64::try_from(decimal.mantissa())?,
            decimal.scale(),
        ))
    }
}
