-- Books are loaded by a role of its own, which adds what is new and changes nothing that is there.
RESET ROLE;
DO $$
BEGIN
  CREATE ROLE twinline_loader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- made by another book, before or in this moment
END $$;
GRANT twinline_loader TO CURRENT_USER;
SET LOCAL ROLE twinline_owner;
GRANT USAGE ON SCHEMA twinline TO twinline_loader;

CREATE TABLE load (
  load_id text COLLATE "C" PRIMARY KEY,
  decisions_sha256 text NOT NULL,
  terms text NOT NULL,
  rows bigint NOT NULL CHECK (rows > 0),
  begun_at timestamptz NOT NULL
);

CREATE TABLE load_chunk (
  load_id text COLLATE "C" NOT NULL REFERENCES load,
  first_row bigint NOT NULL,
  last_row bigint NOT NULL CHECK (last_row >= first_row),
  booked_at timestamptz NOT NULL,
  PRIMARY KEY (load_id, first_row)
);

-- Tell the planner of what was added, so that whoever reads next need not wait for a vacuum.
CREATE FUNCTION settle_load_1() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
BEGIN
  PERFORM brin_summarize_new_values('journal_by_xact');
  PERFORM brin_summarize_new_values('journal_by_booking');
  ANALYZE customer, journal, line, contract, fact;
END $$;

REVOKE ALL ON FUNCTION settle_load_1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_load_1 TO twinline_loader;
GRANT SELECT ON load, load_chunk TO twinline_service, twinline_reader;
GRANT SELECT ON load, load_chunk TO twinline_loader;
GRANT SELECT (customer_id) ON customer TO twinline_loader;
GRANT INSERT ON customer, journal, line, contract, fact, load, load_chunk TO twinline_loader;
