//! Checks of a whole database, and its copy.

use std::path::Path;

use super::Repository;
use crate::error::Error;
use crate::repository::database::all;

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
        "refund that the journal does not have, or has although it gave nothing back",
        "SELECT refund_id FROM refunds WHERE (state = 'refunded') <> \
         ((SELECT count(*) FROM journal WHERE account = 'refunds' AND amount_minor > 0 \
           AND entry = 'refunded ' || refund_id) \
          > (SELECT count(*) FROM journal WHERE account = 'refunds' \
             AND entry = 'refund failed ' || refund_id))",
    ),
    (
        "late fee that the journal does not have",
        "SELECT invoice_id FROM invoices WHERE late_fee IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM journal WHERE entry = 'late fee ' || invoices.invoice_id)",
    ),
    (
        "invoice whose state is not that of its attempts",
        "SELECT invoice_id FROM invoices WHERE state <> \
         coalesce((SELECT state FROM attempts WHERE attempts.invoice_id = invoices.invoice_id \
                   ORDER BY number DESC LIMIT 1), 'issued') \
         AND NOT (state = 'paid' AND replace(replace(due, '0', ''), '.', '') = '')",
    ),
];

impl Repository {
    /// Copies everything into the empty or new file at `path`.
    pub fn copy_into(&self, path: &Path) -> Result<(), Error> {
        self.database.copy_into(path)
    }

    /// Everything that is wrong with the database, or with what stands in it.
    pub fn problems(&self) -> Result<Vec<String>, Error> {
        let mut problems = self.database.damages()?;
        for (problem, sql) in CHECKS {
            let rows = all(self.database.as_ref(), sql, &[], |row| row.text(0))?;
            problems.extend(rows.into_iter().map(|row| format!("{problem}: {row}")));
        }
        Ok(problems)
    }
}
