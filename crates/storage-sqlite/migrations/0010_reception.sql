-- Tablets and walls of halls that are paired with the office.
CREATE TABLE device (tenant TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, id));
-- What comes in a hall on a day, and the codes by which whoever began something follows it.
CREATE TABLE coming (tenant TEXT NOT NULL, unit TEXT NOT NULL, day TEXT NOT NULL, proceeding TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, day, proceeding)) WITHOUT ROWID;
CREATE TABLE coming_code (tenant TEXT NOT NULL, hash TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, hash)) WITHOUT ROWID;
-- By which rules leaders receive visitors at a hall.
CREATE TABLE leader_rule (tenant TEXT NOT NULL, unit TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, id));
-- At which hours a hall receives and which times can be booked, and the times that are.
CREATE TABLE booking_plan (tenant TEXT NOT NULL, unit TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit));
CREATE TABLE slot (tenant TEXT NOT NULL, unit TEXT NOT NULL, day TEXT NOT NULL, place TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, unit, day, place)) WITHOUT ROWID;
