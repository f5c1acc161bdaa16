-- What the yearly report counts is said by packs: the row keeps its figures by their ids instead of one column for each.
-- The rows are written anew by the server once it runs.
DROP TABLE matter_fact;
CREATE TABLE matter_fact (
  tenant TEXT NOT NULL, matter TEXT NOT NULL, number TEXT NOT NULL, pack TEXT NOT NULL, phase TEXT NOT NULL,
  channel TEXT NOT NULL, class TEXT, place TEXT, holder TEXT NOT NULL, sender TEXT, held TEXT NOT NULL, concerned TEXT NOT NULL, complained_of TEXT, facts TEXT NOT NULL,
  outcome TEXT, received TEXT NOT NULL, answered TEXT, due INTEGER, in_time INTEGER NOT NULL,
  late INTEGER NOT NULL, counts TEXT NOT NULL,
  PRIMARY KEY (tenant, matter)
) WITHOUT ROWID;
CREATE INDEX matter_fact_received ON matter_fact (tenant, received, matter);
CREATE INDEX matter_fact_answered ON matter_fact (tenant, answered, matter) WHERE answered IS NOT NULL;
DELETE FROM setting WHERE name = 'matter_facts_complete';
