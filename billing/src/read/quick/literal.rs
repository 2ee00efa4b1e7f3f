//! Texts that are expected: up to 16 letters are compared at once, without a call.

/// So many letters are compared at once.
const WIDTH: usize = 16;

/// A text that is expected.
#[derive(Debug, Default)]
pub(super) struct Literal {
    bytes: Vec<u8>,
    /// Its first letters, and which bits of 16 letters are theirs.
    first: u128,
    mask: u128,
}

impl Literal {
    /// Behind the literal, if it stands at `at`.
    #[inline]
    pub(super) fn pass(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let text = bytes.get(at..)?;
        let stands = match text.first_chunk() {
            Some(first) if (u128::from_le_bytes(*first) ^ self.first) & self.mask != 0 => false,
            Some(_) if self.bytes.len() <= WIDTH => true,
            _ => text.starts_with(&self.bytes),
        };
        stands.then_some(at + self.bytes.len())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Literal {
    fn from(bytes: Vec<u8>) -> Self {
        let (mut first, mut mask) = ([0; WIDTH], [0; WIDTH]);
        for (at, byte) in bytes.iter().take(WIDTH).enumerate() {
            first[at] = *byte;
            mask[at] = u8::MAX;
        }
        Self {
            bytes,
            first: u128::from_le_bytes(first),
            mask: u128::from_le_bytes(mask),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Literal;

    #[test]
    fn a_literal_is_passed_where_it_stands_and_nowhere_else() {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        for start in 0..text.len() {
            for end in start..=text.len() {
                let literal = Literal::from(text[start..end].to_vec());
                assert_eq!(literal.pass(text, start), Some(end), "{start}..{end}");
                let mut other = text[start..end].to_vec();
                if let Some(last) = other.last_mut() {
                    *last = b'A';
                    assert_eq!(
                        Literal::from(other).pass(text, start),
                        None,
                        "{start}..{end}"
                    );
                }
            }
        }
        assert_eq!(Literal::from(b"za".to_vec()).pass(text, 25), None);
        assert_eq!(Literal::from(Vec::new()).pass(text, 27), None);
    }
}
