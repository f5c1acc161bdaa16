-- A matter is one kind of proceeding (ADR 0023). Events and duties belong to proceedings of every kind; those that are no matters have
-- no submission. Names of keys stay as they are.
ALTER TABLE matter RENAME TO proceeding;
ALTER TABLE proceeding ADD COLUMN kind TEXT NOT NULL DEFAULT 'matter';
ALTER TABLE event RENAME COLUMN matter TO proceeding;
ALTER TABLE duty RENAME COLUMN matter TO proceeding;
-- Lists of the other kinds, which are few beside the matters.
CREATE INDEX proceeding_kind ON proceeding (tenant, kind, seq) WHERE kind<>'matter';
