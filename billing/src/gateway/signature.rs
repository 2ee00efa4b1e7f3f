//! Signatures of webhooks: `t=TIME,v1=HMAC-SHA256(secret, "TIME.PAYLOAD")`.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A webhook is refused when its time is further off than this.
const TOLERANCE_SECONDS: i64 = 300;

/// The secret that a gateway and a receiver of its webhooks share. It is never shown.
#[derive(Clone)]
pub struct Secret(String);

/// Why a webhook is not the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is missing or has another form.
    #[error("the header Stripe-Signature is missing or has another form (allowed: t=TIME,v1=HEX)")]
    Malformed,
    /// Somebody else signed, or the payload was changed.
    #[error("the signature is not that of the payload")]
    Wrong,
    /// The webhook is a repetition of an old one, or a clock is wrong.
    #[error("the time of the signature is more than {TOLERANCE_SECONDS} seconds off")]
    TooOld,
}

impl Secret {
    /// The secret in `text`, such as the content of a file; a line end after it does not count.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let secret = text.trim_end_matches(['\r', '\n']);
        let is_word = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        is_word.then(|| Self(secret.to_owned()))
    }

    fn mac(&self, time: i64, payload: &[u8]) -> Option<Hmac<Sha256>> {
        // Any length of key serves an HMAC, so this is always there.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(time.to_string().as_bytes());
        mac.update(b".");
        mac.update(payload);
        Some(mac)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

/// The value of the header `Stripe-Signature` for a payload that is sent at `time`, in seconds since
/// 1970.
#[must_use]
pub fn sign(secret: &Secret, time: i64, payload: &[u8]) -> String {
    let mac = secret.mac(time, payload);
    let code = mac.map(|mac| mac.finalize().into_bytes());
    let digits = code.iter().flatten().map(|byte| format!("{byte:02x}"));
    format!("t={time},v1={}", digits.collect::<String>())
}

/// Checks the header of a webhook that arrives at `now`: signature first, in constant time, then
/// time.
pub fn verify(
    secret: &Secret,
    header: &str,
    payload: &[u8],
    now: i64,
) -> Result<(), SignatureError> {
    let mut time = None;
    let mut codes = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) => time = text.parse::<i64>().ok(),
            Some(("v1", digits)) => codes.extend(bytes_of(digits)),
            // Other schemes may stand beside it.
            _ => {}
        }
    }
    let (Some(time), false) = (time, codes.is_empty()) else {
        return Err(SignatureError::Malformed);
    };
    let is_signed = |code: &Vec<u8>| {
        let mac = secret.mac(time, payload);
        mac.is_some_and(|mac| mac.verify_slice(code).is_ok())
    };
    if !codes.iter().any(is_signed) {
        return Err(SignatureError::Wrong);
    }
    if now.abs_diff(time) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(SignatureError::TooOld);
    }
    Ok(())
}

/// Compares two secrets in a time that does not tell where they differ.
pub(super) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let code = |text: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(b"comparison").ok();
        mac.map(|mac| mac.chain_update(text))
    };
    match (code(one), code(other)) {
        (Some(one), Some(other)) => one.verify(&other.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Secret, SignatureError, sign, verify};

    const PAYLOAD: &[u8] = br#"{"id":"evt_1"}"#;

    fn secret(text: &str) -> Secret {
        Secret::new(text).unwrap()
    }

    #[test]
    fn a_signature_holds_for_its_payload_secret_and_time_alone() {
        let header = sign(&secret("whsec_1"), 1000, PAYLOAD);
        let check = |secret_text: &str, header: &str, payload: &[u8], now| {
            verify(&secret(secret_text), header, payload, now)
        };
        assert_eq!(check("whsec_1", &header, PAYLOAD, 1300), Ok(()));
        assert_eq!(check("whsec_1", &header, PAYLOAD, 700), Ok(()));
        let wrong = Err(SignatureError::Wrong);
        assert_eq!(check("whsec_2", &header, PAYLOAD, 1000), wrong);
        assert_eq!(check("whsec_1", &header, b"{}", 1000), wrong);
        assert_eq!(
            check(
                "whsec_1",
                &header.replace("t=1000", "t=1001"),
                PAYLOAD,
                1000
            ),
            wrong
        );
        let old = Err(SignatureError::TooOld);
        assert_eq!(check("whsec_1", &header, PAYLOAD, 1301), old);
        assert_eq!(check("whsec_1", &header, PAYLOAD, 699), old);
    }

    #[test]
    fn a_header_of_another_form_is_refused() {
        for header in [
            "",
            "t=1000",
            "v1=00",
            "t=x,v1=00",
            "t=1000,v0=00",
            "t=1000,v1=0",
        ] {
            let checked = verify(&secret("whsec_1"), header, PAYLOAD, 1000);
            assert_eq!(checked, Err(SignatureError::Malformed), "{header:?}");
        }
    }

    #[test]
    fn one_of_several_signatures_is_enough() {
        let header = sign(&secret("new"), 1000, PAYLOAD);
        let both = header.replace("v1=", &format!("v1={},v1=", "00".repeat(32)));
        assert_eq!(verify(&secret("new"), &both, PAYLOAD, 1000), Ok(()));
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(format!("{:?}", secret("whsec_1")), "Secret(redacted)");
    }
}
