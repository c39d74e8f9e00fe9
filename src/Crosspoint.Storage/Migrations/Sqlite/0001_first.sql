-- One file holds one period of time: the messages whose keys fall into it, and everything that belongs to them.

-- Accounts and connection groups, named once a file.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE messages (
    key        INTEGER PRIMARY KEY,   -- the message's id without its random part: 48 bits of milliseconds, 12 bits of counter
    account    INTEGER NOT NULL,      -- names.id
    recipient  INTEGER NOT NULL,      -- 32-bit hash of the recipient, for filters
    state      INTEGER NOT NULL,
    open_until INTEGER,               -- end of validity in microseconds while something is still to be done, else NULL
    head       BLOB NOT NULL,         -- what was asked for; written once
    progress   BLOB NOT NULL          -- segments, attempts, events, webhooks; padded so that updates stay in place
);

CREATE INDEX messages_open ON messages (open_until) WHERE open_until IS NOT NULL;

-- Vendor ids in canonical form (lower case, no leading zeros). A vendor may use an id again.
CREATE TABLE correlations (
    grp     INTEGER NOT NULL,         -- names.id of the connection group
    id      TEXT NOT NULL,
    key     INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    PRIMARY KEY (grp, id, key, segment)
) WITHOUT ROWID;

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
