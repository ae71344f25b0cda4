-- Answers with a no, kept under the caller's key for 30 days.

-- Keep a refusal unless there is an answer already; the first one is the answer. The owner's row,
-- where there is one, is held meanwhile, so that a group of the same id comes before or after.
CREATE FUNCTION keep_refusal_1(
  owner text, key text, hash bytea, at timestamptz, text_of text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  PERFORM FROM customer AS c WHERE c.customer_id = owner FOR UPDATE;
  INSERT INTO refused (customer_id, group_id, command_hash, booked_at, answer)
  SELECT owner, key, hash, at, text_of
  WHERE NOT EXISTS (
    SELECT FROM journal AS j WHERE j.customer_id = owner AND j.group_id = key
  )
  ON CONFLICT DO NOTHING;
END $$;

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
