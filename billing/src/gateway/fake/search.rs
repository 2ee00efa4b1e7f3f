//! The query language of searches: `metadata["key"]:"value" AND amount>1000`, as far as Stripe documents
//! it for payment intents and charges.

use rusqlite::types::Value as SqlValue;

use super::refusal::Refusal;

/// Fields that are compared as text and as numbers.
const TEXTS: &[&str] = &["currency", "customer", "status"];
const NUMBERS: &[&str] = &["amount", "created"];

/// The longest query has so many conditions, as with Stripe.
const CONDITIONS_MAX: usize = 10;

/// A condition in SQL, with the values of its parameters.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<SqlValue>,
}

/// Reads a query.
pub(super) fn parsed(query: &str) -> Result<Condition, Refusal> {
    let mut rest = query.trim();
    let mut condition = Condition::default();
    let mut joined_by = None;
    for _ in 0..CONDITIONS_MAX {
        rest = one(rest, &mut condition)?.trim_start();
        let Some(word) = rest.split_whitespace().next() else {
            return Ok(condition);
        };
        let is_joining = ["AND", "OR"].contains(&word.to_ascii_uppercase().as_str());
        let (word, after) = if is_joining {
            (word.to_ascii_uppercase(), &rest[word.len()..])
        } else {
            ("AND".to_owned(), rest)
        };
        if joined_by.get_or_insert_with(|| word.clone()) != &word {
            return Err(wrong("AND and OR cannot be used in one query"));
        }
        condition.sql.extend([" ", &word, " "]);
        rest = after.trim_start();
    }
    Err(wrong(&format!(
        "it has more than {CONDITIONS_MAX} conditions"
    )))
}

fn wrong(problem: &str) -> Refusal {
    let message = format!(
        "We were unable to parse your search query: {problem}. For example: status:'succeeded' AND \
         metadata['order_id']:'6735'."
    );
    Refusal::invalid("query", message)
}

/// Reads one condition; what stands after it.
fn one<'a>(text: &'a str, condition: &mut Condition) -> Result<&'a str, Refusal> {
    let (negation, text) = match text.strip_prefix('-') {
        Some(rest) => ("NOT ", rest),
        None => ("", text),
    };
    let (field, rest) = field(text)?;
    let operators = [">=", "<=", ">", "<", ":", "~"];
    let operator = operators
        .iter()
        .find(|operator| rest.starts_with(**operator));
    let operator = *operator.ok_or_else(|| wrong("a field needs one of : ~ > < >= <= after it"))?;
    let (value, rest) = value(&rest[operator.len()..])?;
    let sql = compared(&field, operator, value, &mut condition.values)?;
    condition.sql.extend([negation, &sql]);
    Ok(rest)
}

/// A field, as a path in the document.
#[derive(Debug)]
enum Field {
    Text(String),
    Number(String),
    Metadata(String),
}

fn field(text: &str) -> Result<(Field, &str), Refusal> {
    if let Some(rest) = text.strip_prefix("metadata[") {
        let (name, rest) = quoted(rest)?;
        let rest = rest
            .strip_prefix(']')
            .ok_or_else(|| wrong("a ] is missing"))?;
        // A quotation mark cannot stand in a path.
        if name.contains('"') {
            return Err(wrong("a key of metadata has a quotation mark"));
        }
        return Ok((Field::Metadata(format!("$.metadata.\"{name}\"")), rest));
    }
    let end = text
        .find(|character: char| !character.is_ascii_lowercase() && character != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = format!("$.{name}");
    if TEXTS.contains(&name) {
        Ok((Field::Text(path), rest))
    } else if NUMBERS.contains(&name) {
        Ok((Field::Number(path), rest))
    } else {
        Err(wrong(&format!(
            "the field `{name}` is not one that can be searched"
        )))
    }
}

/// A value: quoted text, a number, or `null`.
fn value(text: &str) -> Result<(&str, &str), Refusal> {
    if text.starts_with(['"', '\'']) {
        return quoted(text);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    match text.split_at(end) {
        ("", _) => Err(wrong("a value is missing")),
        found => Ok(found),
    }
}

/// What stands between two equal quotation marks, and what comes after.
fn quoted(text: &str) -> Result<(&str, &str), Refusal> {
    let mark = text
        .chars()
        .next()
        .filter(|mark| ['"', '\''].contains(mark));
    let mark = mark.ok_or_else(|| wrong("a quotation mark is missing"))?;
    text[1..]
        .split_once(mark)
        .ok_or_else(|| wrong("a quotation mark is not closed"))
}

fn compared(
    field: &Field,
    operator: &str,
    value: &str,
    values: &mut Vec<SqlValue>,
) -> Result<String, Refusal> {
    let (Field::Text(path) | Field::Number(path) | Field::Metadata(path)) = field;
    values.push(SqlValue::Text(path.clone()));
    let found = format!("json_extract(document, ?{})", values.len());
    if let (Field::Metadata(_), ":", "null") = (field, operator, value) {
        return Ok(format!("{found} IS NULL"));
    }
    let sql = match (field, operator) {
        (_, ":") => "=",
        (Field::Number(_), ">" | "<" | ">=" | "<=") => operator,
        (Field::Text(_) | Field::Metadata(_), "~") => "LIKE",
        _ => return Err(wrong(&format!("{operator} does not fit this field"))),
    };
    values.push(match (field, sql) {
        (Field::Number(_), _) => SqlValue::Integer(
            value
                .parse()
                .map_err(|_| wrong(&format!("{value} is not a whole number")))?,
        ),
        (_, "LIKE") => SqlValue::Text(format!("%{}%", value.replace(['%', '_'], ""))),
        _ => SqlValue::Text(value.to_owned()),
    });
    Ok(format!("coalesce({found} {sql} ?{}, 0)", values.len()))
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_query_becomes_a_condition_whose_values_are_parameters() {
        let condition =
            parsed("status:'succeeded' AND -metadata[\"it's\"]:\"a' OR 1\" AND amount>=10");
        let condition = condition.unwrap();
        assert_eq!(
            condition.sql,
            "coalesce(json_extract(document, ?1) = ?2, 0) AND \
             NOT coalesce(json_extract(document, ?3) = ?4, 0) AND \
             coalesce(json_extract(document, ?5) >= ?6, 0)"
        );
        assert_eq!(condition.values.len(), 6);
    }

    #[test]
    fn what_is_no_query_is_refused_with_the_reason() {
        for (query, reason) in [
            ("", "the field `` is not"),
            ("colour:'red'", "the field `colour`"),
            ("status", "needs one of"),
            ("status:", "a value is missing"),
            ("status:'a", "not closed"),
            ("status>'a'", "> does not fit"),
            ("amount:'x'", "not a whole number"),
            ("metadata[a]:'b'", "a quotation mark is missing"),
            ("metadata['a':'b'", "a ] is missing"),
            ("status:'a' AND status:'b' OR status:'c'", "AND and OR"),
        ] {
            let refusal = parsed(query).unwrap_err();
            assert!(
                refusal.message.contains(reason),
                "{query}: {}",
                refusal.message
            );
        }
    }
}
