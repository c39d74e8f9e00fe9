-- Incidents, alerts, silences. Times are microseconds since 1970.

CREATE TABLE records (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       INTEGER NOT NULL,           -- when it began
    ended_at INTEGER NOT NULL,           -- 0 while it goes on
    body     BLOB NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE INDEX records_by_time ON records (kind, at, id);
CREATE INDEX open_records ON records (kind, at) WHERE ended_at = 0;
CREATE INDEX ended_records ON records (ended_at) WHERE ended_at > 0;
