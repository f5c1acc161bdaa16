-- What is record has a table of its own; `item` keeps what may die. A key that was one text is parted into its columns: ids of
-- proceedings are 36 characters, numbers of events 6, days 10.
CREATE TABLE unit (tenant TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE officer (tenant TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE credential (tenant TEXT NOT NULL, officer TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, officer));
CREATE TABLE second_factor (tenant TEXT NOT NULL, officer TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, officer));
CREATE TABLE token (tenant TEXT NOT NULL, hash TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, hash)) WITHOUT ROWID;
CREATE TABLE place (tenant TEXT NOT NULL, code TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, code)) WITHOUT ROWID;
CREATE TABLE setting (tenant TEXT NOT NULL, name TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, name)) WITHOUT ROWID;
CREATE TABLE paper (tenant TEXT NOT NULL, proceeding TEXT NOT NULL, n TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, proceeding, n));
CREATE TABLE paper_day (tenant TEXT NOT NULL, unit TEXT NOT NULL, day TEXT NOT NULL, proceeding TEXT NOT NULL, n TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, day, proceeding, n)) WITHOUT ROWID;
CREATE TABLE paper_copy (tenant TEXT NOT NULL, proceeding TEXT NOT NULL, n TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, proceeding, n));
CREATE TABLE joinder_member (tenant TEXT NOT NULL, joinder TEXT NOT NULL, proceeding TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, joinder, proceeding)) WITHOUT ROWID;
CREATE TABLE recusal (tenant TEXT NOT NULL, officer TEXT NOT NULL, proceeding TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, officer, proceeding)) WITHOUT ROWID;
CREATE TABLE opinion (tenant TEXT NOT NULL, address TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, address));
CREATE TABLE draw (tenant TEXT NOT NULL, unit TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, id));
CREATE TABLE report_sending (tenant TEXT NOT NULL, unit TEXT NOT NULL, year TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, year, id)) WITHOUT ROWID;
CREATE TABLE reference (tenant TEXT NOT NULL, number TEXT NOT NULL, proceeding TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, number, proceeding)) WITHOUT ROWID;
CREATE TABLE imported_row (tenant TEXT NOT NULL, number TEXT NOT NULL, origin TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, number, origin)) WITHOUT ROWID;
CREATE TABLE receipt_code (tenant TEXT NOT NULL, hash TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, hash)) WITHOUT ROWID;
CREATE TABLE doomed_file (tenant TEXT NOT NULL, name TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, name)) WITHOUT ROWID;
CREATE TABLE link (tenant TEXT NOT NULL, matter TEXT NOT NULL, proceeding TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, matter, proceeding)) WITHOUT ROWID;
CREATE TABLE act (tenant TEXT NOT NULL, n TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, n));
CREATE TABLE rules (tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, kind, id));

