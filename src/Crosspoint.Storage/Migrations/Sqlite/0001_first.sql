-- One file holds one period of time: the messages whose keys fall into it, and everything that belongs to them.

CREATE TABLE accounts (
    id  INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE
);

CREATE TABLE messages (
    key       INTEGER PRIMARY KEY,   -- the message's id without its random part: 48 bits of milliseconds, 12 bits of counter
    account   INTEGER NOT NULL,      -- accounts.id
    recipient INTEGER NOT NULL,      -- 32-bit hash of the recipient, for filters
    head      BLOB NOT NULL,         -- what was asked for; written once
    progress  BLOB NOT NULL          -- state, segments, attempts, events, webhooks; padded, so that it is overwritten in place
);

-- Messages with something still to be done, by the end of their validity in microseconds. Only those whose key is not above the mark 'open_indexed':
-- most lives end before the mark reaches them, and never cost an entry here. Above the mark, the rows themselves are read.
CREATE TABLE open_messages (
    until INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    PRIMARY KEY (until, key)
) WITHOUT ROWID;

CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- Which segment a vendor's id means: first appended here, in order of commit ...
CREATE TABLE correlation_log (
    seq     INTEGER PRIMARY KEY,
    hash    INTEGER NOT NULL,        -- 64-bit hash of connection group and canonical vendor id
    key     INTEGER NOT NULL,
    segment INTEGER NOT NULL
);

-- ... and moved, many at once, into runs sorted by hash. A row is one part of a run: run * 512 + the first 9 bits of the hash;
-- its entries have 18 octets: hash, key (8 each, little-endian), segment (2).
CREATE TABLE correlation_runs (
    id      INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
);

CREATE TABLE idempotency (
    account TEXT NOT NULL,
    key     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    keys    BLOB NOT NULL,            -- message keys, 8 octets each, little-endian
    answer  BLOB,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;

-- Receipts that match no segment yet.
CREATE TABLE parked (
    seq        INTEGER PRIMARY KEY,
    grp        TEXT NOT NULL,
    id         TEXT NOT NULL,         -- canonical
    text_id    TEXT,                  -- canonical
    at         INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    error      TEXT,
    recipient  TEXT NOT NULL,
    connection TEXT NOT NULL,
    raw_id     TEXT NOT NULL,         -- as the receipt wrote it
    raw_text   TEXT
);

CREATE INDEX parked_id ON parked (id, grp);
CREATE INDEX parked_text_id ON parked (text_id, grp) WHERE text_id IS NOT NULL;

CREATE TABLE orphans (
    seq        INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    at         INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    pdu        BLOB NOT NULL
);

CREATE TABLE inbound_parts (
    part_key   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    total      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    text       TEXT NOT NULL,
    connection TEXT NOT NULL,
    sender     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    PRIMARY KEY (part_key, number)
) WITHOUT ROWID;
