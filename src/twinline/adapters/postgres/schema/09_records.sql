-- What the lender keeps beside the journals: its own records, who may call and who called, and
-- what subscribers are still to be told.

-- The lender's records, every version of them, added and never changed.
CREATE TABLE record (
  kind text COLLATE "C" NOT NULL,
  record_id text COLLATE "C" NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  document text NOT NULL,
  written_at timestamptz NOT NULL,
  written_by text NOT NULL,
  PRIMARY KEY (kind, record_id, version)
);
-- Answers with a no, which are forgotten in time: they are the records that begin so.
CREATE INDEX record_refused ON record (written_at)
WHERE kind = 'answer' AND document LIKE '{"accepted":false%';

-- API keys, as the SHA-256 of 256 random bits. A withdrawn key stays, so that it is known when.
CREATE TABLE api_key (
  key_sha256 bytea PRIMARY KEY CHECK (length(key_sha256) = 32),
  client text NOT NULL,
  scopes text[] NOT NULL,
  made_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  number bigint GENERATED ALWAYS AS IDENTITY
);

-- Every request: who asked what of whom, and how it was answered.
CREATE TABLE access (
  at timestamptz NOT NULL,
  request_id text NOT NULL,
  client text NOT NULL,
  command text NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  reason text NOT NULL
);
CREATE INDEX access_by_time ON access USING brin (at);
CREATE INDEX access_of_customer ON access (customer_id, at) WHERE customer_id <> '';

-- Who is told of events. `read_to` is how far of the outbox has become letters.
CREATE TABLE subscriber (
  subscriber_id text COLLATE "C" PRIMARY KEY,
  url text NOT NULL,
  secret bytea NOT NULL,
  kinds text[] NOT NULL,
  after bigint NOT NULL,
  read_to bigint NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY
);

-- An event that one subscriber is still to be told; deleted once it has arrived. A dead one has
-- no `next_at`. Until `taken_until` it is some server's to send, and nobody else's.
CREATE TABLE letter (
  subscriber_id text COLLATE "C" NOT NULL REFERENCES subscriber ON DELETE CASCADE,
  position bigint NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  event_id text NOT NULL,
  kind text NOT NULL,
  document text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz,
  taken_until timestamptz NOT NULL DEFAULT '-infinity',
  failure text NOT NULL DEFAULT '',
  PRIMARY KEY (subscriber_id, position)
);
CREATE INDEX letter_of_owner ON letter (subscriber_id, customer_id, position)
  WHERE next_at IS NOT NULL;
CREATE INDEX letter_due ON letter (subscriber_id, next_at) WHERE next_at IS NOT NULL;

-- The lock that lending stops are written under alone, and new use is posted under together.
CREATE FUNCTION stops_lock_1() RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN 7219147;

