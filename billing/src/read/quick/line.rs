//! A line of CSV without quotes: where its commas and its end stand, found sixteen letters at a time.
//!
//! How long each cell is differs from line to line, and a branch on it would be guessed wrongly; so the
//! places become bits of a word, which are taken one by one.

use wide::u8x16;

/// So many letters are compared at once.
const STEP: usize = 16;

/// A line, or what is left of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    start: usize,
    /// A bit for each comma; that of the first letter is the lowest.
    commas: u64,
    /// Where its line feed stands.
    feed: usize,
}

impl Line {
    /// The line from `start` on; `None` when it has a quote, or does not end within `STEPS` steps.
    #[inline]
    pub(super) fn at<const STEPS: usize>(bytes: &[u8], start: usize) -> Option<Self> {
        let text = bytes.get(start..start + STEPS * STEP)?;
        let line_feeds = places::<STEPS>(b'\n', text);
        // All bits below the lowest one.
        let within = line_feeds.wrapping_sub(1) & !line_feeds;
        if line_feeds == 0 || places::<STEPS>(b'"', text) & within != 0 {
            return None;
        }
        Some(Self {
            start,
            commas: places::<STEPS>(b',', text) & within,
            feed: start + line_feeds.trailing_zeros() as usize,
        })
    }

    /// The next comma.
    #[inline]
    pub(super) fn next_comma(&mut self) -> Option<usize> {
        if self.commas == 0 {
            return None;
        }
        let comma = self.start + self.commas.trailing_zeros() as usize;
        self.commas &= self.commas - 1;
        Some(comma)
    }

    #[inline]
    pub(super) fn has_comma(&self) -> bool {
        self.commas != 0
    }

    /// Where the line ends, and where the next one begins.
    #[inline]
    pub(super) fn end(&self, bytes: &[u8]) -> (usize, usize) {
        let before = self.feed.checked_sub(1).and_then(|at| bytes.get(at));
        let has_return = self.feed > self.start && before == Some(&b'\r');
        (self.feed - usize::from(has_return), self.feed + 1)
    }
}

/// A bit for each place in `text` at which `byte` stands.
#[inline]
fn places<const STEPS: usize>(byte: u8, text: &[u8]) -> u64 {
    let wanted = u8x16::splat(byte);
    let (steps, _) = text.as_chunks::<STEP>();
    let steps = steps.iter().take(STEPS).enumerate();
    steps.fold(0, |places, (step, letters)| {
        let found = u8x16::new(*letters).simd_eq(wanted).to_bitmask();
        places | u64::from(found) << (step * STEP)
    })
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_has_the_commas_and_the_end_that_its_letters_have_one_by_one() {
        let letters = b"aZ09 .-\x00\x7f\x80\xff,,,\n\r\"";
        for seed in 0..60_000_usize {
            // Lines of different lengths: quotes and line ends are rarer in some texts than in others.
            let rare = 1 + seed % 29;
            let letter = |at: usize| {
                let mixed = (seed * 97 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
                let kinds = if mixed.is_multiple_of(rare) { 17 } else { 14 };
                letters[(mixed / rare) % kinds]
            };
            let text: Vec<u8> = (0..70).map(letter).collect();
            let start = seed % 7;
            check::<2>(&text, start);
            check::<4>(&text, start);
        }
    }

    fn check<const STEPS: usize>(text: &[u8], start: usize) {
        let found = Line::at::<STEPS>(text, start).map(|mut line| {
            let commas: Vec<usize> = std::iter::from_fn(|| line.next_comma()).collect();
            assert!(!line.has_comma());
            (commas, line.end(text))
        });
        let seen = text.get(start..start + STEPS * 16);
        let length = seen.and_then(|seen| seen.iter().position(|byte| *byte == b'\n'));
        let expected = length
            .map(|length| (start..start + length, &text[start..start + length]))
            .filter(|(_, line)| !line.contains(&b'"'))
            .map(|(range, line)| {
                let commas = range.clone().filter(|at| text[*at] == b',').collect();
                let has_return = line.last() == Some(&b'\r');
                (commas, (range.end - usize::from(has_return), range.end + 1))
            });
        assert_eq!(found, expected, "{text:?} from {start}");
    }
}
