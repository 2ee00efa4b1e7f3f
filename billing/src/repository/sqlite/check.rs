//! Checks of a whole database, and its copy.

use std::path::Path;

use super::SqliteRepository;
use crate::repository::RepositoryError;

/// What must not be found: what is wrong with each row, and the query that finds such rows.
const CHECKS: &[(&str, &str)] = &[
    (
        "journal entry does not add up to zero",
        "SELECT entry FROM journal GROUP BY entry, currency HAVING sum(amount_minor) <> 0",
    ),
    (
        "paid attempt without a journal entry",
        "SELECT attempt_id FROM attempts WHERE state = 'paid' \
         AND NOT EXISTS (SELECT 1 FROM journal WHERE entry = 'paid ' || attempt_id)",
    ),
    (
        "journal entry of an attempt that is not paid",
        "SELECT entry FROM journal WHERE entry LIKE 'paid %' AND account = 'gateway' \
         AND NOT EXISTS (SELECT 1 FROM attempts \
                         WHERE entry = 'paid ' || attempt_id AND state = 'paid')",
    ),
    (
        "invoice whose state is not that of its attempts",
        "SELECT invoice_id FROM invoices WHERE state <> \
         coalesce((SELECT state FROM attempts WHERE attempts.invoice_id = invoices.invoice_id \
                   ORDER BY number DESC LIMIT 1), 'issued') \
         AND NOT (state = 'paid' AND due NOT GLOB '*[1-9]*')",
    ),
];

impl SqliteRepository {
    /// Copies everything into the empty or new file at `path`.
    pub fn copy_into(&self, path: &Path) -> Result<(), RepositoryError> {
        let path = path.to_string_lossy();
        self.connection.execute("VACUUM INTO ?1", [path])?;
        Ok(())
    }

    /// Everything that is wrong with the file, or with what stands in it.
    pub fn problems(&self) -> Result<Vec<String>, RepositoryError> {
        let mut problems = self.texts("PRAGMA integrity_check")?;
        problems.retain(|line| line != "ok");
        for table in self.texts("SELECT \"table\" FROM pragma_foreign_key_check")? {
            problems.push(format!("row of {table} that refers to nothing"));
        }
        for (problem, sql) in CHECKS {
            let rows = self.texts(sql)?;
            problems.extend(rows.into_iter().map(|row| format!("{problem}: {row}")));
        }
        Ok(problems)
    }

    fn texts(&self, sql: &str) -> Result<Vec<String>, RepositoryError> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
