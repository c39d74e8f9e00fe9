-- People who sign in to the console, and their sessions. Times are microseconds since 1970; 0 for never.

CREATE TABLE users (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,         -- in lower case
    display_name   TEXT NOT NULL,
    role           TEXT NOT NULL,
    account_sid    TEXT,                         -- whose, for customers
    state          TEXT NOT NULL,
    password_hash  TEXT,
    totp_secret    BLOB,                         -- sealed with the key ring
    totp_pending   BLOB,                         -- the same, until a first code has confirmed it
    totp_step      INTEGER NOT NULL,             -- of the last code that was taken: none is taken twice
    recovery       BLOB NOT NULL,                -- SHA-256 of each code that is left
    invite_hash    BLOB,                         -- SHA-256 of the link with which a password is set
    invite_until   INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    last_sign_in   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,                 -- SHA-256
    user_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    is_secure  INTEGER NOT NULL                  -- made over TLS
) WITHOUT ROWID;

CREATE INDEX sessions_of ON sessions (user_id);

-- Tries to sign in that failed, whether there is such a user or not.
CREATE TABLE tries (
    name_hash    BLOB PRIMARY KEY,               -- SHA-256
    failed       INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    locks        INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    action  TEXT NOT NULL,
    name    TEXT NOT NULL,
    note    TEXT NOT NULL
);

CREATE INDEX audit_of ON audit (name, id);
