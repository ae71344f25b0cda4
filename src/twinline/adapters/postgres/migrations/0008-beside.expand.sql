-- Hold a group's owner and another customer as they stand until the transaction ends, in the order
-- in which everybody locks customers. Raises TW409 where the other was seen at another `seq`.
CREATE FUNCTION hold_beside_1(owner text, beside text, seen bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
  standing bigint;
BEGIN
  PERFORM FROM customer AS c WHERE c.customer_id IN (owner, beside)
  ORDER BY c.customer_id FOR UPDATE;
  SELECT c.seq INTO standing FROM customer AS c WHERE c.customer_id = beside;
  IF standing IS DISTINCT FROM seen THEN
    RAISE EXCEPTION 'the other customer has changed' USING ERRCODE = 'TW409';
  END IF;
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION hold_beside_1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_beside_1 TO twinline_service;