INSERT INTO unit (tenant, id, doc) SELECT tenant, key, doc FROM item WHERE kind='unit';
INSERT INTO officer (tenant, id, doc) SELECT tenant, key, doc FROM item WHERE kind='officer';
-- 0.1.0 stored the hash alone.
INSERT INTO credential (tenant, officer, doc) SELECT tenant, key, CASE json_type(doc) WHEN 'text' THEN json_object('hash', json_extract(doc, '$')) ELSE doc END FROM item WHERE kind='credential';
INSERT INTO second_factor (tenant, officer, doc) SELECT tenant, key, doc FROM item WHERE kind='second_factor';
INSERT INTO token (tenant, hash, doc) SELECT tenant, key, doc FROM item WHERE kind='token';
INSERT INTO place (tenant, code, doc) SELECT tenant, key, doc FROM item WHERE kind='place';
INSERT INTO setting (tenant, name, doc) SELECT tenant, key, doc FROM item WHERE kind='setting';
INSERT INTO act (tenant, n, doc) SELECT tenant, key, doc FROM item WHERE kind='act';
INSERT INTO opinion (tenant, address, doc) SELECT tenant, key, doc FROM item WHERE kind='published';
INSERT INTO receipt_code (tenant, hash, doc) SELECT tenant, key, doc FROM item WHERE kind='code';
INSERT INTO doomed_file (tenant, name, doc) SELECT tenant, key, CASE doc WHEN 'null' THEN '{}' ELSE doc END FROM item WHERE kind='doomed';
INSERT INTO paper_day (tenant, unit, day, proceeding, n, doc) SELECT tenant, substr(key, 5, length(key)-59), substr(key, -54, 10), substr(key, -43, 36), substr(key, -6), doc FROM item WHERE kind='paper' AND key LIKE 'day:%';
INSERT INTO paper_copy (tenant, proceeding, n, doc) SELECT tenant, substr(key, -43, 36), substr(key, -6), doc FROM item WHERE kind='paper' AND key LIKE 'pdf:%';
INSERT INTO paper (tenant, proceeding, n, doc) SELECT tenant, substr(key, 1, length(key)-7), substr(key, -6), doc FROM item WHERE kind='paper' AND key NOT LIKE 'day:%' AND key NOT LIKE 'pdf:%';
-- The first ones said only by being there that a matter belongs.
INSERT INTO joinder_member (tenant, joinder, proceeding, doc) SELECT tenant, substr(key, 1, length(key)-37), substr(key, -36), CASE doc WHEN 'null' THEN '{"belongs":true}' ELSE doc END FROM item WHERE kind='joinder';
INSERT INTO recusal (tenant, officer, proceeding, doc) SELECT tenant, substr(key, 1, length(key)-37), substr(key, -36), doc FROM item WHERE kind='recusal';
INSERT INTO draw (tenant, unit, id, doc) SELECT tenant, substr(key, 1, length(key)-37), substr(key, -36), doc FROM item WHERE kind='draw';
INSERT INTO report_sending (tenant, unit, year, id, doc) SELECT tenant, substr(key, 1, length(key)-42), substr(key, -41, 4), substr(key, -36), doc FROM item WHERE kind='report';
INSERT INTO reference (tenant, number, proceeding, doc) SELECT tenant, substr(key, 1, length(key)-37), substr(key, -36), 'null' FROM item WHERE kind='reference';
INSERT INTO imported_row (tenant, number, origin, doc) SELECT tenant, substr(key, 1, instr(key, ':')-1), substr(key, instr(key, ':')+1), doc FROM item WHERE kind='imported';
INSERT INTO link (tenant, matter, proceeding, doc) SELECT tenant, substr(key, 1, length(key)-37), substr(key, -36), doc FROM item WHERE kind='link';
INSERT INTO rules (tenant, kind, id, doc) SELECT tenant, substr(key, 1, instr(key, ':')-1), substr(key, instr(key, ':')+1), doc FROM item WHERE kind='rules';
-- Servers that run are seen by the new program too.
UPDATE item SET kind='server' WHERE kind='presence' AND key LIKE 'served:%';
DELETE FROM item WHERE kind IN ('unit','officer','credential','second_factor','token','place','setting','act','published','code','doomed','paper','joinder','recusal','draw','report','reference','imported','link','rules','presence');
-- A petitioner who follows a matter is no officer who signed in.
UPDATE item SET kind='follow' WHERE kind='session' AND instr(key, ':')=0;
-- A program from before that still runs beside this one would go on with records that nobody reads any more.
CREATE TRIGGER item_of_before BEFORE INSERT ON item WHEN NEW.kind IN ('unit','officer','credential','second_factor','token','place','setting','act','published','code','doomed','paper','joinder','recusal','draw','report','reference','imported','link','rules')
BEGIN SELECT RAISE(ABORT, 'a newer program has taken over the records; restart this one'); END;

DROP INDEX item_expires;
CREATE INDEX item_expires ON item (tenant, expires) WHERE expires IS NOT NULL;
CREATE INDEX paper_copy_stored ON paper_copy (json_extract(doc, '$.stored'));
CREATE INDEX paper_copy_hash ON paper_copy (json_extract(doc, '$.sha256'));
-- Copies are made soon after their paper; those of papers from before that were never opened are still to be made.
INSERT INTO item (tenant, kind, key, doc) SELECT tenant, 'copy_to_make', proceeding || ':' || n, '{}' FROM paper p
  WHERE coalesce(json_extract(doc, '$.to_petitioner'), 1) AND coalesce(json_extract(doc, '$.of'), 'matter')='matter' AND json_extract(doc, '$.letter') IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM paper_copy c WHERE c.tenant=p.tenant AND c.proceeding=p.proceeding AND c.n=p.n);
-- What every old program writes with a proceeding it no longer finds: it stops instead of going on without a directory.
ALTER TABLE reader RENAME COLUMN seq TO proceeding;
