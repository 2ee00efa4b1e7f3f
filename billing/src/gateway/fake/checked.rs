//! Parameters turned into what they mean, or refused as the real gateway would.

use super::objects::Metadata;
use super::refusal::Refusal;
use crate::gateway::Parameters;
use crate::gateway::minor_units::MINOR_UNITS_MAX;

/// Limits on `metadata`, as with Stripe.
const METADATA_ENTRIES_MAX: usize = 50;
const METADATA_NAME_CHARS_MAX: usize = 40;
const METADATA_VALUE_CHARS_MAX: usize = 500;

/// Refuses parameters that are not in `allowed`; a name there stands for its entries too.
pub(super) fn only(parameters: &Parameters, allowed: &[&str]) -> Result<(), Refusal> {
    for (name, _) in parameters.iter() {
        let base = name.split('[').next().unwrap_or(name);
        if !allowed.contains(&base) {
            let message = format!("Received unknown parameter: {name}");
            return Err(Refusal::invalid(name, message).code("parameter_unknown"));
        }
    }
    Ok(())
}

/// A parameter that must be there.
pub(super) fn required<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Refusal> {
    parameters.get(name).ok_or_else(|| {
        Refusal::invalid(name, format!("Missing required param: {name}.")).code("parameter_missing")
    })
}

/// A positive whole number of minor units.
pub(super) fn amount(name: &str, text: &str) -> Result<i64, Refusal> {
    let Ok(amount) = text.parse::<i64>() else {
        let message = format!("Invalid integer: {text}");
        return Err(Refusal::invalid(name, message).code("parameter_invalid_integer"));
    };
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(Refusal::invalid(name, message).code("parameter_invalid_integer"));
    }
    if amount > MINOR_UNITS_MAX {
        let message = "Amount must be no more than 999999999999.99";
        return Err(Refusal::invalid(name, message).code("amount_too_large"));
    }
    Ok(amount)
}

/// `true` or `false`; absent is `false`.
pub(super) fn flag(parameters: &Parameters, name: &str) -> Result<bool, Refusal> {
    let text = parameters.get(name);
    // Older clients write them with a capital.
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("false" | "") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let message = format!("Invalid boolean: {other}");
            Err(Refusal::invalid(name, message))
        }
    }
}

/// One of a few words.
pub(super) fn word(
    parameters: &Parameters,
    name: &str,
    allowed: &[&str],
) -> Result<Option<String>, Refusal> {
    let Some(word) = parameters.get(name) else {
        return Ok(None);
    };
    if allowed.contains(&word) {
        return Ok(Some(word.to_owned()));
    }
    let list = allowed.join(", ");
    let message = format!("Invalid {name}: must be one of {list}");
    Err(Refusal::invalid(name, message))
}

/// A currency: three letters.
pub(super) fn currency(parameters: &Parameters) -> Result<String, Refusal> {
    let code = required(parameters, "currency")?.to_ascii_lowercase();
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(code);
    }
    Err(Refusal::invalid(
        "currency",
        format!("Invalid currency: {code}"),
    ))
}

/// The client's own names and values.
pub(super) fn metadata(parameters: &Parameters) -> Result<Metadata, Refusal> {
    let mut metadata = Metadata::new();
    change_metadata(&mut metadata, parameters)?;
    Ok(metadata)
}

/// Adds to the client's names and values; an empty value takes its name away, and `metadata` itself when
/// it is empty takes all away.
pub(super) fn change_metadata(
    metadata: &mut Metadata,
    parameters: &Parameters,
) -> Result<(), Refusal> {
    if parameters.get("metadata") == Some("") {
        metadata.clear();
    }
    for (name, value) in parameters.entries("metadata") {
        if value.is_empty() {
            metadata.remove(name);
        } else {
            metadata.insert(name.to_owned(), value.to_owned());
        }
    }
    let refused = |message: String| Err(Refusal::invalid("metadata", message));
    if metadata.len() > METADATA_ENTRIES_MAX {
        return refused(format!(
            "Metadata can have at most {METADATA_ENTRIES_MAX} keys"
        ));
    }
    for (name, value) in &*metadata {
        if name.chars().count() > METADATA_NAME_CHARS_MAX {
            return refused(format!(
                "Metadata keys can be at most {METADATA_NAME_CHARS_MAX} characters"
            ));
        }
        if value.chars().count() > METADATA_VALUE_CHARS_MAX {
            return refused(format!(
                "Metadata values can be at most {METADATA_VALUE_CHARS_MAX} characters"
            ));
        }
    }
    Ok(())
}
