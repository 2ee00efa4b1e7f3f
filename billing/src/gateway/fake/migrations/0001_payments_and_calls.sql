CREATE TABLE payments (
    payment_id TEXT PRIMARY KEY NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    invoice_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    payment_method TEXT NOT NULL,
    -- 'approved', or why it was declined.
    outcome TEXT NOT NULL
) STRICT;

CREATE TABLE calls (
    sequence INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;

CREATE INDEX calls_by_key ON calls (idempotency_key, operation);
