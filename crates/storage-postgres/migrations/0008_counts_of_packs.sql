-- What the yearly report counts is said by packs: the row keeps its figures by their ids instead of one column for each.
-- The rows are written anew by the server once it runs.
DROP TABLE matter_fact;
CREATE TABLE matter_fact (
  tenant TEXT COLLATE "C" NOT NULL, matter TEXT COLLATE "C" NOT NULL, number TEXT COLLATE "C" NOT NULL, pack TEXT COLLATE "C" NOT NULL, phase TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL, class TEXT COLLATE "C", place TEXT COLLATE "C", holder TEXT COLLATE "C" NOT NULL, sender TEXT COLLATE "C", held TEXT COLLATE "C" NOT NULL, concerned TEXT COLLATE "C" NOT NULL, complained_of TEXT COLLATE "C", facts TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C", received TEXT COLLATE "C" NOT NULL, answered TEXT COLLATE "C", due BIGINT, in_time BIGINT NOT NULL,
  late BIGINT NOT NULL, counts TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, matter)
);
CREATE INDEX matter_fact_received ON matter_fact (tenant, received, matter);
CREATE INDEX matter_fact_answered ON matter_fact (tenant, answered, matter) WHERE answered IS NOT NULL;
DELETE FROM setting WHERE name = 'matter_facts_complete';
