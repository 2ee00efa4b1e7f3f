//! Small numbers as Parquet stores them: runs of one number, and numbers packed bit by bit.

use super::unpack::unpack;
use super::{Unusual, Usual};

/// Where in the bytes of a page the numbers to come stand.
#[derive(Clone, Debug)]
pub(super) struct Hybrid {
    width: u8,
    /// Behind the run.
    at: usize,
    run: Run,
}

#[derive(Clone, Debug)]
enum Run {
    Same {
        number: u32,
        left: usize,
    },
    /// Packed from the byte `from` on, so many of them being taken.
    Packed {
        from: usize,
        taken: usize,
        left: usize,
    },
}

impl Hybrid {
    /// Numbers of `width` bits that begin at `at`.
    pub(super) fn new(width: u8, at: usize) -> Usual<Self> {
        let run = Run::Same { number: 0, left: 0 };
        (width <= 32)
            .then_some(Self { width, at, run })
            .ok_or(Unusual)
    }

    /// Fills `numbers` with those that follow in `bytes`.
    pub(super) fn read(&mut self, bytes: &[u8], mut numbers: &mut [u32]) -> Usual<()> {
        while !numbers.is_empty() {
            let (read, rest);
            match &mut self.run {
                Run::Same { left: 0, .. } | Run::Packed { left: 0, .. } => {
                    self.begin_run(bytes)?;
                    continue;
                }
                Run::Same { number, left } => {
                    (read, rest) = numbers.split_at_mut(numbers.len().min(*left));
                    read.fill(*number);
                    *left -= read.len();
                }
                Run::Packed { from, taken, left } => {
                    (read, rest) = numbers.split_at_mut(numbers.len().min(*left));
                    let packed = bytes.get(*from..).ok_or(Unusual)?;
                    unpack(packed, self.width, *taken, read)?;
                    *taken += read.len();
                    *left -= read.len();
                }
            }
            numbers = rest;
        }
        Ok(())
    }

    #[inline]
    fn begin_run(&mut self, bytes: &[u8]) -> Usual<()> {
        let header = self.header(bytes)?;
        let count = header >> 1;
        if count == 0 {
            return Err(Unusual);
        }
        let width = usize::from(self.width);
        let rest = bytes.get(self.at..).ok_or(Unusual)?;
        if header & 1 == 0 {
            let stored = rest.get(..width.div_ceil(8)).ok_or(Unusual)?;
            let number = stored.iter().rev();
            let number = number.fold(0, |number, byte| number << 8 | u32::from(*byte));
            self.at += stored.len();
            self.run = Run::Same {
                number,
                left: count,
            };
        } else {
            let (from, length) = (self.at, count.checked_mul(width).ok_or(Unusual)?);
            // Some writers cut the last group off.
            let left = match rest.len() {
                there if there < length => there * 8 / width,
                _ => count * 8,
            };
            self.at += length.min(rest.len());
            self.run = Run::Packed {
                from,
                taken: 0,
                left,
            };
        }
        Ok(())
    }

    /// A number of seven bits a byte, the highest bit telling whether another follows.
    fn header(&mut self, bytes: &[u8]) -> Usual<usize> {
        if let Some(byte @ 0..=0x7f) = bytes.get(self.at) {
            self.at += 1;
            return Ok(usize::from(*byte));
        }
        let mut header = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = bytes.get(self.at).ok_or(Unusual)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(header).map_err(|_| Unusual);
            }
        }
        Err(Unusual)
    }
}

/// That each of `count` numbers of one bit is one.
pub(super) fn are_all_ones(bytes: &[u8], count: usize) -> Usual<()> {
    let mut levels = Hybrid::new(1, 0)?;
    let mut left = count;
    while left > 0 {
        levels.begin_run(bytes)?;
        let read = match levels.run {
            Run::Same { number: 1, left } => left,
            Run::Packed {
                from, left: of_run, ..
            } => {
                let mut packed = bytes.get(from..levels.at).ok_or(Unusual)?.iter();
                let whole = of_run.min(left) / 8;
                let rest = of_run.min(left) % 8;
                let is_full = packed.by_ref().take(whole).all(|byte| *byte == 0xff);
                let last = packed
                    .next()
                    .map_or(0, |byte| byte.trailing_ones() as usize);
                if !is_full || last < rest {
                    return Err(Unusual);
                }
                of_run
            }
            Run::Same { .. } => return Err(Unusual),
        };
        left = left.saturating_sub(read);
    }
    Ok(())
}
