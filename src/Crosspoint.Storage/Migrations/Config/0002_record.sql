-- The record is asked for by who did it, too; and what has no revisions is kept for a while only.

CREATE INDEX audit_by ON audit (made_by, id);

CREATE INDEX audit_without_revision ON audit (at) WHERE from_number = 0 AND to_number = 0;
