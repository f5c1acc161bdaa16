-- Tablets and walls of halls that are paired with the office.
CREATE TABLE device (tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, id));
-- What comes in a hall on a day, and the codes by which whoever began something follows it.
CREATE TABLE coming (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, day TEXT COLLATE "C" NOT NULL, proceeding TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, day, proceeding));
CREATE TABLE coming_code (tenant TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, hash));
-- By which rules leaders receive visitors at a hall.
CREATE TABLE leader_rule (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, id));
-- At which hours a hall receives and which times can be booked, and the times that are.
CREATE TABLE booking_plan (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit));
CREATE TABLE slot (tenant TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, day TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, unit, day, place));
