-- How the carrier writes ids in its answers and in its receipts: 0 not known, 1 the same, 2 hexadecimal then decimal, 3 decimal then hexadecimal.
ALTER TABLE parked ADD COLUMN format INTEGER NOT NULL DEFAULT 0;
