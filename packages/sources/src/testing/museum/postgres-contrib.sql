-- What needs the extensions that Debian packages with the server.
SET client_min_messages = warning;
SET search_path = '';
CREATE SCHEMA extensions;
CREATE EXTENSION hstore WITH SCHEMA extensions;
CREATE EXTENSION pg_trgm WITH SCHEMA extensions;
CREATE EXTENSION citext WITH SCHEMA extensions;
CREATE EXTENSION ltree WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'it''s a set of pairs';
CREATE TABLE museum.extended (id integer PRIMARY KEY, pairs extensions.hstore, word extensions.citext UNIQUE, tree public.ltree);
INSERT INTO museum.extended VALUES
  (1, '', 'Word', 'a.b.c'),
  (2, '"a"=>NULL, "b\"\\"=>"x=>y"', 'word2', ''),
  (3, NULL, NULL, NULL);
CREATE INDEX extended_word ON museum.extended USING gin ((word::text) extensions.gin_trgm_ops);
CREATE INDEX extended_pairs ON museum.extended USING gin (pairs);
GRANT SELECT ON museum.extended TO museum_reader;
