-- The events of the messages in this file, in the order of the commits: a row for each commit that had any. The numbers are the journal's, so those that are
-- not here are in other files. What an entry says: EventEntryCodec. Files of before have none.
CREATE TABLE event_log (
    first   INTEGER PRIMARY KEY,     -- number of the first entry
    entries BLOB NOT NULL            -- message keys and event numbers; the event itself is in the message's progress
);
