-- The narrow row of a matter: what totals, checks and operators' walks ask of many at once, so that none of them reads documents.
-- Rows of matters from before are written by the server once it runs.
CREATE TABLE matter_fact (
  tenant TEXT NOT NULL, matter TEXT NOT NULL, number TEXT NOT NULL, pack TEXT NOT NULL, phase TEXT NOT NULL,
  channel TEXT NOT NULL, class TEXT, place TEXT, holder TEXT NOT NULL, sender TEXT, held TEXT NOT NULL, concerned TEXT NOT NULL, complained_of TEXT, facts TEXT NOT NULL,
  outcome TEXT, received TEXT NOT NULL, answered TEXT, due INTEGER, transferred INTEGER NOT NULL, annulled INTEGER NOT NULL, in_time INTEGER NOT NULL,
  late INTEGER NOT NULL, orders INTEGER NOT NULL, recommendations INTEGER NOT NULL, answered_recommendations INTEGER NOT NULL,
  PRIMARY KEY (tenant, matter)
) WITHOUT ROWID;
CREATE INDEX matter_fact_received ON matter_fact (tenant, received, matter);
CREATE INDEX matter_fact_answered ON matter_fact (tenant, answered, matter) WHERE answered IS NOT NULL;
