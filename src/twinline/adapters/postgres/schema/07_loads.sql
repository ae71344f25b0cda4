-- Books on their way in. A load is known by its book's SHA-256; how far it is, is the last row of
-- its chunks: rows are added here and never changed, like everything a loader writes.

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
