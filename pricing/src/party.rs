//! Who sells and who buys: shown on a document, never priced.

use serde::{Deserialize, Serialize};

/// A seller or a buyer; what is empty is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The name by which it is registered.
    pub name: String,
    /// The number under which it pays tax, such as `DE123456789`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tax_id: String,
    /// Street and number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub street: String,
    /// City.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// Postal code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub postal_code: String,
    /// The country's two letters (ISO 3166).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub country: String,
}
