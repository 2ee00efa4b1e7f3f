//! What the rows of one invoice begin with: up to 32 letters are compared at once, without a call.

/// So many letters are compared at once, twice.
const WIDTH: usize = 16;

/// A text that may come again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated<'b> {
    text: &'b [u8],
    /// Its first and last letters, which overlap; `None` when they are not all of it.
    ends: Option<(u128, u128)>,
}

impl<'b> Repeated<'b> {
    #[inline]
    pub(super) fn new(text: &'b [u8]) -> Self {
        let ends = ends(text).filter(|_| text.len() <= 2 * WIDTH);
        Self { text, ends }
    }

    /// Behind the text, if it stands at `at`.
    #[inline]
    pub(super) fn pass(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let end = at + self.text.len();
        let other = bytes.get(at..end)?;
        let is_same = match self.ends {
            Some(own) => ends(other) == Some(own),
            None => self.text == other,
        };
        is_same.then_some(end)
    }
}

#[inline]
fn ends(text: &[u8]) -> Option<(u128, u128)> {
    let word = |letters: &[u8; WIDTH]| u128::from_le_bytes(*letters);
    Some((word(text.first_chunk()?), word(text.last_chunk()?)))
}

#[cfg(test)]
mod tests {
    use super::Repeated;

    #[test]
    fn a_text_is_passed_where_all_of_it_stands() {
        let text: Vec<u8> = (0..80).collect();
        for length in 0..=40 {
            let repeated = Repeated::new(&text[3..3 + length]);
            assert_eq!(repeated.pass(&text, 3), Some(3 + length), "{length}");
            assert_eq!(repeated.pass(&text[..2 + length], 3), None, "{length}");
            for at in 3..3 + length {
                let mut other = text.clone();
                other[at] = 200;
                assert_eq!(repeated.pass(&other, 3), None, "{length}: {at}");
            }
        }
    }
}
