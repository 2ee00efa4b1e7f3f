//! Statements for many rows at once: each costs a journey to the server, and work of its own in any
//! database.

use crate::error::Error;
use crate::repository::database::{Database, Row, Value};

/// So many rows go into one statement; the sizes are few, so that each is prepared once.
const SIZES: [usize; 4] = [64, 8, 2, 1];

/// Runs a statement for many rows of `width` values: `{rows}` in it stands for `(?1, ?2), (?3, ?4) ...`.
pub(super) fn execute(
    database: &dyn Database,
    statement: &str,
    width: usize,
    values: &[Value<'_>],
) -> Result<(), Error> {
    for (sql, values) in parts(statement, width, values) {
        database.execute(&sql, values)?;
    }
    Ok(())
}

/// The same for a statement that gives rows.
pub(super) fn query(
    database: &dyn Database,
    statement: &str,
    width: usize,
    values: &[Value<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<(), Error>,
) -> Result<(), Error> {
    for (sql, values) in parts(statement, width, values) {
        database.query(&sql, values, each)?;
    }
    Ok(())
}

fn parts<'a, 'v>(
    statement: &'a str,
    width: usize,
    mut values: &'a [Value<'v>],
) -> impl Iterator<Item = (String, &'a [Value<'v>])> {
    std::iter::from_fn(move || {
        let left = values.len() / width;
        let size = SIZES.into_iter().find(|size| *size <= left)?;
        let (part, rest) = values.split_at(size * width);
        values = rest;
        Some((statement.replace("{rows}", &rows(size, width)), part))
    })
}

fn rows(size: usize, width: usize) -> String {
    let mut text = String::with_capacity(size * width * 6);
    for row in 0..size {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            let comma = if column == 1 { "" } else { ", " };
            let number = row * width + column;
            text.extend([comma, "?", itoa::Buffer::new().format(number)]);
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Value, parts};

    #[test]
    fn many_rows_go_into_few_statements_and_none_is_lost() {
        let values: Vec<Value<'_>> = (0..2 * 73).map(Value::Integer).collect();
        let made: Vec<_> = parts("INSERT {rows}", 2, &values).collect();
        let sizes: Vec<_> = made.iter().map(|(_, values)| values.len() / 2).collect();
        assert_eq!(sizes, [64, 8, 1]);
        assert!(made[1].0.starts_with("INSERT (?1, ?2), (?3, ?4), "));
        assert_eq!(made[2].0, "INSERT (?1, ?2)");
        assert!(parts("INSERT {rows}", 2, &[]).next().is_none());
    }
}
