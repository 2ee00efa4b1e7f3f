//! A number as it is written: its digits can be moved about without a float in between.

use std::fmt;

/// A numeric literal without its sign: `0x1f_u8`, `0.15`, `1e-9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) struct Number {
    pub(super) radix: u32,
    prefix: &'static str,
    /// Digits and at most one point, without underscores.
    pub(super) digits: String,
    /// The exponent and the type, as written.
    suffix: String,
}

impl Number {
    /// Reads a literal's text; none when it is no number.
    pub(in crate::mutate) fn parse(text: &str) -> Option<Self> {
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)];
        let with_prefix = prefixes
            .into_iter()
            .find_map(|(prefix, radix)| Some((prefix, radix, text.strip_prefix(prefix)?)));
        let (prefix, radix, rest) = with_prefix.unwrap_or(("", 10, text));
        let in_number = |letter: char| {
            letter.is_digit(radix) || letter == '_' || (letter == '.' && radix == 10)
        };
        let end = rest.find(|letter| !in_number(letter)).unwrap_or(rest.len());
        let digits = rest[..end].replace('_', "");
        let starts_well = digits.starts_with(|first: char| first.is_digit(radix));
        (starts_well && digits.matches('.').count() <= 1).then(|| Self {
            radix,
            prefix,
            digits,
            suffix: rest[end..].to_owned(),
        })
    }

    /// The same number with other digits; superfluous zeros in front are left out.
    pub(super) fn with(&self, digits: &str) -> Self {
        let whole = digits.split('.').next().unwrap_or_default();
        let leading = whole.len() - whole.trim_start_matches('0').len();
        // Masks keep their width; `0.5` keeps the zero before its point.
        let dropped = if self.prefix.is_empty() {
            leading.min(whole.len().saturating_sub(1))
        } else {
            0
        };
        Self {
            digits: digits[dropped..].to_owned(),
            ..self.clone()
        }
    }

    pub(super) fn has_point(&self) -> bool {
        self.digits.contains('.')
    }

    /// Whether it carries an exponent, so that its digits do not tell its size.
    pub(in crate::mutate) fn has_exponent(&self) -> bool {
        self.prefix.is_empty() && self.suffix.starts_with(['e', 'E'])
    }

    /// How many digits stand behind the point.
    pub(in crate::mutate) fn scale(&self) -> usize {
        self.digits
            .split_once('.')
            .map_or(0, |(_, behind)| behind.len())
    }

    /// All digits as one integer, the point left out.
    pub(in crate::mutate) fn integer(&self) -> Option<u128> {
        u128::from_str_radix(&self.digits.replace('.', ""), self.radix).ok()
    }

    /// The number whose digits are `integer`, with as many places behind the point as this one.
    pub(in crate::mutate) fn with_integer(&self, integer: u128) -> Self {
        let scale = self.scale();
        let width = if self.prefix.is_empty() {
            scale + 1
        } else {
            self.digits.len()
        };
        let mut digits = match self.radix {
            16 => format!("{integer:0width$x}"),
            8 => format!("{integer:0width$o}"),
            2 => format!("{integer:0width$b}"),
            _ => format!("{integer:0width$}"),
        };
        if self.has_point() {
            digits.insert(digits.len() - scale, '.');
        }
        self.with(&digits)
    }

    /// Its value in a form that is equal for equal numbers.
    pub(super) fn value(&self) -> String {
        let digits = match self.radix {
            10 => self.digits.clone(),
            _ => self
                .integer()
                .map_or_else(|| self.to_string(), |integer| integer.to_string()),
        };
        let (whole, behind) = digits.split_once('.').unwrap_or((&digits, ""));
        let whole = whole.trim_start_matches('0');
        let behind = behind.trim_end_matches('0');
        let ty = if self.has_exponent() {
            &self.suffix
        } else {
            ""
        };
        format!("{whole}.{behind}{ty}")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}{}", self.prefix, self.digits, self.suffix)
    }
}
