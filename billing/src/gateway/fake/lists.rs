//! Reading: one object, a page of a list, a search.

use rusqlite::{Connection, ToSql};
use serde_json::{Value, json};

use super::events::document;
use super::ledger;
use super::objects::{Charge, Object, PaymentIntent};
use super::refusal::{Handled, Refusal};
use crate::gateway::{GatewayError, Parameters};

/// As with Stripe.
const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 100;

/// The object with this identifier.
pub(super) fn retrieve<T: Object>(ledger: &Connection, param: &str, id: &str) -> Handled<Value> {
    match ledger::find::<T>(ledger, id)? {
        Some(object) => Ok(Ok(document(&object)?)),
        None => Ok(Err(Refusal::missing(T::KIND, param, id))),
    }
}

/// A page of the objects of a kind, newest first.
pub(super) fn list<T: Object>(
    ledger: &Connection,
    url: &str,
    parameters: &Parameters,
) -> Handled<Value> {
    let limit = match limit_of(parameters) {
        Ok(limit) => limit,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let filter = match filter_of(parameters) {
        Ok(filter) => filter,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_backwards = parameters.get("ending_before").is_some();
    let order = if is_backwards { "ASC" } else { "DESC" };
    // One more than asked for tells whether there are more.
    let condition = format!(
        "{} ORDER BY sequence {order} LIMIT {}",
        filter.sql,
        limit + 1
    );
    let values: Vec<&dyn ToSql> = filter
        .values
        .iter()
        .map(|value| value as &dyn ToSql)
        .collect();
    let mut found = ledger::select::<T>(ledger, &condition, &values)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    if is_backwards {
        found.reverse();
    }
    let data = found.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    Ok(Ok(
        json!({"object": "list", "url": url, "has_more": has_more, "data": data}),
    ))
}

fn limit_of(parameters: &Parameters) -> Result<usize, Refusal> {
    let Some(text) = parameters.get("limit") else {
        return Ok(LIMIT_DEFAULT);
    };
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| {
        let message = format!("Invalid limit: must be between 1 and {LIMIT_MAX}");
        Refusal::invalid("limit", message).code("parameter_invalid_integer")
    })
}

#[derive(Default)]
struct Filter {
    sql: String,
    values: Vec<rusqlite::types::Value>,
}

impl Filter {
    fn and(&mut self, condition: &str, value: impl Into<rusqlite::types::Value>) {
        self.values.push(value.into());
        let number = self.values.len().to_string();
        self.sql += " AND ";
        self.sql += &condition.replace("?n", &format!("?{number}"));
    }
}

fn filter_of(parameters: &Parameters) -> Result<Filter, Refusal> {
    let mut filter = Filter::default();
    for (name, value) in parameters.iter() {
        let by_field = |field: &str| format!("json_extract(document, '$.{field}') = ?n");
        let position =
            |sign: &str| format!("sequence {sign} (SELECT sequence FROM objects WHERE id = ?n)");
        match name {
            "limit" => {}
            "starting_after" => filter.and(&position("<"), value.to_owned()),
            "ending_before" => filter.and(&position(">"), value.to_owned()),
            "payment_intent" | "charge" | "customer" | "type" => {
                filter.and(&by_field(name), value.to_owned());
            }
            "created" => filter.and("created = ?n", seconds(name, value)?),
            "created[gt]" => filter.and("created > ?n", seconds(name, value)?),
            "created[gte]" => filter.and("created >= ?n", seconds(name, value)?),
            "created[lt]" => filter.and("created < ?n", seconds(name, value)?),
            "created[lte]" => filter.and("created <= ?n", seconds(name, value)?),
            _ if name.starts_with("expand") => {}
            _ => {
                let message = format!("Received unknown parameter: {name}");
                return Err(Refusal::invalid(name, message).code("parameter_unknown"));
            }
        }
    }
    Ok(filter)
}

fn seconds(name: &str, text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| {
        Refusal::invalid(name, format!("Invalid integer: {text}")).code("parameter_invalid_integer")
    })
}

/// Payment intents by the attempt in their metadata: the one query that is understood.
pub(super) fn search(ledger: &Connection, parameters: &Parameters) -> Handled<Value> {
    let query = parameters.get("query").unwrap_or_default();
    let quoted = |quote: char| {
        let inside = query.strip_prefix("metadata[")?.strip_prefix(quote)?;
        let inside = inside.strip_prefix("attempt_id")?.strip_prefix(quote)?;
        let value = inside.strip_prefix("]:")?.strip_prefix(['"', '\''])?;
        value.strip_suffix(['"', '\''])
    };
    let Some(attempt_id) = quoted('"').or_else(|| quoted('\'')) else {
        let message = "The fake gateway understands one query: metadata[\"attempt_id\"]:\"...\"";
        return Ok(Err(Refusal::invalid("query", message)));
    };
    let condition = "AND json_extract(document, '$.metadata.attempt_id') = ?1 ORDER BY sequence";
    let found = ledger::select::<PaymentIntent>(ledger, condition, &[&attempt_id])?;
    let data = found.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    Ok(Ok(json!({
        "object": "search_result", "url": "/v1/payment_intents/search",
        "has_more": false, "next_page": null, "data": data,
    })))
}

/// Puts whole objects where `expand` asks for them.
pub(super) fn expand(
    ledger: &Connection,
    parameters: &Parameters,
    document_: &mut Value,
) -> Result<(), GatewayError> {
    let asks = parameters
        .entries("expand")
        .any(|(_, field)| field == "latest_charge");
    if asks
        && let Some(id) = document_["latest_charge"].as_str()
        && let Some(charge) = ledger::find::<Charge>(ledger, id)?
    {
        document_["latest_charge"] = document(&charge)?;
    }
    Ok(())
}
