-- Numbers of papers that are held by a unit of work and not used yet.
CREATE TABLE reservation (
  tenant TEXT NOT NULL, series TEXT NOT NULL, n INTEGER NOT NULL, holder TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (tenant, series, n)
) WITHOUT ROWID;

-- A series belongs to the letters that stand before the number, not to the unit: two units without letters of their own had the
-- same numbers. It goes on after the highest that was given.
INSERT INTO lease (tenant, name, next)
  SELECT l.tenant,
    'letters:' || coalesce(nullif(json_extract(u.doc, '$.letters'), ''), '信') || substr(substr(l.name, 7), instr(substr(l.name, 7), ':')),
    max(l.next)
  FROM lease l LEFT JOIN item u ON u.tenant=l.tenant AND u.kind='unit' AND u.key=substr(substr(l.name, 7), 1, instr(substr(l.name, 7), ':') - 1)
  WHERE l.name LIKE 'paper:%' GROUP BY 1, 2;
DELETE FROM lease WHERE name LIKE 'paper:%';
-- A program from before that still runs beside this one would begin its series anew.
CREATE TRIGGER lease_of_before BEFORE INSERT ON lease WHEN NEW.name LIKE 'paper:%'
BEGIN SELECT RAISE(ABORT, 'a newer program has taken over the numbers of papers; restart this one'); END;
