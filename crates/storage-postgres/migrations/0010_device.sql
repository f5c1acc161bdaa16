-- Tablets and walls of halls that are paired with the office.
CREATE TABLE device (tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, doc TEXT COLLATE "C" NOT NULL, PRIMARY KEY (tenant, id));
