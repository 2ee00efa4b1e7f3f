-- What the embedded database has in its version 4; dates and decimal numbers are text, as there.
CREATE TABLE policies (
    hash TEXT COLLATE "C" PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE TABLE invoices (
    -- The order of import.
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id TEXT COLLATE "C" NOT NULL UNIQUE,
    document TEXT NOT NULL,
    total TEXT NOT NULL,
    due TEXT NOT NULL,
    currency TEXT NOT NULL,
    due_on TEXT COLLATE "C",
    state TEXT NOT NULL CHECK (state IN ('issued', 'paid', 'declined', 'unknown')),
    retry_at BIGINT,
    policy_hash TEXT COLLATE "C" NOT NULL REFERENCES policies (hash),
    late_fee TEXT,
    late_fee_on TEXT
);

CREATE INDEX invoices_to_charge ON invoices (sequence) WHERE state IN ('issued', 'declined');

CREATE TABLE attempts (
    attempt_id TEXT COLLATE "C" PRIMARY KEY,
    invoice_id TEXT COLLATE "C" NOT NULL REFERENCES invoices (invoice_id),
    database_id TEXT,
    number BIGINT NOT NULL CHECK (number >= 1),
    begun_at BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unknown', 'paid', 'declined')),
    payment_id TEXT,
    decline_reason TEXT,
    UNIQUE (invoice_id, number),
    CHECK ((state = 'unknown') = (payment_id IS NULL)),
    CHECK ((state = 'declined') = (decline_reason IS NOT NULL))
);

-- No second attempt while one is open, none after one was paid.
CREATE UNIQUE INDEX one_attempt_that_counts ON attempts (invoice_id) WHERE state <> 'declined';
CREATE INDEX open_attempts ON attempts (attempt_id) WHERE state = 'unknown';

CREATE TABLE refunds (
    refund_id TEXT COLLATE "C" PRIMARY KEY,
    attempt_id TEXT COLLATE "C" NOT NULL REFERENCES attempts (attempt_id),
    number BIGINT NOT NULL CHECK (number >= 1),
    begun_at BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    state TEXT NOT NULL CHECK (state IN ('unknown', 'refunded', 'refused')),
    answer TEXT,
    UNIQUE (attempt_id, number),
    CHECK ((state = 'unknown') = (answer IS NULL))
);

-- No second refund of a payment while one is open.
CREATE UNIQUE INDEX one_open_refund ON refunds (attempt_id) WHERE state = 'unknown';

-- Double entry: the postings of an entry add up to zero; a debit is positive, a credit negative.
CREATE TABLE journal (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry TEXT NOT NULL,
    invoice_id TEXT COLLATE "C" NOT NULL REFERENCES invoices (invoice_id),
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    UNIQUE (entry, account)
);

CREATE FUNCTION journal_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is only added to';
END
$$;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_only_added_to();

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Several databases may share a gateway: each names itself in what it asks for.
INSERT INTO settings (name, value)
VALUES ('database_id', replace(gen_random_uuid()::text, '-', ''));
