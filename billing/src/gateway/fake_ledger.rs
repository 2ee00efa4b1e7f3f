//! The fake gateway's own ledger: what it decided and which calls it had. Survives the process.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::{
    Call, CallAnswer, ChargeRequest, DeclineReason, GatewayError, Operation, Outcome, Payment,
};

const MIGRATIONS: &[M<'_>] = &[M::up(include_str!(
    "fake_ledger/0001_payments_and_calls.sql"
))];

const APPROVED: &str = "approved";

/// Opens the ledger in `path`, or in memory.
pub(super) fn open(path: Option<&Path>) -> Result<Connection, GatewayError> {
    let mut connection = match path {
        Some(path) => crate::repository::open_private(path)?,
        None => Connection::open_in_memory()?,
    };
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
    Ok(connection)
}

/// A transaction that holds the ledger from its start, so that two processes take turns.
pub(super) fn begin(ledger: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    ledger.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// What was decided under `key`; a conflict when it was another request.
pub(super) fn decided(
    ledger: &Connection,
    key: &str,
    request: Option<&ChargeRequest>,
) -> Result<Option<Payment>, GatewayError> {
    let row = ledger
        .query_row(
            "SELECT invoice_id, amount_minor, payment_method, payment_id, outcome \
             FROM payments WHERE idempotency_key = ?1",
            [key],
            |row| {
                let parameters = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok((parameters, row.get(3)?, row.get::<_, String>(4)?))
            },
        )
        .optional()?;
    let Some((first, payment_id, outcome)) = row else {
        return Ok(None);
    };
    if request.is_some_and(|request| parameters(request) != first) {
        return Err(GatewayError::IdempotencyConflict {
            key: key.to_owned(),
        });
    }
    let outcome = outcome_of(&outcome)?;
    Ok(Some(Payment {
        payment_id,
        outcome,
    }))
}

/// Writes down a decision.
pub(super) fn decide(
    ledger: &Connection,
    request: &ChargeRequest,
    outcome: Outcome,
) -> Result<Payment, GatewayError> {
    let decided: i64 = ledger.query_row("SELECT count(*) FROM payments", [], |row| row.get(0))?;
    let payment_id = format!("py_{}", decided + 1);
    let (invoice_id, amount_minor, payment_method) = parameters(request);
    ledger.execute(
        "INSERT INTO payments (payment_id, idempotency_key, invoice_id, amount_minor, payment_method, outcome) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            payment_id,
            request.idempotency_key,
            invoice_id,
            amount_minor,
            payment_method,
            code_of(outcome)
        ],
    )?;
    Ok(Payment {
        payment_id,
        outcome,
    })
}

/// How often a charge was asked for under `key`.
pub(super) fn charge_calls(ledger: &Connection, key: &str) -> rusqlite::Result<i64> {
    ledger.query_row(
        "SELECT count(*) FROM calls WHERE idempotency_key = ?1 AND operation = 'charge'",
        [key],
        |row| row.get(0),
    )
}

/// Notes a call and how it was answered.
pub(super) fn note(ledger: &Connection, call: &Call) -> rusqlite::Result<()> {
    ledger.execute(
        "INSERT INTO calls (operation, idempotency_key, answer) VALUES (?1, ?2, ?3)",
        params![
            call.operation.code(),
            call.idempotency_key,
            call.answer.code()
        ],
    )?;
    Ok(())
}

/// All calls in their order.
pub(super) fn calls(ledger: &Connection) -> Result<Vec<Call>, GatewayError> {
    let mut statement =
        ledger.prepare("SELECT operation, idempotency_key, answer FROM calls ORDER BY sequence")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;
    rows.map(|row| {
        let (operation, idempotency_key, answer) = row?;
        let corrupt = |code: &str| GatewayError::LedgerCorrupt(code.to_owned());
        Ok(Call {
            operation: Operation::of_code(&operation).ok_or_else(|| corrupt(&operation))?,
            idempotency_key,
            answer: CallAnswer::of_code(&answer).ok_or_else(|| corrupt(&answer))?,
        })
    })
    .collect()
}

fn parameters(request: &ChargeRequest) -> (String, i64, String) {
    let method = request.payment_method.to_string();
    (request.invoice_id.clone(), request.amount.get(), method)
}

fn code_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => APPROVED,
        Outcome::Declined(reason) => reason.code(),
    }
}

fn outcome_of(code: &str) -> Result<Outcome, GatewayError> {
    if code == APPROVED {
        return Ok(Outcome::Approved);
    }
    let reason = DeclineReason::of_code(code);
    reason
        .map(Outcome::Declined)
        .ok_or_else(|| GatewayError::LedgerCorrupt(code.to_owned()))
}
