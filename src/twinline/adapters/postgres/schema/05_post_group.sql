-- Post one group and all that goes with it, or nothing; wait for the owner's row at most 2 s.
-- `post_groups_1` posts many by the same contract.

CREATE FUNCTION post_group_1(
  owner text, name text, event text, admission text, hash bytea, value_on date,
  booked_at timestamptz, cause text, content_hash bytea, seq_seen bigint, opens boolean,
  resolves text, posted bigint[], debits text[], credits text[], amounts bigint[],
  pending boolean[], answer text, status text, document text, hold_amount bigint,
  hold_placed_at timestamptz, hold_expires_at timestamptz, hold_document text,
  event_ids text[], event_kinds text[], event_documents text[], riders json
) RETURNS TABLE (
  refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  w record;
  made boolean := false;
BEGIN
  IF opens THEN
    INSERT INTO customer VALUES (owner, 0, 0, 0, 0, 0, 0, 0, 0, 0, genesis_1(owner))
    ON CONFLICT DO NOTHING;
    made := FOUND;
    seq_seen := 0;
  END IF;
  PERFORM FROM customer AS c WHERE c.customer_id = owner FOR UPDATE;
  SELECT * INTO w FROM weighed_1(
    owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts, pending,
    resolves, posted
  );
  IF w.refusal IS NOT NULL AND made THEN
    DELETE FROM customer AS c WHERE c.customer_id = owner;
  END IF;
  IF w.refusal IS NULL AND NOT w.again THEN
    INSERT INTO journal VALUES (
      owner, w.seq, name, event, admission, hash, value_on, booked_at, cause, resolves, posted,
      debits, credits, amounts, pending, ARRAY[w.pay_later, w.cash_loan, w.joint, w.person],
      w.chain, answer
    );
    UPDATE customer AS c SET
      seq = w.seq, pay_later = w.pay_later, cash_loan = w.cash_loan, joint = w.joint,
      person = w.person, pay_later_limit = w.pay_later_limit,
      cash_loan_limit = w.cash_loan_limit, joint_limit = w.joint_limit,
      person_limit = w.person_limit, chain = w.chain, booked_at = booked_at,
      status = coalesce(status, c.status), document = coalesce(document, c.document)
    WHERE c.customer_id = owner;
    IF hold_amount IS NOT NULL THEN
      INSERT INTO hold
      SELECT owner, name, hold_amount, hold_placed_at, hold_expires_at, array_agg(t.debit),
        array_agg(t.credit), array_agg(t.amount), NULL, hold_document
      FROM unnest(debits, credits, amounts, pending) AS t (debit, credit, amount, pending)
      WHERE t.pending;
    END IF;
    IF resolves IS NOT NULL THEN
      UPDATE hold AS h SET resolved_by = name
      WHERE h.customer_id = owner AND h.group_id = resolves;
    END IF;
    IF event_ids IS NOT NULL THEN
      INSERT INTO outbox
      SELECT owner, w.seq, e.n, e.event_id, e.kind, e.document, booked_at
      FROM unnest(event_ids, event_kinds, event_documents)
        WITH ORDINALITY AS e (event_id, kind, document, n);
    END IF;
    IF riders IS NOT NULL THEN
      PERFORM keep_riders_1(ARRAY[owner], ARRAY[w.seq], ARRAY[riders]);
    END IF;
  END IF;
  RETURN QUERY SELECT
    w.refusal, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person;
END $$;
