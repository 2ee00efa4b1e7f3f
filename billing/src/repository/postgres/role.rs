//! The rights that a worker needs, and no more.

/// SQL that gives a role what `ledgerly` needs to import, charge, refund and reconcile: it can add, and
/// change what becomes of invoices, attempts and refunds. It can delete nothing, change no journal, no
/// amount of an attempt, and no table.
#[must_use]
pub fn role_sql(role: &str) -> String {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    format!(
        "-- Run by the owner of the tables. The role itself: CREATE ROLE {role} LOGIN PASSWORD '...';
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT ON versions, policies, invoices, attempts, refunds, journal, settings TO {role};
GRANT INSERT ON policies, invoices, attempts, refunds, journal TO {role};
GRANT UPDATE (state, retry_at, total, due, late_fee, late_fee_on) ON invoices TO {role};
GRANT UPDATE (state, payment_id, decline_reason, claimed_by) ON attempts TO {role};
GRANT UPDATE (state, answer) ON refunds TO {role};
GRANT USAGE ON SEQUENCE workers TO {role};
"
    )
}
