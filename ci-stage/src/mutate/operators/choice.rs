//! Which operators are on.

use super::{OPERATORS, Operator};
use crate::error::Error;

/// The operators that are on: the usual ones, or those that are named.
pub(in crate::mutate) fn chosen(
    wanted: &[String],
    unwanted: &[String],
) -> Result<Vec<&'static Operator>, Error> {
    for name in wanted.iter().chain(unwanted) {
        if !OPERATORS.iter().any(|operator| operator.name == name) {
            let known: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
            return Err(Error::Usage(format!(
                "no operator is called `{name}`; there are {}",
                known.join(", ")
            )));
        }
    }
    let named =
        |list: &[String], operator: &Operator| list.iter().any(|name| name == operator.name);
    let on = |operator: &&Operator| {
        let usual = operator.default && wanted.is_empty();
        (usual || named(wanted, operator)) && !named(unwanted, operator)
    };
    Ok(OPERATORS.iter().filter(on).collect())
}
