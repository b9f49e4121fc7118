-- A PostgreSQL database of everything that was ever lost or damaged in a dump. Loaded by psql as superuser into an empty
-- database, with the variables big_rows and odd_names (JSON). What it must hold afterwards is written in postgres-facts.ts.
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET timezone = 'UTC';
SET search_path = '';

-- Roles belong to the server, and several museums may stand on one.
DO $roles$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['museum_owner', 'museum_reader', 'museum "clerk"', 'Museum;Drop ''Role''--'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I', role_name);
    END IF;
  END LOOP;
  EXECUTE 'ALTER ROLE museum_reader LOGIN PASSWORD ''it''''s \ "secret"''';
  EXECUTE 'ALTER ROLE museum_reader SET statement_timeout = ''1h''';
  EXECUTE 'GRANT museum_owner TO "museum ""clerk""" WITH ADMIN OPTION';
  EXECUTE pg_catalog.format('ALTER DATABASE %I SET museum.greeting = %L', pg_catalog.current_database(), E'it''s\ta "greeting"');
  EXECUTE pg_catalog.format('ALTER ROLE museum_reader IN DATABASE %I SET work_mem = ''7MB''', pg_catalog.current_database());
  EXECUTE pg_catalog.format('COMMENT ON DATABASE %I IS %L', pg_catalog.current_database(), E'a database\nof \\ everything');
  EXECUTE pg_catalog.format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO museum_reader', pg_catalog.current_database());
  EXECUTE pg_catalog.format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
END
$roles$;

CREATE SCHEMA museum AUTHORIZATION museum_owner;
COMMENT ON SCHEMA museum IS E'it''s \\N "quoted"\nin two lines';
CREATE SCHEMA "Odd schema; DROP SCHEMA museum CASCADE; --";
CREATE SCHEMA "..";
CREATE SCHEMA U&"new\000Aline";
CREATE SCHEMA "empty";
ALTER SCHEMA public OWNER TO museum_owner;

-- Types --------------------------------------------------------------------------------------------------------------

CREATE TYPE museum.mood AS ENUM ('happy', 'it''s "ok"', '', 'Ünï, 🗄', E'two\nlines');
ALTER TYPE museum.mood ADD VALUE 'first' BEFORE 'happy';
COMMENT ON TYPE museum.mood IS 'an enum whose order is not that of its numbers';
CREATE DOMAIN museum.positive AS integer DEFAULT 7 NOT NULL CONSTRAINT "above zero" CHECK (VALUE > 0);
CREATE DOMAIN museum.code AS text COLLATE "C" CHECK (VALUE ~ '^[^\s]*$');
ALTER DOMAIN museum.code ADD CONSTRAINT not_checked CHECK (length(VALUE) < 3) NOT VALID;
CREATE DOMAIN museum.codes AS museum.code[];
CREATE TYPE museum.pair AS (a integer, "b ""c""" text COLLATE "C", gone integer, d museum.mood);
ALTER TYPE museum.pair DROP ATTRIBUTE gone;
CREATE TYPE museum.float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = museum.float_ranges);
CREATE TYPE museum.shell;
CREATE COLLATION museum.backwards (provider = libc, locale = 'C');
CREATE COLLATION museum.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- Functions ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION museum.double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
AS $body$ SELECT n * 2; $body$;
CREATE FUNCTION museum.double(n text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = museum, pg_temp
AS $body$ SELECT n || n; -- COPY museum.plain (a) FROM stdin;
$body$;
CREATE FUNCTION museum."tricky; name"("in" text DEFAULT E'\\.', VARIADIC rest integer[] DEFAULT ARRAY[]::integer[])
  RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET work_mem = '5MB'
AS $_$
-- Name: plain; Type: TABLE; Schema: museum; Owner: -
--
-- PostgreSQL database dump complete
--
-- Dumping data for table `plain`
BEGIN
  EXECUTE $$ SELECT '\.' $$;
  RETURN '$$' || "in" || E'\\.
\\.
COPY museum.plain FROM stdin;
';
END
$_$;
CREATE FUNCTION museum.standard(n integer) RETURNS integer LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT museum.double(n) + 1;
END;
CREATE PROCEDURE museum.do_nothing(INOUT n integer DEFAULT 1) LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
CREATE FUNCTION museum.rows_of(n integer) RETURNS TABLE (a integer, b text) LANGUAGE sql ROWS 3
AS 'SELECT i, ''row '' || i FROM pg_catalog.generate_series(1, n) AS i';
CREATE AGGREGATE museum.joined(text) (SFUNC = textcat, STYPE = text, INITCOND = '>');
CREATE FUNCTION museum.pair_sum(museum.pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
CREATE CAST (museum.pair AS integer) WITH FUNCTION museum.pair_sum(museum.pair) AS ASSIGNMENT;
CREATE FUNCTION museum.near(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 2';
CREATE OPERATOR museum.<~> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = museum.near, COMMUTATOR = OPERATOR(museum.<~>));
CREATE OPERATOR CLASS museum.int_ops FOR TYPE integer USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
COMMENT ON FUNCTION museum.double(integer) IS 'twice; $$ and \.';

CREATE TEXT SEARCH DICTIONARY museum.plain_words (TEMPLATE = pg_catalog.simple, stopwords = english);
CREATE TEXT SEARCH CONFIGURATION museum.search (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION museum.search ALTER MAPPING FOR asciiword WITH museum.plain_words;
CREATE CONVERSION museum.western FOR 'LATIN1' TO 'UTF8' FROM pg_catalog.iso8859_1_to_utf8;

-- Sequences ----------------------------------------------------------------------------------------------------------

CREATE SEQUENCE museum.never_called START 17;
CREATE SEQUENCE museum.backwards INCREMENT -3 START -1 MINVALUE -100 MAXVALUE -1 CYCLE;
CREATE SEQUENCE museum.used_up AS smallint INCREMENT 7 MAXVALUE 32767;
CREATE SEQUENCE museum.huge INCREMENT 9223372036854775807 MINVALUE -9223372036854775808 START -9223372036854775808 CACHE 9;
CREATE SEQUENCE museum."it's ""odd""" START 5;
SELECT nextval('museum.backwards'), nextval('museum.backwards');
SELECT setval('museum.used_up', 32767);
SELECT nextval('museum.huge');
SELECT setval('museum."it''s ""odd"""', 99, false);
COMMENT ON SEQUENCE museum.backwards IS 'counts down';

-- Tables of all types --------------------------------------------------------------------------------------------------

CREATE TABLE museum.numbers (
  id integer PRIMARY KEY, small smallint, big bigint, num numeric, money_like numeric(20, 4), scaled numeric(3, -2),
  single real, double double precision, coin money, flag boolean, bits bit(5), many_bits varbit
);
INSERT INTO museum.numbers VALUES
  (1, -32768, -9223372036854775808, 'NaN', '-9999999999999999.9999', 12345, 'NaN', 'NaN', '-92233720368547758.08', true, B'10101', B''),
  (2, 32767, 9223372036854775807, 'Infinity', '9999999999999999.9999', -99900, 'Infinity', 'Infinity', '92233720368547758.07', false, B'00000', B'1'),
  (3, 0, 0, '-Infinity', 0, 0, '-Infinity', '-Infinity', 0, NULL, B'11111', repeat('10', 500)::varbit),
  (4, NULL, NULL, repeat('9', 3000)::numeric, NULL, NULL, '-0', '-0', NULL, NULL, NULL, NULL),
  (5, 1, 1, ('0.' || repeat('0', 3000) || '1')::numeric, '1.0000', 100, '3.4028235e38', '1.7976931348623157e308', 1, true, B'00001', B'0'),
  (6, 1, 1, '0.000', '0.0001', 0, '1e-45', '5e-324', '0.01', true, B'10000', B'00'),
  (7, 1, 1, '1.10', '0.1', 0, '0.1', '0.1', '0.1', true, B'10000', B'00'),
  (8, 1, 1, '-0.00', '0.1', 0, '0.30000001192092896', '0.30000000000000004', '0.1', true, B'10000', B'00');

CREATE TABLE museum.moments (
  id integer PRIMARY KEY, day date, clock time, clock_zone timetz, moment timestamp, moment_zone timestamptz,
  coarse timestamptz(0), span interval, months interval year to month
);
INSERT INTO museum.moments VALUES
  (1, '4713-01-01 BC', '00:00', '00:00+15:59:59', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC', '2026-01-01', '-178000000 years', '0'),
  (2, '5874897-12-31', '24:00:00', '24:00:00-15:59:59', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '2026-01-01', '178000000 years', '1 year'),
  (3, 'infinity', '23:59:59.999999', '12:00+05:45', 'infinity', 'infinity', '2026-01-01', '1 mon -1 day +00:00:00.000001', '-14 months'),
  (4, '-infinity', '00:00:00.000001', '12:00-00:01:15', '-infinity', '-infinity', '2026-01-01', '-1 mon +1 day -23:59:59.999999', NULL),
  (5, '0001-01-01', '12:00', '12:00+08', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00', '1883-11-18 12:03:58-04:56:02', '24:00:00', NULL),
  (6, '9999-12-31', '12:00', '12:00+08', '2026-03-29 02:30:00', '2026-10-25 02:30:00+01', '2026-06-30 23:59:60+00', '1 day', NULL),
  (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE museum.things (
  id integer PRIMARY KEY, letters char(5), words varchar(10), long text, internal "char", label name, raw bytea,
  uid uuid, host inet, net cidr, mac macaddr, mac8 macaddr8, doc json, docb jsonb, markup xml, query tsquery, vector tsvector,
  path_of jsonpath, at point, through line, part lseg, frame box, way path, area polygon, disc circle,
  ints integer[], texts text[], cube integer[][][], odd_start integer[], pairs museum.pair[],
  whole int4range, spans tstzmultirange, floats museum.float_range, mood museum.mood, moods museum.mood[],
  above museum.positive, code museum.code, codes museum.codes, pair museum.pair,
  class regclass, kind regtype, number oid, lsn pg_lsn, snapshot pg_snapshot
);
INSERT INTO museum.things VALUES
  (1, 'a', '', '', 'a', 'a', '', '00000000-0000-0000-0000-000000000000', '::/0', '0.0.0.0/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00',
   ' {"b" : 1, "a":2, "b":3}', '{"b": 1, "a": [1.10, null, "\u0001\\\"\n"]}', '<a b="c">&lt;</a>', '''it''''s'' & !b:*A', 'a:1A,2 ''it''''s'':3',
   '$."a b"[*] ? (@ > 1)', '(-0,1e300)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,0),(1,1))', '<(0,0),1>',
   '{}', '{}', '{}', '[-2:0]={1,2,3}', '{}', 'empty', '{}', 'empty', '', '{}', 1, '', '{}', NULL,
   'pg_class', 'integer', 4294967295, 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15'),
  (2, 'ab   ', '  x  ', E'\\N', E'\\', E'it''s "n"', decode('00010203fffe5c27225c78', 'hex'), 'ffffffff-ffff-ffff-ffff-ffffffffffff', '10.1.2.3/8', '2001:db8::/32',
   'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', '"\u00e9"', '"\ud83d\uddc4"', '<!-- x --><a/>', NULL, NULL,
   'strict $', '(NaN,Infinity)', NULL, NULL, NULL, '((0,0),(1,1))', NULL, NULL,
   '{NULL,1}', E'{NULL,"NULL","",","," ","\\"","\\\\","{","}","a\nb","\t"}', '{{{1,2},{3,NULL}}}', NULL, '{"(1,\"a \"\"b\"\" \\\\ ,()\",first)",NULL}', '(,)', '{[2026-01-01,2026-02-01),(infinity,)}', '[-0,NaN)',
   E'two\nlines', E'{first,"it''s \\"ok\\"",""}', 2147483647, 'ab', '{a,NULL}', ROW(NULL, E'a "b" \\ ,(),''\n', 'first'),
   NULL, NULL, 0, '0/0', NULL),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'null', 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, ROW(NULL, NULL, NULL), NULL, NULL, NULL, NULL, NULL);

CREATE TABLE museum.every_byte (b smallint PRIMARY KEY, raw bytea NOT NULL, letter text);
INSERT INTO museum.every_byte
SELECT n, decode(lpad(to_hex(n), 2, '0'), 'hex'), CASE WHEN n > 0 THEN chr(n) END FROM generate_series(0, 255) AS n;

CREATE TABLE museum.texts (id integer GENERATED ALWAYS AS IDENTITY (START WITH 1 INCREMENT BY 1) PRIMARY KEY, t text);
INSERT INTO museum.texts (t) VALUES
  (NULL), (''), (E'\\N'), (E'\\.'), (E'\\\\.'), (E'a\\'), (E'\n'), (E'\r'), (E'\r\n'), (E'\t'), (E'\b\f\v'), (E'a\tb\nc\rd\\e'),
  (E'\\.\n\\.'), ('-- '), ('/* '), ('$$'), ('''; DROP TABLE museum.texts; --'), ('%s%n%00'), ('${HOME}$(id)`id`'),
  (E'\u00e9'), (E'e\u0301'), ('🗄👩‍👩‍👧'), (E'\uFEFFbom'), (E'\u2028\u2029'), (E'\u200F\u202Eright to left'), (E'\x01\x02\x1b[31m\x7f'),
  (E'\U0010FFFF'), (E'\uFFFD'), (' '), ('  two  '), ('NULL'), ('null'), ('"'), ('""'), ('''');

CREATE TABLE museum.large_values (id integer PRIMARY KEY, t text, b bytea COMPRESSION pglz);
ALTER TABLE museum.large_values ALTER COLUMN t SET STORAGE EXTERNAL;
INSERT INTO museum.large_values
SELECT 1, string_agg(md5(n::text), E'\n'), NULL FROM generate_series(1, 320000) AS n;
INSERT INTO museum.large_values
SELECT 2, repeat(E'\\\t\n', 1000000), decode(repeat('00ff5c0a', 500000), 'hex');

-- Tables of odd shapes ---------------------------------------------------------------------------------------------------

CREATE TABLE museum.empty (id integer PRIMARY KEY, t text);
CREATE TABLE museum.one_row ("only" boolean);
INSERT INTO museum.one_row VALUES (true);
CREATE TABLE museum.no_columns ();
INSERT INTO museum.no_columns DEFAULT VALUES;
INSERT INTO museum.no_columns DEFAULT VALUES;
INSERT INTO museum.no_columns DEFAULT VALUES;
CREATE TABLE museum.only_generated (g integer GENERATED ALWAYS AS (41 + 1) STORED);
INSERT INTO museum.only_generated DEFAULT VALUES;
INSERT INTO museum.only_generated DEFAULT VALUES;
CREATE TABLE museum.duplicates (a integer, b text);
INSERT INTO museum.duplicates SELECT 1, 'same' FROM generate_series(1, 5);
INSERT INTO museum.duplicates VALUES (NULL, NULL), (NULL, NULL);

CREATE TABLE museum.big (id integer PRIMARY KEY, name text NOT NULL, amount numeric(12, 2), made_at timestamptz, note text);
INSERT INTO museum.big
SELECT n, 'name ' || n, n * 1.37, timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute', md5(n::text) || repeat('.', n % 50)
FROM generate_series(1, :big_rows) AS n;
UPDATE museum.big SET note = note || '!' WHERE id % 10 = 0;
-- The key says nothing about where a row lies.
CREATE TABLE museum.shuffled (id uuid PRIMARY KEY, n integer);
INSERT INTO museum.shuffled SELECT md5(n::text)::uuid, n FROM generate_series(1, 500) AS n;

CREATE TABLE museum.changed (gone integer, id integer PRIMARY KEY, t text);
INSERT INTO museum.changed VALUES (1, 1, 'a'), (2, 2, 'b');
ALTER TABLE museum.changed DROP COLUMN gone;
ALTER TABLE museum.changed ADD COLUMN later text DEFAULT E'the ''default''\\N' NOT NULL;
ALTER TABLE museum.changed ADD COLUMN computed text GENERATED ALWAYS AS (t || '!') STORED;
ALTER TABLE museum.changed ADD COLUMN "order" integer DEFAULT 1;
INSERT INTO museum.changed (id, t, "order") VALUES (3, 'c', NULL);

CREATE TABLE museum.identities (
  always bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 10 MINVALUE -5 MAXVALUE 1000 CYCLE),
  by_default smallint GENERATED BY DEFAULT AS IDENTITY,
  serial_like serial,
  t text
);
INSERT INTO museum.identities (t) VALUES ('a'), ('b');
INSERT INTO museum.identities (by_default, serial_like, t) VALUES (77, 88, 'c');
ALTER TABLE museum.identities ALTER COLUMN t SET STATISTICS 500;

DO $wide$
BEGIN
  EXECUTE 'CREATE TABLE museum.wide (' || (SELECT string_agg(format('%I integer DEFAULT %s', 'column ' || n, n), ', ') FROM generate_series(1, 300) AS n) || ')';
  EXECUTE 'INSERT INTO museum.wide DEFAULT VALUES';
END
$wide$;

CREATE UNLOGGED TABLE museum.unlogged (id serial PRIMARY KEY, t text);
INSERT INTO museum.unlogged (t) VALUES ('kept'), ('kept too');
CREATE TEMPORARY TABLE temporary_table (a integer);
INSERT INTO temporary_table VALUES (1);

-- Odd names ----------------------------------------------------------------------------------------------------------------

CREATE TABLE museum."User" (id integer PRIMARY KEY, t text);
CREATE TABLE museum."user" (id integer PRIMARY KEY, t text);
CREATE TABLE museum."USER" (id integer PRIMARY KEY, t text);
INSERT INTO museum."User" VALUES (1, 'User');
INSERT INTO museum."user" VALUES (1, 'user'), (2, 'user');
INSERT INTO museum."USER" VALUES (1, 'USER'), (2, 'USER'), (3, 'USER');
SELECT set_config('museum.odd_names', :'odd_names', false) <> '' AS is_set;
DO $names$
DECLARE
  table_name text;
BEGIN
  FOR table_name IN SELECT pg_catalog.json_array_elements_text(pg_catalog.current_setting('museum.odd_names')::json) LOOP
    EXECUTE format('CREATE TABLE "Odd schema; DROP SCHEMA museum CASCADE; --".%I (%I integer PRIMARY KEY, %I text)', table_name, 'id', 'col ' || table_name);
    EXECUTE format('INSERT INTO "Odd schema; DROP SCHEMA museum CASCADE; --".%I VALUES (1, %L)', table_name, table_name);
    EXECUTE format('COMMENT ON TABLE "Odd schema; DROP SCHEMA museum CASCADE; --".%I IS %L', table_name, table_name);
  END LOOP;
END
$names$;
CREATE TABLE ".."."." (id integer);
INSERT INTO ".."."." VALUES (1);
CREATE TABLE U&"new\000Aline".U&"ta\000Able" (U&"co\000Al" integer);
INSERT INTO U&"new\000Aline".U&"ta\000Able" VALUES (1), (2);
CREATE TABLE public."public" ("public" text);
INSERT INTO public."public" VALUES ('public');

-- Constraints ----------------------------------------------------------------------------------------------------------------

CREATE TABLE museum.hens (id integer PRIMARY KEY, egg_id integer NOT NULL);
CREATE TABLE museum.eggs (id integer PRIMARY KEY, hen_id integer NOT NULL REFERENCES museum.hens DEFERRABLE INITIALLY DEFERRED);
BEGIN;
INSERT INTO museum.eggs SELECT n, n % 10 + 1 FROM generate_series(1, 10) AS n;
INSERT INTO museum.hens SELECT n, 11 - n FROM generate_series(1, 10) AS n;
COMMIT;
ALTER TABLE museum.hens ADD CONSTRAINT "came from" FOREIGN KEY (egg_id) REFERENCES museum.eggs ON DELETE CASCADE ON UPDATE SET NULL;
CREATE TABLE museum.staff (id integer PRIMARY KEY, chief_id integer REFERENCES museum.staff, name text);
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO museum.staff VALUES (3, 3, 'chief'), (2, 3, 'b'), (1, 2, 'a');
COMMIT;
CREATE TABLE museum.violated (id integer PRIMARY KEY, n integer, staff_id integer);
INSERT INTO museum.violated VALUES (1, -1, 99), (2, 1, 1);
ALTER TABLE museum.violated ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
ALTER TABLE museum.violated ADD CONSTRAINT staff_exists FOREIGN KEY (staff_id) REFERENCES museum.staff NOT VALID;
CREATE TABLE museum.bookings (
  room integer, during tstzrange, place integer,
  CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&) WHERE (room = 1),
  CONSTRAINT places UNIQUE (place) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT nulls UNIQUE NULLS NOT DISTINCT (room, during),
  CHECK (room > 0) NO INHERIT
);
INSERT INTO museum.bookings VALUES (1, '[2026-01-01,2026-01-02)', 2), (1, '[2026-01-02,2026-01-03)', 1), (2, '[2026-01-01,2027-01-01)', NULL);
BEGIN;
UPDATE museum.bookings SET place = 3 - place WHERE place IS NOT NULL;
COMMIT;

CREATE INDEX "partial; expression" ON museum.big (lower(name) text_pattern_ops DESC NULLS LAST, (amount * 2)) INCLUDE (note) WHERE id > 10;
CREATE INDEX big_brin ON museum.big USING brin (made_at) WITH (pages_per_range = 16);
CREATE INDEX big_hash ON museum.big USING hash (name);
CREATE INDEX big_ops ON museum.big (id museum.int_ops);
CREATE UNIQUE INDEX no_case ON museum.staff (name COLLATE museum.no_case);
CLUSTER museum.big USING big_pkey;
ALTER TABLE museum.big REPLICA IDENTITY FULL;
ALTER TABLE museum.big SET (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE STATISTICS museum.big_statistics (ndistinct, dependencies) ON id, name FROM museum.big;

-- Inheritance and partitions -----------------------------------------------------------------------------------------------------

CREATE TABLE museum.parent (id integer, t text DEFAULT 'p', CHECK (id > 0));
CREATE TABLE museum.other_parent (u integer);
CREATE TABLE museum.child (extra integer, t text DEFAULT 'c') INHERITS (museum.parent, museum.other_parent);
CREATE TABLE museum.grandchild () INHERITS (museum.child);
INSERT INTO museum.parent VALUES (1, 'parent'), (2, 'parent');
INSERT INTO museum.child (id, u, extra) VALUES (3, 3, 3);
INSERT INTO museum.grandchild (id, u, extra) VALUES (4, 4, 4), (5, 5, 5);

CREATE TABLE museum.by_range (id integer, at date NOT NULL, t text) PARTITION BY RANGE (at);
CREATE TABLE museum.by_range_2025 PARTITION OF museum.by_range FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE "empty".by_range_2026 PARTITION OF museum.by_range FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (t);
CREATE TABLE museum."by_range_2026 a" PARTITION OF "empty".by_range_2026 FOR VALUES IN ('a', NULL);
CREATE TABLE museum.by_range_2026_rest PARTITION OF "empty".by_range_2026 DEFAULT;
-- Attached, with its columns in another order and one that is gone.
CREATE TABLE museum.by_range_2027 (t text, gone integer, at date NOT NULL, id integer NOT NULL, PRIMARY KEY (id, at));
ALTER TABLE museum.by_range_2027 DROP COLUMN gone;
INSERT INTO museum.by_range_2027 VALUES ('attached', '2027-05-05', 1);
ALTER TABLE museum.by_range ATTACH PARTITION museum.by_range_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE museum.by_range_default PARTITION OF museum.by_range DEFAULT;
INSERT INTO museum.by_range SELECT n, date '2025-06-01' + n * 5, (ARRAY['a', 'b', NULL])[n % 3 + 1] FROM generate_series(1, 300) AS n;
CREATE INDEX by_range_t ON museum.by_range (t);
CREATE TABLE museum.by_hash (id uuid PRIMARY KEY, t text) PARTITION BY HASH (id);
CREATE TABLE museum.by_hash_0 PARTITION OF museum.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE museum.by_hash_1 PARTITION OF museum.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE museum.by_hash_2 PARTITION OF museum.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO museum.by_hash SELECT md5(n::text)::uuid, 'hash ' || n FROM generate_series(1, 60) AS n;
CREATE TABLE museum.no_partitions (id integer) PARTITION BY LIST (id);

-- Row level security: whoever it applies to sees one row of ten -------------------------------------------------------------------

CREATE TABLE museum.secrets (id integer PRIMARY KEY, t text);
INSERT INTO museum.secrets SELECT n, 'secret ' || n FROM generate_series(1, 100) AS n;
ALTER TABLE museum.secrets OWNER TO museum_owner;
ALTER TABLE museum.secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE museum.secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY "one of ten" ON museum.secrets FOR SELECT TO PUBLIC USING (id % 10 = 0);
CREATE POLICY writers ON museum.secrets AS RESTRICTIVE FOR INSERT TO museum_owner, "museum ""clerk""" WITH CHECK (t <> '');

-- Views -----------------------------------------------------------------------------------------------------------------------------

CREATE VIEW museum.first_view AS SELECT id, name, amount FROM museum.big WHERE id <= 10;
CREATE VIEW museum."second; view" WITH (security_barrier = true, security_invoker = true) AS SELECT id, amount * 2 AS "twice ""it""" FROM museum.first_view;
CREATE VIEW museum.third_view (a, b) AS SELECT id, "twice ""it""" FROM museum."second; view" WHERE "twice ""it""" > 1 WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW museum.counting (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW museum.broken_view AS SELECT 1 / 0 AS never;
CREATE FUNCTION museum.shortened(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = museum AS $$ BEGIN RETURN left(t, (SELECT count(*)::integer FROM one_row) + 4); END $$;
CREATE MATERIALIZED VIEW museum.a_matview AS SELECT museum.shortened(name) AS short, count(*) AS n FROM museum.big GROUP BY 1;
CREATE MATERIALIZED VIEW museum.matview_of_matview AS SELECT sum(n) AS total FROM museum.a_matview;
CREATE MATERIALIZED VIEW museum.matview_without_data AS SELECT 1 AS a WITH NO DATA;
CREATE UNIQUE INDEX a_matview_short ON museum.a_matview (short);
COMMENT ON VIEW museum.first_view IS 'the first';
COMMENT ON COLUMN museum.first_view.name IS 'it''s a column';

-- Triggers and rules that would change what is loaded ---------------------------------------------------------------------------------

CREATE TABLE museum.watched (id integer PRIMARY KEY, t text, changed_at timestamptz);
CREATE TABLE museum.watch_log (id serial PRIMARY KEY, t text);
INSERT INTO museum.watched VALUES (1, 'untouched', '2001-02-03 04:05:06+00'), (2, 'untouched', NULL);
CREATE FUNCTION museum.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.t := 'touched by a trigger';
  NEW.changed_at := now();
  INSERT INTO museum.watch_log (t) VALUES (TG_NAME);
  RETURN NEW;
END $$;
CREATE FUNCTION museum.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by %', TG_NAME; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF t ON museum.watched FOR EACH ROW EXECUTE FUNCTION museum.touch();
CREATE TRIGGER "touch; always" BEFORE INSERT ON museum.watched FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION museum.touch();
ALTER TABLE museum.watched ENABLE ALWAYS TRIGGER "touch; always";
CREATE TRIGGER refuse AFTER INSERT ON museum.watched REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION museum.refuse();
ALTER TABLE museum.watched DISABLE TRIGGER refuse;
CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON museum.duplicates DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION museum.refuse();
COMMENT ON TRIGGER touch ON museum.watched IS 'changes what it sees';
CREATE TABLE museum.ruled (id integer);
INSERT INTO museum.ruled VALUES (1);
CREATE RULE "do nothing" AS ON INSERT TO museum.ruled DO INSTEAD NOTHING;
CREATE RULE insertable AS ON INSERT TO museum.first_view DO INSTEAD INSERT INTO museum.ruled VALUES (NEW.id);

-- Other servers ---------------------------------------------------------------------------------------------------------------------------

CREATE FOREIGN DATA WRAPPER museum_wrapper OPTIONS (debug 'it''s');
CREATE SERVER "museum server" FOREIGN DATA WRAPPER museum_wrapper OPTIONS (host 'nowhere.invalid');
CREATE USER MAPPING FOR museum_owner SERVER "museum server" OPTIONS (user 'u', password 'p''"\');
CREATE FOREIGN TABLE museum.elsewhere (id integer OPTIONS (column_name 'x'), t text) SERVER "museum server" OPTIONS (table_name 'far away');
CREATE PUBLICATION museum_publication FOR TABLE museum.big (id, name) WHERE (id > 5), museum.empty WITH (publish = 'insert');

-- Large objects ---------------------------------------------------------------------------------------------------------------------------

SELECT lo_from_bytea(900001, '');
SELECT lo_from_bytea(900002, '\x00');
SELECT lo_from_bytea(900003, (SELECT decode(string_agg(lpad(to_hex(n % 256), 2, '0'), '' ORDER BY n), 'hex') FROM generate_series(0, 100000) AS n));
SELECT lo_from_bytea(900004, decode(repeat('0a5c2e0a', 800000), 'hex'));
-- With a hole.
SELECT lo_create(900005);
SELECT lo_put(900005, 1000000, '\xff');
ALTER LARGE OBJECT 900002 OWNER TO museum_owner;
GRANT SELECT ON LARGE OBJECT 900003 TO museum_reader;
COMMENT ON LARGE OBJECT 900003 IS 'it''s large';
CREATE TABLE museum.documents (id integer PRIMARY KEY, content oid);
INSERT INTO museum.documents VALUES (1, 900003), (2, 900004), (3, 987654321);

-- Rights ----------------------------------------------------------------------------------------------------------------------------------

ALTER TABLE museum.big OWNER TO museum_owner;
GRANT USAGE ON SCHEMA museum TO museum_reader, "museum ""clerk""";
GRANT SELECT ON ALL TABLES IN SCHEMA museum TO museum_reader;
REVOKE ALL ON museum.secrets FROM museum_reader;
GRANT SELECT (id, name), UPDATE (note) ON museum.big TO "museum ""clerk""";
GRANT INSERT ON museum.big TO "Museum;Drop 'Role'--" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA museum TO "Museum;Drop 'Role'--";
SET ROLE "Museum;Drop 'Role'--";
GRANT INSERT ON museum.big TO museum_reader;
RESET ROLE;
REVOKE ALL ON museum.empty FROM CURRENT_USER;
REVOKE EXECUTE ON FUNCTION museum.double(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION museum.double(integer) TO museum_reader;
GRANT USAGE ON SEQUENCE museum.backwards TO PUBLIC;
GRANT USAGE ON TYPE museum.mood TO museum_reader;
REVOKE USAGE ON TYPE museum.pair FROM PUBLIC;
GRANT USAGE ON FOREIGN SERVER "museum server" TO museum_reader;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE museum_owner GRANT SELECT ON TABLES TO museum_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE museum_owner IN SCHEMA museum GRANT EXECUTE ON FUNCTIONS TO "museum ""clerk""";
ALTER DEFAULT PRIVILEGES FOR ROLE museum_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMENT ON COLUMN museum.big.name IS E'a column''s comment\n\\.';
COMMENT ON CONSTRAINT "came from" ON museum.hens IS 'the egg';
COMMENT ON INDEX museum.big_brin IS 'small';
COMMENT ON TABLE museum.big IS E'\\.\n-- Name: fake; Type: TABLE';

-- Last, so that it does not see what was made before.
CREATE TABLE museum.ddl_log (id serial PRIMARY KEY, tag text);
CREATE FUNCTION museum.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO museum.ddl_log (tag) VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER museum_log_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION museum.log_ddl();
COMMENT ON EVENT TRIGGER museum_log_ddl IS 'writes down what is made';
