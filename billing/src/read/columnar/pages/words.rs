//! Numbers as machine words.

use arrow_array::Int64Array;
use rust_decimal::Decimal;

use super::column::Cells;
use super::dictionary::Dictionary;
use super::{Unusual, Usual};
use crate::read::columnar::cells::Amounts;

/// How a number stands in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Int32,
    Int64,
    /// In so many bytes, the highest first.
    BigEndian(usize),
}

/// Whole numbers, or decimal ones of one scale.
pub(super) struct Words {
    stored: Stored,
    scale: u32,
    dictionary: Dictionary<i64>,
    /// Those of the batch.
    taken: Vec<i64>,
}

impl Stored {
    /// Numbers of so many bytes, the highest first.
    pub(super) fn big_endian(length: i32) -> Usual<Self> {
        let length = usize::try_from(length).map_err(|_| Unusual)?;
        (1..=16)
            .contains(&length)
            .then_some(Self::BigEndian(length))
            .ok_or(Unusual)
    }

    fn length(self) -> usize {
        match self {
            Self::Int32 => 4,
            Self::Int64 => 8,
            Self::BigEndian(length) => length,
        }
    }

    /// Adds the numbers that stand in `bytes`.
    fn read(self, bytes: &[u8], words: &mut Vec<i64>) -> Usual<()> {
        match self {
            Self::Int32 => {
                let numbers = bytes.as_chunks().0.iter();
                words.extend(numbers.map(|bytes| i64::from(i32::from_le_bytes(*bytes))));
            }
            Self::Int64 => {
                let numbers = bytes.as_chunks().0.iter();
                words.extend(numbers.map(|bytes| i64::from_le_bytes(*bytes)));
            }
            Self::BigEndian(length) => {
                for number in bytes.chunks_exact(length) {
                    let is_negative = number.first().is_some_and(|byte| *byte > 0x7f);
                    let mut wide = [if is_negative { 0xff } else { 0 }; 16];
                    wide[16 - length..].copy_from_slice(number);
                    let word = i64::try_from(i128::from_be_bytes(wide));
                    words.push(word.map_err(|_| Unusual)?);
                }
            }
        }
        Ok(())
    }
}

impl Words {
    /// Numbers with so many decimal places.
    pub(super) fn of(stored: Stored, scale: i8) -> Usual<Self> {
        let scale = u32::try_from(scale).ok();
        let scale = scale.filter(|scale| *scale <= Decimal::MAX_SCALE);
        Ok(Self {
            stored,
            scale: scale.ok_or(Unusual)?,
            dictionary: Dictionary::default(),
            taken: Vec::new(),
        })
    }
}

impl Cells for Words {
    type Taken = Amounts;

    fn set_dictionary(&mut self, page: &[u8], count: usize) -> Usual<()> {
        let length = count.checked_mul(self.stored.length());
        let page = page.get(..length.ok_or(Unusual)?).ok_or(Unusual)?;
        let mut values = Vec::with_capacity(count);
        self.stored.read(page, &mut values)?;
        self.dictionary = Dictionary::of(values);
        Ok(())
    }

    fn add_plain(&mut self, page: &[u8], at: &mut usize, taken: usize, count: usize) -> Usual<()> {
        let length = self.stored.length();
        let start = *at + taken * length;
        let page = page.get(start..start + count * length).ok_or(Unusual)?;
        self.stored.read(page, &mut self.taken)
    }

    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()> {
        self.dictionary.look_up(keys, &mut self.taken)
    }

    fn take(&mut self) -> Usual<Amounts> {
        let next = Vec::with_capacity(self.taken.len());
        let words = std::mem::replace(&mut self.taken, next);
        Ok(Amounts::Fixed(Int64Array::from(words), self.scale))
    }
}
