//! Values of a text, each with the place where the text goes on; `None` leaves the invoice to the
//! general path.

use pricing::kernel::Fixed;

/// A number, in quotes or not.
#[expect(
    clippy::inline_always,
    reason = "two a line item: a call each is a tenth of the whole work"
)]
#[inline(always)]
pub(super) fn number(bytes: &[u8], at: usize) -> Option<(Fixed, usize)> {
    let is_quoted = bytes.get(at) == Some(&b'"');
    let (number, rest) = Fixed::read(bytes.get(at + usize::from(is_quoted)..)?)?;
    if is_quoted && rest.first() != Some(&b'"') {
        return None;
    }
    let end = bytes.len() - rest.len();
    Some((number, end + usize::from(is_quoted)))
}

/// A number of a JSON text: out of quotes it has no zeros at its beginning.
#[inline]
pub(super) fn json_number(bytes: &[u8], at: usize) -> Option<(Fixed, usize)> {
    match bytes.get(at..)? {
        [b'0', b'0'..=b'9', ..] | [b'-', ..] => None,
        _ => number(bytes, at),
    }
}

/// Whole days of at most nine digits.
#[inline]
pub(super) fn days(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0_u32, |days, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| days * 10 + u32::from(digit))
    })
}

/// Whole days in a JSON text.
#[inline]
pub(super) fn json_days(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let text = bytes.get(at..)?;
    let length = text.iter().position(|byte| !byte.is_ascii_digit());
    let digits = &text[..length.unwrap_or(text.len())];
    let has_zeros_first = digits.len() > 1 && digits[0] == b'0';
    let days = days(digits).filter(|_| !has_zeros_first)?;
    Some((days, at + digits.len()))
}

/// A flag of a JSON text.
#[inline]
pub(super) fn flag(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    let text = bytes.get(at..)?;
    if text.starts_with(b"true") {
        Some((true, at + 4))
    } else {
        text.starts_with(b"false").then_some((false, at + 5))
    }
}

/// The content of a JSON text without escapes.
#[inline]
pub(super) fn text(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let content = bytes.get(at..)?.strip_prefix(b"\"")?;
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let length = content.iter().position(ends)?;
    (content[length] == b'"').then(|| (&content[..length], at + length + 2))
}

/// Whether `id` surely is no blank one.
#[inline]
pub(super) fn is_identifier(id: &[u8]) -> bool {
    id.first().is_some_and(u8::is_ascii_graphic)
}
