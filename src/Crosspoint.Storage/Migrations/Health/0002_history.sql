-- The long view: what happened in each minute, and in each hour, by connection, country, network and class. Minutes and hours are numbers since 1970.

CREATE TABLE history_cells (
    id         INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    country    TEXT NOT NULL,              -- ISO 3166-1, ZZ where it is not known
    network    TEXT NOT NULL,              -- MCC and MNC, empty where it is not known
    class      INTEGER NOT NULL,
    used_on    INTEGER NOT NULL,           -- the last day with a row
    UNIQUE (connection, country, network, class)
);

CREATE TABLE minutes (
    at          INTEGER NOT NULL,
    cell        INTEGER NOT NULL,
    sent        INTEGER NOT NULL,          -- messages, by the minute in which they were sent
    delivered   INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    body        BLOB NOT NULL,             -- all else, by the minute in which it happened
    PRIMARY KEY (at, cell)
) WITHOUT ROWID;

CREATE TABLE hours (
    at          INTEGER NOT NULL,
    cell        INTEGER NOT NULL,
    sent        INTEGER NOT NULL,
    delivered   INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (at, cell)
) WITHOUT ROWID;

-- Hours before this one are put together, and of this one the cells up to this.
CREATE TABLE rolled_up (
    hour INTEGER NOT NULL,
    cell INTEGER NOT NULL
);

INSERT INTO rolled_up VALUES (0, 0);
