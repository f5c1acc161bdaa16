-- The first schema. Every key begins with the tenant. Each row keeps its record as JSON in `doc`, beside
-- the columns that queries need.
CREATE TABLE submission (
  tenant TEXT NOT NULL, id TEXT NOT NULL, receipt TEXT NOT NULL, origin TEXT, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX submission_receipt ON submission (tenant, receipt);
CREATE UNIQUE INDEX submission_origin ON submission (tenant, origin) WHERE origin IS NOT NULL;

CREATE TABLE vault (
  tenant TEXT NOT NULL, submission TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, submission)
) WITHOUT ROWID;

CREATE TABLE content (
  tenant TEXT NOT NULL, owner TEXT NOT NULL, n INTEGER NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, owner, n)
) WITHOUT ROWID;

CREATE TABLE matter (
  seq INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, submission TEXT NOT NULL, part INTEGER NOT NULL,
  number TEXT NOT NULL, version INTEGER NOT NULL, phase TEXT NOT NULL, doc TEXT NOT NULL
);
CREATE UNIQUE INDEX matter_id ON matter (tenant, id);
CREATE UNIQUE INDEX matter_number ON matter (tenant, number);
CREATE INDEX matter_submission ON matter (tenant, submission, part);

CREATE TABLE reader (
  tenant TEXT NOT NULL, unit TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (tenant, unit, seq)
) WITHOUT ROWID;
CREATE INDEX reader_seq ON reader (seq);

CREATE TABLE event (
  tenant TEXT NOT NULL, matter TEXT NOT NULL, n INTEGER NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, matter, n)
) WITHOUT ROWID;

CREATE TABLE duty (
  tenant TEXT NOT NULL, matter TEXT NOT NULL, n INTEGER NOT NULL, unit TEXT, post TEXT NOT NULL, kind TEXT NOT NULL,
  due INTEGER NOT NULL, next_at INTEGER, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, matter, n)
) WITHOUT ROWID;
CREATE INDEX duty_unit ON duty (tenant, unit, kind, due, matter, n);
CREATE INDEX duty_post ON duty (tenant, unit, kind, post, due, matter, n);
CREATE INDEX duty_timer ON duty (tenant, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE attachment (
  tenant TEXT NOT NULL, submission TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, submission, id)
) WITHOUT ROWID;

CREATE TABLE message (
  tenant TEXT NOT NULL, submission TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, submission, id)
) WITHOUT ROWID;

CREATE TABLE audit (
  tenant TEXT NOT NULL, submission TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, submission, id)
) WITHOUT ROWID;

CREATE TABLE item (
  tenant TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, expires INTEGER, doc TEXT NOT NULL,
  PRIMARY KEY (tenant, kind, key)
) WITHOUT ROWID;
CREATE INDEX item_expires ON item (expires) WHERE expires IS NOT NULL;

CREATE TABLE lease (
  tenant TEXT NOT NULL, name TEXT NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE search USING fts5(scope, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
CREATE TABLE search_body (seq INTEGER PRIMARY KEY, terms TEXT NOT NULL);
