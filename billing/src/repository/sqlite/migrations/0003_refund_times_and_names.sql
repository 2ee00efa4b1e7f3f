-- In seconds since 1970; 0 for refunds of earlier versions, which are looked up before they are sent.
ALTER TABLE refunds ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 0;

-- Under which name a request was made; nothing for attempts of earlier versions, which gave none.
ALTER TABLE attempts ADD COLUMN database_id TEXT;

CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

-- Several databases may share a gateway: each names itself in what it asks for.
INSERT INTO settings (name, value) VALUES ('database_id', lower(hex(randomblob(16))));
