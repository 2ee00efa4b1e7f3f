-- By what objects are looked up, beside the document: an index on an expression reads the whole document
-- whenever one is written.
ALTER TABLE objects ADD COLUMN attempt_id TEXT;
ALTER TABLE objects ADD COLUMN payment_intent TEXT;
ALTER TABLE objects ADD COLUMN is_processing INTEGER NOT NULL DEFAULT 0;

UPDATE objects SET
    attempt_id = iif(kind = 'payment_intent', json_extract(document, '$.metadata.attempt_id'), NULL),
    payment_intent = json_extract(document, '$.payment_intent'),
    is_processing = coalesce(kind = 'payment_intent' AND json_extract(document, '$.status') = 'processing', 0)
WHERE kind <> 'event';

DROP INDEX intents_by_attempt;
DROP INDEX charges_by_intent;
DROP INDEX refunds_by_intent;
DROP INDEX intents_processing;
CREATE INDEX objects_by_attempt ON objects (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX objects_by_intent ON objects (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX objects_processing ON objects (created) WHERE is_processing;

-- Where a webhook is to be sent; earlier versions knew one place.
ALTER TABLE deliveries ADD COLUMN endpoint TEXT;
CREATE INDEX deliveries_by_due ON deliveries (due, sequence);
