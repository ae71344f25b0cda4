-- Post many groups, each of another owner who is there, and each for itself: what becomes of one
-- is nothing to the others. Whose row is held elsewhere is answered 'busy' and not waited for.
-- Arguments are those of `post_group_1`, an array for each; what is an array there is one array's
-- text here. An answer says by `place`, from 1, which group it is about.

CREATE FUNCTION post_groups_1(
  owners text[], names text[], events text[], admissions text[], hashes bytea[],
  value_ons date[], booked_ats timestamptz[], causes text[], content_hashes bytea[],
  seqs_seen bigint[], resolves text[], posted text[], debits text[], credits text[],
  amounts text[], pending text[], answers text[], statuses text[], documents text[],
  hold_amounts bigint[], hold_placed_ats timestamptz[], hold_expires_ats timestamptz[],
  hold_documents text[], event_ids text[], event_kinds text[], event_documents text[],
  riders text[]
) RETURNS TABLE (
  place bigint, refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  locked text[];
BEGIN
  -- Locking comes first and in order of the owners; what is read before it may be old.
  SELECT coalesce(array_agg(c.customer_id), '{}') INTO locked
  FROM (
    SELECT customer_id FROM customer WHERE customer_id = ANY (owners)
    ORDER BY customer_id FOR UPDATE SKIP LOCKED
  ) AS c;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.owner, a.name, a.event, a.admission, a.hash, a.value_on, a.booked_at, a.cause,
      a.content_hash, a.seq_seen, a.resolves, a.posted::bigint[] AS posted,
      a.debits::text[] AS debits, a.credits::text[] AS credits,
      a.amounts::bigint[] AS amounts, a.pending::boolean[] AS pending, a.answer, a.status,
      a.document, a.hold_amount, a.hold_placed_at, a.hold_expires_at, a.hold_document,
      a.event_ids::text[] AS event_ids, a.event_kinds::text[] AS event_kinds,
      a.event_documents::text[] AS event_documents, a.riders::json AS riders, a.place
    FROM unnest(
      owners, names, events, admissions, hashes, value_ons, booked_ats, causes, content_hashes,
      seqs_seen, resolves, posted, debits, credits, amounts, pending, answers, statuses,
      documents, hold_amounts, hold_placed_ats, hold_expires_ats, hold_documents, event_ids,
      event_kinds, event_documents, riders
    ) WITH ORDINALITY AS a (
      owner, name, event, admission, hash, value_on, booked_at, cause, content_hash,
      seq_seen, resolves, posted, debits, credits, amounts, pending, answer, status,
      document, hold_amount, hold_placed_at, hold_expires_at, hold_document, event_ids,
      event_kinds, event_documents, riders, place
    )
  ), weighed AS MATERIALIZED (
    SELECT a.*, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person,
      w.pay_later_limit, w.cash_loan_limit, w.joint_limit, w.person_limit, w.held_at,
      CASE
        WHEN w.refusal IS DISTINCT FROM 'owner_not_found' AND a.owner <> ALL (locked)
          THEN 'busy'
        ELSE w.refusal
      END AS refusal
    FROM asked AS a
    CROSS JOIN LATERAL weighed_1(
      a.owner, a.name, a.hash, a.content_hash, a.seq_seen, a.admission, a.debits, a.credits,
      a.amounts, a.pending, a.resolves, a.posted
    ) AS w
  ), accepted AS MATERIALIZED (
    SELECT w.* FROM weighed AS w WHERE w.refusal IS NULL AND NOT w.again
  ), booked AS (
    INSERT INTO journal
    SELECT a.owner, a.seq, a.name, a.event, a.admission, a.hash, a.value_on, a.booked_at,
      a.cause, a.resolves, a.posted, a.debits, a.credits, a.amounts, a.pending,
      ARRAY[a.pay_later, a.cash_loan, a.joint, a.person], a.chain, a.answer
    FROM accepted AS a
  ), moved AS (
    UPDATE customer AS c SET
      seq = a.seq, pay_later = a.pay_later, cash_loan = a.cash_loan, joint = a.joint,
      person = a.person, pay_later_limit = a.pay_later_limit,
      cash_loan_limit = a.cash_loan_limit, joint_limit = a.joint_limit,
      person_limit = a.person_limit, chain = a.chain, booked_at = a.booked_at,
      status = coalesce(a.status, c.status), document = coalesce(a.document, c.document)
    FROM accepted AS a WHERE c.customer_id = a.owner
  ), placed AS (
    INSERT INTO hold
    SELECT a.owner, a.name, a.hold_amount, a.hold_placed_at, a.hold_expires_at, h.debits,
      h.credits, h.amounts, NULL, a.hold_document
    FROM accepted AS a
    CROSS JOIN LATERAL (
      SELECT array_agg(t.debit) AS debits, array_agg(t.credit) AS credits,
        array_agg(t.amount) AS amounts
      FROM unnest(a.debits, a.credits, a.amounts, a.pending)
        AS t (debit, credit, amount, pending)
      WHERE t.pending
    ) AS h
    WHERE a.hold_amount IS NOT NULL
  ), ended AS (
    -- By place: a join by key may be planned the wrong way round while there are hardly any holds.
    UPDATE hold AS h SET resolved_by = a.name
    FROM accepted AS a WHERE h.ctid = a.held_at
  ), told AS (
    INSERT INTO outbox
    SELECT a.owner, a.seq, e.n, e.event_id, e.kind, e.document, a.booked_at
    FROM accepted AS a
    CROSS JOIN LATERAL unnest(a.event_ids, a.event_kinds, a.event_documents)
      WITH ORDINALITY AS e (event_id, kind, document, n)
  ), kept AS MATERIALIZED (
    SELECT keep_riders_1(array_agg(a.owner), array_agg(a.seq), array_agg(a.riders))
    FROM accepted AS a WHERE a.riders IS NOT NULL
    HAVING count(*) > 0
  )
  SELECT w.place, w.refusal, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person
  FROM weighed AS w LEFT JOIN kept ON true;
END $$;
