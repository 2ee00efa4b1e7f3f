//! The end of a plain cell, eight letters at a time.

/// How long the cell at the beginning of `text` is, up to a comma, a line end or a quote.
#[inline]
pub(super) fn plain_cell(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let mut length = 0;
    while let Some(eight) = text.get(length..).and_then(|text| text.first_chunk()) {
        let letters = u64::from_le_bytes(*eight);
        // The lowest byte whose high bit stands here is the first letter up to the comma: exact for
        // the first one, and letters above 127 are none.
        let low = letters.wrapping_sub(ONES * 0x2d) & !letters & (ONES * 0x80);
        if low == 0 {
            length += 8;
            continue;
        }
        length += low.trailing_zeros() as usize / 8;
        if ends_cell(text[length]) {
            return length;
        }
        length += 1;
    }
    let rest = text[length..].iter().position(|byte| ends_cell(*byte));
    rest.map_or(text.len(), |rest| length + rest)
}

#[inline]
fn ends_cell(byte: u8) -> bool {
    matches!(byte, b',' | b'\n' | b'\r' | b'"')
}

#[cfg(test)]
mod tests {
    use super::{ends_cell, plain_cell};

    #[test]
    fn a_cell_ends_at_the_first_comma_line_end_or_quote() {
        let letters = b"azAZ09 !#+*()\t;:\x00\x7f\x80\xff-.,\n\r\"";
        for seed in 0..20_000_usize {
            let length = seed % 23;
            let letter = |at: usize| letters[seed.wrapping_mul(31 + at * 17) / 7 % letters.len()];
            let text: Vec<u8> = (0..length).map(letter).collect();
            let end = text.iter().position(|byte| ends_cell(*byte));
            assert_eq!(plain_cell(&text), end.unwrap_or(length), "{text:?}");
        }
    }
}
