-- The narrow row of a matter: what totals, checks and operators' walks ask of many at once, so that none of them reads documents.
-- Rows of matters from before are written by the server once it runs.
CREATE TABLE matter_fact (
  tenant TEXT COLLATE "C" NOT NULL, matter TEXT COLLATE "C" NOT NULL, number TEXT COLLATE "C" NOT NULL, pack TEXT COLLATE "C" NOT NULL, phase TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL, class TEXT COLLATE "C", place TEXT COLLATE "C", holder TEXT COLLATE "C" NOT NULL, sender TEXT COLLATE "C", held TEXT COLLATE "C" NOT NULL, concerned TEXT COLLATE "C" NOT NULL, complained_of TEXT COLLATE "C", facts TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C", received TEXT COLLATE "C" NOT NULL, answered TEXT COLLATE "C", due BIGINT, transferred BIGINT NOT NULL, annulled BIGINT NOT NULL, in_time BIGINT NOT NULL,
  late BIGINT NOT NULL, orders BIGINT NOT NULL, recommendations BIGINT NOT NULL, answered_recommendations BIGINT NOT NULL,
  PRIMARY KEY (tenant, matter)
);
CREATE INDEX matter_fact_received ON matter_fact (tenant, received, matter);
CREATE INDEX matter_fact_answered ON matter_fact (tenant, answered, matter) WHERE answered IS NOT NULL;
