-- Numbers of papers that are held by a unit of work and not used yet.
CREATE TABLE reservation (
  tenant TEXT COLLATE "C" NOT NULL, series TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL, holder TEXT NOT NULL, until BIGINT NOT NULL,
  PRIMARY KEY (tenant, series, n)
);

-- A series belongs to the letters that stand before the number, not to the unit: two units without letters of their own had the
-- same numbers. It goes on after the highest that was given.
INSERT INTO lease (tenant, name, next)
  SELECT l.tenant,
    'letters:' || coalesce(nullif(u.doc::jsonb->>'letters', ''), '信') || substr(l.name, 7 + length(split_part(l.name, ':', 2))),
    max(l.next)
  FROM lease l LEFT JOIN item u ON u.tenant=l.tenant AND u.kind='unit' AND u.key=split_part(l.name, ':', 2)
  WHERE l.name LIKE 'paper:%' GROUP BY 1, 2;
DELETE FROM lease WHERE name LIKE 'paper:%';
-- A program from before that still runs beside this one would begin its series anew.
ALTER TABLE lease ADD CONSTRAINT newer_program_numbers_papers CHECK (name NOT LIKE 'paper:%');
