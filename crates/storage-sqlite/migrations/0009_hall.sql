-- Halls where visitors are received, and the tickets of each day: the narrow rows of visits; who sits at
-- which window.
CREATE TABLE hall (tenant TEXT NOT NULL, unit TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit));
CREATE TABLE ticket (tenant TEXT NOT NULL, unit TEXT NOT NULL, day TEXT NOT NULL, ticket TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, day, ticket)) WITHOUT ROWID;
CREATE TABLE sitting (tenant TEXT NOT NULL, unit TEXT NOT NULL, window_number TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, window_number));
