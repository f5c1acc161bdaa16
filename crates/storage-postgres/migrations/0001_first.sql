-- The first schema. Every key begins with the tenant. Each row keeps its record as JSON in `doc`, beside
-- the columns that queries need.
CREATE TABLE submission (
  tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, receipt TEXT COLLATE "C" NOT NULL, origin TEXT COLLATE "C", doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX submission_receipt ON submission (tenant, receipt);
CREATE UNIQUE INDEX submission_origin ON submission (tenant, origin) WHERE origin IS NOT NULL;

CREATE TABLE vault (
  tenant TEXT COLLATE "C" NOT NULL, submission TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, submission)
);

CREATE TABLE content (
  tenant TEXT COLLATE "C" NOT NULL, owner TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, owner, n)
);

CREATE TABLE matter (
  seq BIGSERIAL PRIMARY KEY, tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, submission TEXT COLLATE "C" NOT NULL, part BIGINT NOT NULL,
  number TEXT COLLATE "C" NOT NULL, version BIGINT NOT NULL, phase TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX matter_id ON matter (tenant, id);
CREATE UNIQUE INDEX matter_number ON matter (tenant, number);
CREATE INDEX matter_submission ON matter (tenant, submission, part);

CREATE TABLE reader (
  tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, seq BIGINT NOT NULL,
  PRIMARY KEY (tenant, unit, seq)
);
CREATE INDEX reader_seq ON reader (seq);

CREATE TABLE event (
  tenant TEXT COLLATE "C" NOT NULL, matter TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, matter, n)
);

CREATE TABLE duty (
  tenant TEXT COLLATE "C" NOT NULL, matter TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL, unit TEXT COLLATE "C", post TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL,
  due BIGINT NOT NULL, next_at BIGINT, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, matter, n)
);
CREATE INDEX duty_unit ON duty (tenant, unit, kind, due, matter, n);
CREATE INDEX duty_post ON duty (tenant, unit, kind, post, due, matter, n);
CREATE INDEX duty_timer ON duty (tenant, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE attachment (
  tenant TEXT COLLATE "C" NOT NULL, submission TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, submission, id)
);

CREATE TABLE message (
  tenant TEXT COLLATE "C" NOT NULL, submission TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, submission, id)
);

CREATE TABLE audit (
  tenant TEXT COLLATE "C" NOT NULL, submission TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, submission, id)
);

CREATE TABLE item (
  tenant TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, expires BIGINT, doc TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, kind, key)
);
CREATE INDEX item_expires ON item (expires) WHERE expires IS NOT NULL;

CREATE TABLE lease (
  tenant TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, next BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);

CREATE TABLE search (
  tenant TEXT COLLATE "C" NOT NULL, seq BIGINT PRIMARY KEY, scope TEXT NOT NULL, body TSVECTOR NOT NULL, vector TSVECTOR NOT NULL
);
CREATE INDEX search_vector ON search USING GIN (vector) WITH (fastupdate = off);
