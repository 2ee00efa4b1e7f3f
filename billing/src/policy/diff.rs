//! What differs between two policies on a day, field by field.

use pricing::Policy;
use serde::Serialize;
use serde_json::Value;

/// One field that differs; absent where a policy does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, such as `tiers.gold.rate`.
    pub field: String,
    /// Its value in the first policy.
    pub before: Option<String>,
    /// Its value in the second policy.
    pub after: Option<String>,
}

/// The fields in which the rules differ; names, dates and order do not count.
#[must_use]
pub fn differences(before: &Policy, after: &Policy) -> Vec<Difference> {
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.iter().chain(&after).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let value = |fields: &[(String, String)], name: &String| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone())
    };
    names
        .into_iter()
        .map(|name| Difference {
            before: value(&before, name),
            after: value(&after, name),
            field: name.clone(),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// The rules as a flat list; entries of a list by their name.
fn fields(policy: &Policy) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    // A policy is texts, flags and lists: it always is JSON.
    let Ok(Value::Object(mut rules)) = serde_json::to_value(policy) else {
        return fields;
    };
    for identity in ["name", "effective_from", "effective_until"] {
        rules.remove(identity);
    }
    // Written only where it is not the standard one.
    rules.remove("dunning");
    flatten("", &Value::Object(rules), &mut fields);
    let days = policy.dunning().retry_after_days.iter();
    let days = days.map(u32::to_string).collect::<Vec<_>>().join(", ");
    fields.push(("dunning.retry_after_days".to_owned(), days));
    fields
}

fn flatten(path: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    let join = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(members) => {
            let is_name = |name: &str| ["tier", "code"].contains(&name);
            for (name, member) in members.iter().filter(|(name, _)| !is_name(name)) {
                flatten(&join(name), member, fields);
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                let name = entry.get("tier").or_else(|| entry.get("code"));
                let name = name.and_then(Value::as_str).unwrap_or_default();
                flatten(&join(name), entry, fields);
            }
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        other => fields.push((path.to_owned(), other.to_string())),
    }
}
