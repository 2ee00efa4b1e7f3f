-- The rules that invoices were issued under, as JSON.
CREATE TABLE policies (
    -- SHA-256 of the rules.
    hash TEXT PRIMARY KEY NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- Nothing for invoices of earlier versions, which were issued under the standard policy.
ALTER TABLE invoices ADD COLUMN policy_hash TEXT REFERENCES policies (hash);
-- A late fee that was raised after the invoice was issued: how much, and on which day.
ALTER TABLE invoices ADD COLUMN late_fee TEXT;
ALTER TABLE invoices ADD COLUMN late_fee_on TEXT;
