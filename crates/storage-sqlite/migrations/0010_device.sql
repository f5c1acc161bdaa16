-- Tablets and walls of halls that are paired with the office.
CREATE TABLE device (tenant TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (tenant, id));
