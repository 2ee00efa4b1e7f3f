//! The tax codes of a line: names that the policy gives a rate.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The code of a line that names none.
pub(crate) const STANDARD: &str = "standard";

/// The code of what bears no tax; every policy knows it.
pub(crate) const EXEMPT: &str = "exempt";

/// The taxes of a line: mostly one code, written `"reduced"`; several are written as a list
/// (`["central", "state"]`) and each is levied on the same base. By default `standard`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaxCodes(
    /// Empty for `standard`, so that a plain line needs no memory for it.
    Vec<String>,
);

/// Texts that are not a set of tax codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxCodesError {
    /// No code at all.
    #[error(
        "the list of tax codes is empty (write \"exempt\" for what bears no tax, or leave the field out for \"standard\")"
    )]
    Empty,
    /// A code without a letter.
    #[error("a tax code is empty (write a code that the policy lists, such as \"standard\")")]
    EmptyCode,
    /// The same tax would be levied twice.
    #[error("tax code {0:?} stands twice (write it once)")]
    Twice(String),
}

/// The codes of a line that names none, for whoever needs to lend them.
pub(crate) static STANDARD_CODES: TaxCodes = TaxCodes(Vec::new());

impl TaxCodes {
    /// The codes, in the order of the document; never empty.
    pub fn codes(&self) -> impl Iterator<Item = &str> + Clone {
        let standard = self.0.is_empty().then_some(STANDARD);
        standard
            .into_iter()
            .chain(self.0.iter().map(String::as_str))
    }

    /// Whether the line names no other code than `standard`.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for TaxCodes {
    /// One code.
    fn from(code: &str) -> Self {
        if code == STANDARD {
            Self::default()
        } else {
            Self(vec![code.to_owned()])
        }
    }
}

impl TryFrom<Vec<String>> for TaxCodes {
    type Error = TaxCodesError;

    fn try_from(codes: Vec<String>) -> Result<Self, TaxCodesError> {
        if codes.is_empty() {
            return Err(TaxCodesError::Empty);
        }
        for (index, code) in codes.iter().enumerate() {
            if code.trim().is_empty() {
                return Err(TaxCodesError::EmptyCode);
            }
            if codes[..index].contains(code) {
                return Err(TaxCodesError::Twice(code.clone()));
            }
        }
        let only_standard = codes == [STANDARD];
        Ok(if only_standard {
            Self::default()
        } else {
            Self(codes)
        })
    }
}

impl fmt::Display for TaxCodes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, code) in self.codes().enumerate() {
            let plus = if index == 0 { "" } else { " + " };
            write!(formatter, "{plus}{code}")?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a tax code such as \"standard\", or a list of codes"
)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for TaxCodes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let codes = match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(code) => vec![code],
            OneOrMany::Many(codes) => codes,
        };
        Self::try_from(codes).map_err(D::Error::custom)
    }
}

impl Serialize for TaxCodes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [] => serializer.serialize_str(STANDARD),
            [code] => serializer.serialize_str(code),
            codes => codes.serialize(serializer),
        }
    }
}
