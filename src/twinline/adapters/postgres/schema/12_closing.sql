-- Periods that were closed: no group that counts on a closed day enters the journal, by whatever
-- way. Closings are added and never changed; the last day is the one that holds.

CREATE TABLE closing (
  closed_until date PRIMARY KEY,
  closed_by text NOT NULL,
  closed_at timestamptz NOT NULL
);

-- The lock that a period is closed under alone, and the journal is added to under together.
CREATE FUNCTION closing_lock_1() RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN 7219148;

-- Close a period unless a later one was closed. Whoever has added to the journal has committed by
-- then, and whoever adds next sees the closing.
CREATE FUNCTION close_period_1(closed_until date, closed_by text, closed_at timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(closing_lock_1());
  INSERT INTO closing
  SELECT close_period_1.closed_until, close_period_1.closed_by, close_period_1.closed_at
  WHERE NOT EXISTS (
    SELECT FROM closing AS c WHERE c.closed_until >= close_period_1.closed_until
  );
END $$;

-- Raise TW423 where what was added to the journal counts in a closed period.
CREATE FUNCTION require_open_1() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(closing_lock_1());
  IF EXISTS (
    SELECT FROM added AS a WHERE a.value_on <= (SELECT max(c.closed_until) FROM closing AS c)
  ) THEN
    RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'TW423';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER journal_in_open_period AFTER INSERT ON journal
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION require_open_1();

REVOKE ALL ON closing FROM PUBLIC;
REVOKE ALL ON FUNCTION closing_lock_1, close_period_1, require_open_1 FROM PUBLIC;
GRANT SELECT ON closing TO twinline_service, twinline_reader;
GRANT EXECUTE ON FUNCTION close_period_1 TO twinline_service;
