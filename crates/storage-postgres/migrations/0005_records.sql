-- What is record has a table of its own; `item` keeps what may die. A key that was one text is parted into its columns: ids of
-- proceedings are 36 characters, numbers of events 6, days 10.
CREATE TABLE unit (tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE officer (tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE credential (tenant TEXT COLLATE "C" NOT NULL, officer TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, officer));
CREATE TABLE second_factor (tenant TEXT COLLATE "C" NOT NULL, officer TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, officer));
CREATE TABLE token (tenant TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, hash));
CREATE TABLE place (tenant TEXT COLLATE "C" NOT NULL, code TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, code));
CREATE TABLE setting (tenant TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, name));
CREATE TABLE paper (tenant TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, n TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, proceeding, n));
CREATE TABLE paper_day (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, day TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, n TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, day, proceeding, n));
CREATE TABLE paper_copy (tenant TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, n TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, proceeding, n));
CREATE TABLE joinder_member (tenant TEXT COLLATE "C" NOT NULL, joinder TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, joinder, proceeding));
CREATE TABLE recusal (tenant TEXT COLLATE "C" NOT NULL, officer TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, officer, proceeding));
CREATE TABLE opinion (tenant TEXT COLLATE "C" NOT NULL, address TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, address));
CREATE TABLE draw (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, id));
CREATE TABLE report_sending (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, year TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, year, id));
CREATE TABLE reference (tenant TEXT COLLATE "C" NOT NULL, number TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, number, proceeding));
CREATE TABLE imported_row (tenant TEXT COLLATE "C" NOT NULL, number TEXT COLLATE "C" NOT NULL, origin TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, number, origin));
CREATE TABLE receipt_code (tenant TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, hash));
CREATE TABLE doomed_file (tenant TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, name));
CREATE TABLE link (tenant TEXT COLLATE "C" NOT NULL, matter TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, matter, proceeding));
CREATE TABLE act (tenant TEXT COLLATE "C" NOT NULL, n TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, n));
CREATE TABLE rules (tenant TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, kind, id));

