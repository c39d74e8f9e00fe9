-- Configuration with revisions. Times are microseconds since 1970.

CREATE TABLE resources (
    kind           TEXT NOT NULL,
    name           TEXT NOT NULL,
    last_number    INTEGER NOT NULL,           -- the highest that was ever given
    last_activated INTEGER NOT NULL,           -- 0 for none
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

CREATE TABLE revisions (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    number       INTEGER NOT NULL,
    state        INTEGER NOT NULL,             -- 0 draft, 1 active, 2 retired
    made_by      TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    note         TEXT NOT NULL,
    parent       INTEGER NOT NULL,             -- activated last when it was made
    replaced     INTEGER NOT NULL DEFAULT 0,   -- activated last when it was activated for the first time
    valid_from   INTEGER,
    activated_by TEXT NOT NULL DEFAULT '',
    activated_at INTEGER,
    bytes        INTEGER NOT NULL,
    payload      BLOB NOT NULL,                -- the last column, so that the others are read without it
    UNIQUE (kind, name, number)
);

CREATE INDEX active_revisions ON revisions (kind, name, valid_from) WHERE state = 1;

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    made_by    TEXT NOT NULL,
    action     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    from_number INTEGER NOT NULL,
    to_number  INTEGER NOT NULL,
    valid_from INTEGER,
    note       TEXT NOT NULL
);

CREATE INDEX audit_of ON audit (kind, name, id);
