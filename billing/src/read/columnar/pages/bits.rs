//! Yes and no.

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBufferBuilder;

use super::column::Cells;
use super::{Unusual, Usual};
use crate::read::columnar::cells::Flags;

/// Booleans, as bits.
pub(super) struct Bits {
    bits: BooleanBufferBuilder,
}

impl Default for Bits {
    fn default() -> Self {
        Self {
            bits: BooleanBufferBuilder::new(0),
        }
    }
}

impl Cells for Bits {
    type Taken = Flags;

    fn set_dictionary(&mut self, _: &[u8], _: usize) -> Usual<()> {
        Err(Unusual)
    }

    fn add_plain(&mut self, page: &[u8], at: &mut usize, taken: usize, count: usize) -> Usual<()> {
        let page = page.get(*at..).ok_or(Unusual)?;
        if (taken + count).div_ceil(8) > page.len() {
            return Err(Unusual);
        }
        self.bits.append_packed_range(taken..taken + count, page);
        Ok(())
    }

    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()> {
        self.bits.reserve(keys.len());
        for key in keys {
            self.bits.append(*key > 0);
        }
        Ok(())
    }

    fn take(&mut self) -> Usual<Flags> {
        let bits = BooleanArray::new(self.bits.finish(), None);
        Ok(Flags::Booleans(bits))
    }
}
