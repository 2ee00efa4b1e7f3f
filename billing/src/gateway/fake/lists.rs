//! Reading: one object, a page of a list, a search.

use rusqlite::{Connection, ToSql};
use serde::Serialize;
use serde_json::json;

use super::events::{Document, document};
use super::objects::Stored;
use super::refusal::{Handled, Refusal};
use super::{checked, ledger, search};
use crate::gateway::{GatewayError, Parameters};

/// As with Stripe.
const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 100;

/// The object with this identifier.
pub(super) fn retrieve<T: Stored>(ledger: &Connection, param: &str, id: &str) -> Handled<Document> {
    match ledger::find::<T>(ledger, id)? {
        Some(object) => Ok(Ok(document(&object)?)),
        None => Ok(Err(Refusal::missing(T::KIND, param, id))),
    }
}

/// A page of the objects of a kind, newest first.
pub(super) fn list<T: Stored>(
    ledger: &Connection,
    url: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let asked = limit_of(parameters).and_then(|limit| Ok((limit, filter_of(parameters)?)));
    let (limit, filter) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(refusal) = unknown_place::<T>(ledger, parameters)? {
        return Ok(Err(refusal));
    }
    let is_backwards = parameters.get("ending_before").is_some();
    let order = if is_backwards { "ASC" } else { "DESC" };
    // One more than asked for tells whether there are more.
    let condition = format!(
        "{} ORDER BY sequence {order} LIMIT {}",
        filter.sql,
        limit + 1
    );
    let (mut found, has_more) = page_of::<T>(ledger, &condition, &filter.values, limit)?;
    if is_backwards {
        found.reverse();
    }
    Ok(Ok(document(&Page {
        object: "list",
        url,
        has_more,
        data: found,
    })?))
}

#[derive(Serialize)]
struct Page<'a, T> {
    object: &'static str,
    url: &'a str,
    has_more: bool,
    data: Vec<T>,
}

/// The refusal of a page that begins at an object which does not exist.
fn unknown_place<T: Stored>(
    ledger: &Connection,
    parameters: &Parameters,
) -> Result<Option<Refusal>, GatewayError> {
    let places = ["starting_after", "ending_before"].map(|name| (name, parameters.get(name)));
    if let [(_, Some(_)), (name, Some(_))] = places {
        let message = "You cannot parameterize both starting_after and ending_before.";
        return Ok(Some(Refusal::invalid(name, message)));
    }
    for (name, id) in places {
        if let Some(id) = id
            && ledger::find::<T>(ledger, id)?.is_none()
        {
            let refusal = Refusal::missing(T::KIND, name, id);
            return Ok(Some(Refusal {
                status: 400,
                ..refusal
            }));
        }
    }
    Ok(None)
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
    let mut types = Vec::new();
    for (name, value) in parameters.iter() {
        let by_field = |field: &str| format!("json_extract(document, '$.{field}') = ?n");
        let position =
            |sign: &str| format!("sequence {sign} (SELECT sequence FROM objects WHERE id = ?n)");
        match name {
            "limit" => {}
            "starting_after" => filter.and(&position("<"), value.to_owned()),
            "ending_before" => filter.and(&position(">"), value.to_owned()),
            "payment_intent" => filter.and("payment_intent = ?n", value.to_owned()),
            "charge" | "customer" => filter.and(&by_field(name), value.to_owned()),
            // With a star it names a group of types, such as payment_intent.*
            "type" => filter.and("json_extract(document, '$.type') GLOB ?n", value.to_owned()),
            _ if name.starts_with("types[") => types.push(value),
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
    if !types.is_empty() {
        let json = serde_json::Value::from(types).to_string();
        let one_of = "json_extract(document, '$.type') IN (SELECT value FROM json_each(?n))";
        filter.and(one_of, json);
    }
    Ok(filter)
}

fn seconds(name: &str, text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| {
        Refusal::invalid(name, format!("Invalid integer: {text}")).code("parameter_invalid_integer")
    })
}

/// A page of what a query finds, newest first; the next page is named by its number.
pub(super) fn search<T: Stored>(
    ledger: &Connection,
    url: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let asked = limit_of(parameters).and_then(|limit| {
        let page: usize = match parameters.get("page") {
            None => 0,
            Some(text) => text
                .parse()
                .map_err(|_| Refusal::invalid("page", "Invalid page"))?,
        };
        checked::only(parameters, &["expand", "limit", "page", "query"])?;
        let query = checked::required(parameters, "query")?;
        Ok((limit, page, search::parsed(query)?))
    });
    let (limit, page, found) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let condition = format!(
        "AND ({}) ORDER BY sequence DESC LIMIT {} OFFSET {}",
        found.sql,
        limit + 1,
        page.saturating_mul(limit)
    );
    let (data, has_more) = page_of::<T>(ledger, &condition, &found.values, limit)?;
    let next_page = has_more.then(|| (page + 1).to_string());
    Ok(Ok(document(&json!({
        "object": "search_result", "url": url, "has_more": has_more,
        "next_page": next_page, "data": data,
    }))?))
}

/// The objects by the attempt in their metadata: what our own client searches for, by an index.
pub(super) fn of_attempt<T: Stored>(
    ledger: &Connection,
    url: &str,
    parameters: &Parameters,
) -> Handled<Document> {
    let attempt_id = parameters.get("query").and_then(attempt_in);
    let Some(attempt_id) = attempt_id.filter(|_| parameters.get("page").is_none()) else {
        return search::<T>(ledger, url, parameters);
    };
    let condition = "AND attempt_id = ?1 ORDER BY sequence LIMIT 100";
    let (data, _) = page_of::<T>(
        ledger,
        condition,
        &[attempt_id.to_owned().into()],
        LIMIT_MAX,
    )?;
    Ok(Ok(document(&json!({
        "object": "search_result", "url": url, "has_more": false, "next_page": null, "data": data,
    }))?))
}

fn attempt_in(query: &str) -> Option<&str> {
    let value = query.strip_prefix("metadata[\"attempt_id\"]:\"")?;
    value.strip_suffix('"').filter(|value| !value.contains('"'))
}

/// At most `limit` objects, and whether there are more.
fn page_of<T: Stored>(
    ledger: &Connection,
    condition: &str,
    values: &[rusqlite::types::Value],
    limit: usize,
) -> Result<(Vec<T>, bool), GatewayError> {
    let values: Vec<_> = values.iter().map(|value| value as &dyn ToSql).collect();
    let mut found = ledger::select::<T>(ledger, condition, &values)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    Ok((found, has_more))
}
