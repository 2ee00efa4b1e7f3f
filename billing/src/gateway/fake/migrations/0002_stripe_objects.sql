CREATE TABLE objects (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- JSON, as it is shown.
    document TEXT NOT NULL
) STRICT;

-- No index on the kind alone: the planner would prefer it to those that find few rows.
CREATE INDEX intents_by_attempt ON objects (json_extract(document, '$.metadata.attempt_id'))
    WHERE kind = 'payment_intent';

CREATE INDEX charges_by_intent ON objects (json_extract(document, '$.payment_intent'))
    WHERE kind = 'charge';

CREATE INDEX refunds_by_intent ON objects (json_extract(document, '$.payment_intent'))
    WHERE kind = 'refund';

CREATE INDEX intents_processing ON objects (created)
    WHERE kind = 'payment_intent' AND json_extract(document, '$.status') = 'processing';

-- The first reply under each key.
CREATE TABLE replies (
    idempotency_key TEXT PRIMARY KEY NOT NULL,
    -- What was asked: method, path and sorted parameters.
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE requests (
    ordinal INTEGER PRIMARY KEY,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    idempotency_key TEXT,
    answer TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX requests_by_key ON requests (idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The clock's offset and the faults, so that they outlive the process.
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

-- Webhooks that are still to be sent; lost ones are never written here.
CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL
) STRICT;

-- The first ledger knew one payment a key; its payments become payment intents with their charges.
INSERT INTO objects (id, kind, created, document)
SELECT payment_id, 'payment_intent', 0, json_object(
    'id', payment_id, 'object', 'payment_intent', 'amount', amount_minor, 'amount_capturable', 0,
    'amount_received', iif(outcome = 'approved', amount_minor, 0),
    'capture_method', 'automatic', 'client_secret', payment_id || '_secret',
    'confirmation_method', 'automatic', 'created', 0, 'currency', 'usd',
    'last_payment_error', iif(outcome = 'approved', NULL, json_object(
        'type', 'card_error', 'code', 'card_declined', 'decline_code', outcome,
        'message', 'Your card was declined.')),
    'latest_charge', iif(outcome = 'approved', 'ch_of_' || payment_id, NULL),
    'livemode', json('false'),
    'metadata', json_object('invoice_id', invoice_id, 'attempt_id', idempotency_key),
    'payment_method', payment_method, 'payment_method_types', json_array('card'),
    'status', iif(outcome = 'approved', 'succeeded', 'requires_payment_method'))
FROM payments ORDER BY rowid;

INSERT INTO objects (id, kind, created, document)
SELECT 'ch_of_' || payment_id, 'charge', 0, json_object(
    'id', 'ch_of_' || payment_id, 'object', 'charge', 'amount', amount_minor,
    'amount_captured', amount_minor, 'amount_refunded', 0, 'captured', json('true'), 'created', 0,
    'currency', 'usd', 'livemode', json('false'),
    'metadata', json_object('invoice_id', invoice_id, 'attempt_id', idempotency_key),
    'paid', json('true'), 'payment_intent', payment_id, 'payment_method', payment_method,
    'refunded', json('false'), 'status', 'succeeded')
FROM payments WHERE outcome = 'approved' ORDER BY rowid;

DROP TABLE payments;
DROP TABLE calls;
