-- Refusals are forgotten in small steps, those to keys of clients too.

-- Forget refusals that are older, at most so many; return how many. Servers side by side take
-- different ones.
CREATE FUNCTION purge_refused_2(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  purged bigint;
BEGIN
  DELETE FROM refused AS r
  USING (
    SELECT o.customer_id, o.group_id FROM refused AS o
    WHERE o.booked_at < before LIMIT most FOR UPDATE SKIP LOCKED
  ) AS old
  WHERE r.customer_id = old.customer_id AND r.group_id = old.group_id;
  GET DIAGNOSTICS purged = ROW_COUNT;
  RETURN purged;
END $$;

REVOKE ALL ON FUNCTION purge_refused_2 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_refused_2 TO twinline_service;

-- Answers with a no, which are forgotten in time: they are the records that begin so.
CREATE INDEX record_refused ON record (written_at)
WHERE kind = 'answer' AND document LIKE '{"accepted":false%';

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

REVOKE ALL ON FUNCTION purge_answers_1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_answers_1 TO twinline_service;
