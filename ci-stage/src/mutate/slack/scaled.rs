//! A number as an integer with a fixed count of decimal places, so that halving it is exact.

use crate::mutate::operators::Number;

/// A number literal that can be moved by its last place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scaled {
    /// All digits, the point left out.
    pub(super) value: i128,
    scale: usize,
    low: i128,
    high: i128,
}

/// Values further away than this, in steps of the last place, are not tried.
const REACH: i128 = 1_000_000_000;

impl Scaled {
    /// Reads a literal. Its type, where it is a plain integer's, sets the edges.
    pub(super) fn of(text: &str, negative: bool, ty: &str) -> Option<Self> {
        let number = Number::parse(text).filter(|number| !number.has_exponent())?;
        let size = i128::try_from(number.integer()?).ok()?;
        let value = if negative { -size } else { size };
        let reach = REACH.max(size.saturating_mul(1000));
        let (low, high) = edges(ty).unwrap_or((i128::MIN / 4, i128::MAX / 4));
        Some(Self {
            value,
            scale: number.scale(),
            low: low.max(value - reach),
            high: high.min(value + reach),
        })
    }

    /// The last value in a direction that is worth a try.
    pub(super) fn edge(&self, direction: i128) -> i128 {
        if direction < 0 { self.low } else { self.high }
    }

    /// A value as text, with as many places as the literal has.
    pub(super) fn text(&self, value: i128) -> String {
        let sign = if value < 0 { "-" } else { "" };
        let width = self.scale + 1;
        let mut digits = format!("{:0width$}", value.unsigned_abs());
        if self.scale > 0 {
            digits.insert(digits.len() - self.scale, '.');
        }
        format!("{sign}{digits}")
    }

    /// The smallest move.
    pub(super) fn step(&self) -> String {
        self.text(1)
    }
}

/// The smallest and the largest value of an integer type.
fn edges(ty: &str) -> Option<(i128, i128)> {
    Some(match ty {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "u128" => (0, i128::MAX),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Scaled;

    #[test]
    fn a_number_moves_by_its_last_place_and_keeps_its_form() {
        let rate = Scaled::of("0.05", false, "Decimal").expect("a number");
        assert_eq!(rate.step(), "0.01");
        let around = [-1, 0, 4, 5, 120].map(|value| rate.text(value));
        assert_eq!(around, ["-0.01", "0.00", "0.04", "0.05", "1.20"]);
    }

    #[test]
    fn the_type_sets_the_edges() {
        let byte = Scaled::of("42", false, "u8").expect("a number");
        assert_eq!((byte.edge(-1), byte.edge(1)), (0, 255));
        let negative = Scaled::of("5", true, "i8").expect("a number");
        assert_eq!((negative.value, negative.edge(-1)), (-5, -128));
    }
}
