-- Who works on an attempt without a known outcome: a worker holds the lock of its number as long as it
-- lives.
CREATE SEQUENCE workers AS INTEGER CYCLE;

ALTER TABLE attempts ADD COLUMN claimed_by INTEGER
    DEFAULT nullif(current_setting('ledgerly.worker', true), '')::integer;
