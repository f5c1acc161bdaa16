-- Halls where visitors are received, and the tickets of each day: the narrow rows of visits; who sits at
-- which window.
CREATE TABLE hall (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit));
CREATE TABLE ticket (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, day TEXT COLLATE "C" NOT NULL, ticket TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, day, ticket));
CREATE TABLE sitting (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, window_number TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, window_number));
