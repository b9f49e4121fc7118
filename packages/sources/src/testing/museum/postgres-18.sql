-- What PostgreSQL 18 brought.
SET client_min_messages = warning;
SET search_path = '';
ALTER EVENT TRIGGER museum_log_ddl DISABLE;
CREATE TABLE museum.since_18 (
  id uuid DEFAULT uuidv7() PRIMARY KEY, n integer CONSTRAINT "n; is there" NOT NULL, m integer, doubled integer GENERATED ALWAYS AS (n * 2) VIRTUAL,
  kept integer GENERATED ALWAYS AS (n * 3) STORED, wide text GENERATED ALWAYS AS ('it''s ' || n::text) VIRTUAL,
  CONSTRAINT n_small CHECK (n < 0) NOT ENFORCED
);
INSERT INTO museum.since_18 (id, n) VALUES ('01900000-0000-7000-8000-000000000001', 1), ('01900000-0000-7000-8000-000000000002', 2);
ALTER TABLE museum.since_18 ADD CONSTRAINT m_some_day NOT NULL m NOT VALID;
CREATE TABLE museum.not_null_parent (a integer CONSTRAINT a_there NOT NULL NO INHERIT, b integer CONSTRAINT b_there NOT NULL);
CREATE TABLE museum.not_null_child (b integer CONSTRAINT b_here NOT NULL) INHERITS (museum.not_null_parent);
INSERT INTO museum.not_null_child VALUES (NULL, 1);
CREATE EXTENSION btree_gist WITH SCHEMA extensions;
CREATE TABLE museum.rooms (room integer, during daterange, CONSTRAINT room_once PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE museum.rents (room integer, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES museum.rooms (room, PERIOD during));
INSERT INTO museum.rooms VALUES (1, '[2026-01-01,2026-02-01)'), (1, '[2026-02-01,2026-03-01)');
INSERT INTO museum.rents VALUES (1, '[2026-01-15,2026-02-15)');
ALTER TABLE museum.rents ADD CONSTRAINT not_enforced FOREIGN KEY (room, PERIOD during) REFERENCES museum.rooms (room, PERIOD during);
ALTER EVENT TRIGGER museum_log_ddl ENABLE;
