--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: postgres_fdw; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;


--
-- Name: EXTENSION postgres_fdw; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION postgres_fdw IS 'foreign-data wrapper for remote PostgreSQL servers';


--
-- Name: jauh; Type: SERVER; Schema: -; Owner: postgres
--

CREATE SERVER jauh FOREIGN DATA WRAPPER postgres_fdw;


ALTER SERVER jauh OWNER TO postgres;

--
-- Name: USER MAPPING postgres SERVER jauh; Type: USER MAPPING; Schema: -; Owner: postgres
--

CREATE USER MAPPING FOR postgres SERVER jauh;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: t; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.t (
    id integer NOT NULL
);


ALTER TABLE public.t OWNER TO postgres;

--
-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);


--
-- Name: terbit; Type: PUBLICATION; Schema: -; Owner: postgres
--

CREATE PUBLICATION terbit WITH (publish = 'insert, update, delete, truncate');


ALTER PUBLICATION terbit OWNER TO postgres;

--
-- Name: terbit t; Type: PUBLICATION TABLE; Schema: public; Owner: postgres
--

ALTER PUBLICATION terbit ADD TABLE ONLY public.t;


--
-- PostgreSQL database dump complete
--


