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

GRANT SELECT ON load, load_chunk TO twinline_service, twinline_reader;
GRANT SELECT ON load, load_chunk TO twinline_loader;
GRANT SELECT (customer_id) ON customer TO twinline_loader;
GRANT INSERT ON customer, journal, line, contract, fact, load, load_chunk TO twinline_loader;
