//! With what an invoice is paid, as the gateway names it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::GatewayError;

/// The gateway's name for a card or an account, such as `pm_card_visa`. Never a card number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod(String);

impl PaymentMethod {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PaymentMethod {
    type Err = GatewayError;

    fn from_str(name: &str) -> Result<Self, GatewayError> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        // Digits alone would be a card number, which has no business here.
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        if (1..=255).contains(&name.len()) && name.bytes().all(is_word) && !is_number {
            return Ok(Self(name.to_owned()));
        }
        Err(GatewayError::InvalidPaymentMethod {
            characters: name.chars().count(),
        })
    }
}

impl fmt::Display for PaymentMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for PaymentMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
