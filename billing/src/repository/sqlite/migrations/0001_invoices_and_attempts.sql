CREATE TABLE invoices (
    -- The order of import.
    sequence INTEGER PRIMARY KEY,
    invoice_id TEXT NOT NULL UNIQUE,
    -- The invoice as JSON, in the vocabulary of the files.
    document TEXT NOT NULL,
    -- A decimal number as text: never a float.
    total TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('issued', 'paid', 'declined', 'unknown'))
) STRICT;

CREATE TABLE attempts (
    -- Also the idempotency key.
    attempt_id TEXT PRIMARY KEY NOT NULL,
    invoice_id TEXT NOT NULL REFERENCES invoices (invoice_id),
    number INTEGER NOT NULL CHECK (number >= 1),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    payment_method TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unknown', 'paid', 'declined')),
    payment_id TEXT,
    decline_reason TEXT,
    UNIQUE (invoice_id, number),
    CHECK ((state = 'unknown') = (payment_id IS NULL)),
    CHECK ((state = 'declined') = (decline_reason IS NOT NULL))
) STRICT;

-- No second attempt while one is open, none after one was paid.
CREATE UNIQUE INDEX one_attempt_that_counts ON attempts (invoice_id) WHERE state <> 'declined';