-- Write versions of records, all or none; return whether they were written. Each must be the next
-- of its record: of two who write the same version one is first, and the other writes nothing.
-- The same once more is written already.
CREATE FUNCTION write_records_1(
  kinds text[], ids text[], versions integer[], documents text[], at timestamptz[], authors text[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
BEGIN
  IF 'lending_stop' = ANY (kinds) THEN
    PERFORM pg_advisory_xact_lock(stops_lock_1());
  END IF;
  IF EXISTS (
    SELECT FROM unnest(kinds, ids, versions) AS n (kind, record_id, version)
    WHERE n.version > 1 AND NOT EXISTS (
      SELECT FROM record AS r
      WHERE (r.kind, r.record_id, r.version) = (n.kind, n.record_id, n.version - 1)
    )
  ) THEN
    RETURN false;
  END IF;
  INSERT INTO record (kind, record_id, version, document, written_at, written_by)
  SELECT * FROM unnest(kinds, ids, versions, documents, at, authors) AS n
  ORDER BY 1, 2; -- in one order, so that no two writers wait for each other
  RETURN true;
EXCEPTION WHEN unique_violation THEN
  RETURN NOT EXISTS (
    SELECT * FROM unnest(kinds, ids, versions, documents, at, authors)
    EXCEPT SELECT * FROM record AS r WHERE r.kind = ANY (kinds) AND r.record_id = ANY (ids)
  );
END $$;

-- Hold the lending stops as they stand until the transaction ends. Raises TW409 where new use was
-- decided on another version of them. A stop is written once every such transaction has ended, so
-- that from its answer on nothing is booked that was decided without it, on any server.
CREATE FUNCTION hold_stops_1(seen integer[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  IF array_remove(seen, NULL) = '{}' THEN
    RETURN true;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(stops_lock_1());
  IF EXISTS (
    SELECT FROM unnest(seen) AS s (version)
    WHERE s.version <> (
      SELECT coalesce(max(r.version), 0)
      FROM record AS r WHERE r.kind = 'lending_stop' AND r.record_id = 'stops'
    )
  ) THEN
    RAISE EXCEPTION 'the lending stops have changed' USING ERRCODE = 'TW409';
  END IF;
  RETURN true;
END $$;

-- Keep events as letters to a subscriber, and how far the outbox was read. What another server
-- has taken in meanwhile is not taken in again.
CREATE FUNCTION take_in_1(
  to_whom text, read_up_to bigint, at timestamptz, positions bigint[], customers text[],
  seqs bigint[], booked timestamptz[], event_ids text[], kinds text[], documents text[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  since bigint;
BEGIN
  SELECT s.read_to INTO since FROM subscriber AS s WHERE s.subscriber_id = to_whom FOR UPDATE;
  IF since < read_up_to THEN
    INSERT INTO letter (
      subscriber_id, position, customer_id, seq, booked_at, event_id, kind, document, next_at
    )
    SELECT to_whom, e.*, at
    FROM unnest(positions, customers, seqs, booked, event_ids, kinds, documents)
      AS e (position, customer_id, seq, booked_at, event_id, kind, document)
    WHERE e.position > since;
    UPDATE subscriber AS s SET read_to = read_up_to WHERE s.subscriber_id = to_whom;
  END IF;
END $$;

-- Take the letters that are to be sent by a moment: of each customer the first that waits. They
-- are the caller's for a while, so that servers side by side do not send the same.
CREATE FUNCTION take_due_1(
  to_whom text, at timestamptz, most integer, taken_for interval
) RETURNS SETOF letter
LANGUAGE sql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
  UPDATE letter AS taken SET taken_until = at + taken_for
  FROM (
    SELECT l.position
    FROM letter AS l
    WHERE l.subscriber_id = to_whom AND l.next_at <= at AND l.taken_until <= at AND NOT EXISTS (
      SELECT FROM letter AS before
      WHERE before.subscriber_id = l.subscriber_id AND before.customer_id = l.customer_id
        AND before.position < l.position AND before.next_at IS NOT NULL
    )
    ORDER BY l.next_at
    LIMIT most FOR UPDATE SKIP LOCKED
  ) AS due
  WHERE taken.subscriber_id = to_whom AND taken.position = due.position
  RETURNING taken.*;
$$;

-- Forget answers with a no to keys of clients, of those that are older at most so many; return how
-- many. Any other record stays for ever.
CREATE FUNCTION purge_answers_1(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  purged bigint;
BEGIN
  DELETE FROM record AS r
  USING (
    SELECT o.kind, o.record_id, o.version FROM record AS o
    WHERE o.kind = 'answer' AND o.document LIKE '{"accepted":false%' AND o.written_at < before
    LIMIT most FOR UPDATE SKIP LOCKED
  ) AS old
  WHERE (r.kind, r.record_id, r.version) = (old.kind, old.record_id, old.version);
  GET DIAGNOSTICS purged = ROW_COUNT;
  RETURN purged;
END $$;

REVOKE ALL ON FUNCTION
  stops_lock_1, write_records_1, hold_stops_1, take_in_1, take_due_1, purge_answers_1
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  write_records_1, hold_stops_1, take_in_1, take_due_1, purge_answers_1
TO twinline_service;
GRANT SELECT ON record, access TO twinline_service, twinline_reader;
GRANT INSERT ON access TO twinline_service;
GRANT SELECT ON api_key TO twinline_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON subscriber TO twinline_service;
GRANT SELECT, UPDATE, DELETE ON letter TO twinline_service;