INSERT INTO unit (tenant, id, doc) SELECT tenant, key, doc FROM item WHERE kind='unit';
INSERT INTO officer (tenant, id, doc) SELECT tenant, key, doc FROM item WHERE kind='officer';
-- 0.1.0 stored the hash alone.
INSERT INTO credential (tenant, officer, doc) SELECT tenant, key, CASE json_typeof(doc::json) WHEN 'string' THEN json_build_object('hash', doc::json #>> '{}')::text ELSE doc END FROM item WHERE kind='credential';
INSERT INTO second_factor (tenant, officer, doc) SELECT tenant, key, doc FROM item WHERE kind='second_factor';
INSERT INTO token (tenant, hash, doc) SELECT tenant, key, doc FROM item WHERE kind='token';
INSERT INTO place (tenant, code, doc) SELECT tenant, key, doc FROM item WHERE kind='place';
INSERT INTO setting (tenant, name, doc) SELECT tenant, key, doc FROM item WHERE kind='setting';
INSERT INTO act (tenant, n, doc) SELECT tenant, key, doc FROM item WHERE kind='act';
INSERT INTO opinion (tenant, address, doc) SELECT tenant, key, doc FROM item WHERE kind='published';
INSERT INTO receipt_code (tenant, hash, doc) SELECT tenant, key, doc FROM item WHERE kind='code';
INSERT INTO doomed_file (tenant, name, doc) SELECT tenant, key, CASE doc WHEN 'null' THEN '{}' ELSE doc END FROM item WHERE kind='doomed';
INSERT INTO paper_day (tenant, unit, day, proceeding, n, doc) SELECT tenant, substr(left(key, -55), 5), left(right(key, 54), 10), left(right(key, 43), 36), right(key, 6), doc FROM item WHERE kind='paper' AND key LIKE 'day:%';
INSERT INTO paper_copy (tenant, proceeding, n, doc) SELECT tenant, left(right(key, 43), 36), right(key, 6), doc FROM item WHERE kind='paper' AND key LIKE 'pdf:%';
INSERT INTO paper (tenant, proceeding, n, doc) SELECT tenant, left(key, -7), right(key, 6), doc FROM item WHERE kind='paper' AND key NOT LIKE 'day:%' AND key NOT LIKE 'pdf:%';
-- The first ones said only by being there that a matter belongs.
INSERT INTO joinder_member (tenant, joinder, proceeding, doc) SELECT tenant, left(key, -37), right(key, 36), CASE doc WHEN 'null' THEN '{"belongs":true}' ELSE doc END FROM item WHERE kind='joinder';
INSERT INTO recusal (tenant, officer, proceeding, doc) SELECT tenant, left(key, -37), right(key, 36), doc FROM item WHERE kind='recusal';
INSERT INTO draw (tenant, unit, id, doc) SELECT tenant, left(key, -37), right(key, 36), doc FROM item WHERE kind='draw';
INSERT INTO report_sending (tenant, unit, year, id, doc) SELECT tenant, left(key, -42), left(right(key, 41), 4), right(key, 36), doc FROM item WHERE kind='report';
INSERT INTO reference (tenant, number, proceeding, doc) SELECT tenant, left(key, -37), right(key, 36), 'null' FROM item WHERE kind='reference';
INSERT INTO imported_row (tenant, number, origin, doc) SELECT tenant, split_part(key, ':', 1), substr(key, strpos(key, ':')+1), doc FROM item WHERE kind='imported';
INSERT INTO link (tenant, matter, proceeding, doc) SELECT tenant, left(key, -37), right(key, 36), doc FROM item WHERE kind='link';
INSERT INTO rules (tenant, kind, id, doc) SELECT tenant, split_part(key, ':', 1), substr(key, strpos(key, ':')+1), doc FROM item WHERE kind='rules';
-- Servers that run are seen by the new program too.
UPDATE item SET kind='server' WHERE kind='presence' AND key LIKE 'served:%';
DELETE FROM item WHERE kind IN ('unit','officer','credential','second_factor','token','place','setting','act','published','code','doomed','paper','joinder','recusal','draw','report','reference','imported','link','rules','presence');
-- A petitioner who follows a matter is no officer who signed in.
UPDATE item SET kind='follow' WHERE kind='session' AND strpos(key, ':')=0;
-- A program from before that still runs beside this one would go on with records that nobody reads any more.
ALTER TABLE item ADD CONSTRAINT newer_program_has_the_records CHECK (kind NOT IN ('unit','officer','credential','second_factor','token','place','setting','act','published','code','doomed','paper','joinder','recusal','draw','report','reference','imported','link','rules'));

DROP INDEX item_expires;
CREATE INDEX item_expires ON item (tenant, expires) WHERE expires IS NOT NULL;
CREATE INDEX paper_copy_stored ON paper_copy ((doc::jsonb ->> 'stored'));
CREATE INDEX paper_copy_hash ON paper_copy ((doc::jsonb ->> 'sha256'));

-- Every key begins with the tenant, so that tenants can be spread over servers: a proceeding is known by its id, which is in the
-- order of time, and what hangs on it carries tenant and id.
ALTER TABLE reader ADD COLUMN proceeding TEXT COLLATE "C";
UPDATE reader r SET proceeding=m.id FROM proceeding m WHERE m.seq=r.seq;
DELETE FROM reader WHERE proceeding IS NULL;
DROP INDEX reader_seq;
ALTER TABLE reader DROP CONSTRAINT reader_pkey, DROP COLUMN seq, ADD PRIMARY KEY (tenant, unit, proceeding);
CREATE INDEX reader_proceeding ON reader (tenant, proceeding);
-- Each row is written anew: the inverted index is made once, behind it.
DROP INDEX search_vector;
ALTER TABLE search ADD COLUMN proceeding TEXT COLLATE "C";
UPDATE search s SET proceeding=m.id FROM proceeding m WHERE m.seq=s.seq;
DELETE FROM search WHERE proceeding IS NULL;
ALTER TABLE search DROP CONSTRAINT search_pkey, DROP COLUMN seq, ADD PRIMARY KEY (tenant, proceeding);
CREATE INDEX search_vector ON search USING GIN (vector) WITH (fastupdate = off);
DROP INDEX proceeding_kind;
DROP INDEX matter_id;
ALTER TABLE proceeding DROP CONSTRAINT matter_pkey, DROP COLUMN seq, ADD PRIMARY KEY (tenant, id);
CREATE INDEX proceeding_kind ON proceeding (tenant, kind, id);
-- Copies are made soon after their paper; those of papers from before that were never opened are still to be made.
INSERT INTO item (tenant, kind, key, doc) SELECT tenant, 'copy_to_make', proceeding || ':' || n, '{}' FROM paper p
  WHERE coalesce((doc::json->>'to_petitioner')::boolean, true) AND coalesce(doc::json->>'of', 'matter')='matter' AND doc::json->'letter' IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM paper_copy c WHERE c.tenant=p.tenant AND c.proceeding=p.proceeding AND c.n=p.n);
