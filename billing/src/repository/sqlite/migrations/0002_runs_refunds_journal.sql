ALTER TABLE invoices ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';
-- What remains to be paid: the total without prepayments, and a late fee that was raised later.
ALTER TABLE invoices ADD COLUMN due TEXT NOT NULL DEFAULT '0';
UPDATE invoices SET due = total;
-- The day by which it is to be paid; unknown for invoices of the first version, which are due.
ALTER TABLE invoices ADD COLUMN due_on TEXT;
-- When a declined invoice is charged again by itself, in seconds since 1970; never when NULL.
ALTER TABLE invoices ADD COLUMN retry_at INTEGER;

CREATE INDEX invoices_to_charge ON invoices (sequence) WHERE state IN ('issued', 'declined');

-- In seconds since 1970; 0 for attempts of the first version, which are looked up before they are sent.
ALTER TABLE attempts ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';

CREATE INDEX open_attempts ON attempts (attempt_id) WHERE state = 'unknown';

CREATE TABLE refunds (
    -- Also the idempotency key.
    refund_id TEXT PRIMARY KEY NOT NULL,
    attempt_id TEXT NOT NULL REFERENCES attempts (attempt_id),
    number INTEGER NOT NULL CHECK (number >= 1),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    state TEXT NOT NULL CHECK (state IN ('unknown', 'refunded', 'refused')),
    -- The gateway's name for it, or why it was refused.
    answer TEXT,
    UNIQUE (attempt_id, number),
    CHECK ((state = 'unknown') = (answer IS NULL))
) STRICT;

-- No second refund of a payment while one is open.
CREATE UNIQUE INDEX one_open_refund ON refunds (attempt_id) WHERE state = 'unknown';

-- Double entry: the postings of an entry add up to zero; a debit is positive, a credit negative.
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    -- What happened, such as 'paid ATTEMPT': it cannot be written twice.
    entry TEXT NOT NULL,
    invoice_id TEXT NOT NULL REFERENCES invoices (invoice_id),
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    UNIQUE (entry, account)
) STRICT;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- What the first version did, as it would have been written.
INSERT INTO journal (entry, invoice_id, account, currency, amount_minor)
SELECT 'issued ' || invoice_id, invoice_id, account, 'USD', sign * CAST(replace(total, '.', '') AS INTEGER)
FROM invoices, (SELECT 'receivable' AS account, 1 AS sign UNION ALL SELECT 'revenue', -1)
WHERE total GLOB '*.[0-9][0-9]' AND length(total) <= 18
ORDER BY sequence, account;

INSERT INTO journal (entry, invoice_id, account, currency, amount_minor)
SELECT 'paid ' || attempt_id, invoice_id, account, 'USD', sign * amount_minor
FROM attempts, (SELECT 'gateway' AS account, 1 AS sign UNION ALL SELECT 'receivable', -1)
WHERE state = 'paid'
ORDER BY attempts.rowid, account;
