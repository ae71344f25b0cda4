-- Whether a group is accepted, for both ways of posting: twinline.ledger.admission.admit in SQL.
-- Asked under the owner's lock, in a statement that began after the lock was held.

-- The head of an owner's empty chain.
CREATE FUNCTION genesis_1(owner text) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to('twinline-journal-1 ' || owner, 'UTF8'));

-- Whether more would be posted of a hold than is held, or not of each transfer of it.
CREATE FUNCTION exceeded_1(amounts bigint[], posted bigint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN cardinality(amounts) <> cardinality(posted)
  OR EXISTS (
    SELECT FROM unnest(amounts, posted) AS t (amount, posted)
    WHERE t.posted NOT BETWEEN 0 AND t.amount
  );

-- What becomes of a group: the reason it is refused for, or null with the owner's row after it;
-- where the same command was accepted before, what was answered then. `held_at` is where the row of
-- the hold to be ended lies, which stays there under the lock.
CREATE FUNCTION weighed_1(
  owner text, name text, hash bytea, content_hash bytea, seq_seen bigint, admission text,
  debits text[], credits text[], amounts bigint[], pending boolean[],
  resolves text, posted bigint[]
) RETURNS TABLE (
  refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint,
  pay_later_limit bigint, cash_loan_limit bigint, joint_limit bigint, person_limit bigint,
  held_at tid
)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT
    CASE
      WHEN p.command_hash = g.hash THEN NULL
      WHEN p.command_hash IS NOT NULL OR r.group_id IS NOT NULL THEN 'group_id_taken'
      WHEN c.customer_id IS NULL THEN 'owner_not_found'
      WHEN g.seq_seen <> c.seq THEN 'stale'
      WHEN g.resolves IS NOT NULL AND h.group_id IS NULL THEN 'hold_not_found'
      WHEN g.resolves IS NOT NULL AND h.resolved_by IS NOT NULL THEN 'hold_resolved'
      WHEN g.resolves IS NOT NULL AND exceeded_1(h.amounts, g.posted) THEN 'hold_exceeded'
      WHEN g.admission <> 'request' THEN NULL
      WHEN d.pay_later < 0 AND c.pay_later + d.pay_later < 0 THEN 'pay_later_headroom'
      WHEN d.cash_loan < 0 AND c.cash_loan + d.cash_loan < 0 THEN 'cash_loan_headroom'
      WHEN d.joint < 0 AND c.joint + d.joint < 0 THEN 'joint_headroom'
      WHEN d.person < 0 AND c.person + d.person < 0 THEN 'person_cap'
    END,
    p.command_hash IS NOT NULL,
    coalesce(p.seq, c.seq + 1),
    coalesce(p.chain, sha256(c.chain || int8send(c.seq + 1) || g.content_hash)),
    coalesce(p.headroom[1], c.pay_later + d.pay_later),
    coalesce(p.headroom[2], c.cash_loan + d.cash_loan),
    coalesce(p.headroom[3], c.joint + d.joint),
    coalesce(p.headroom[4], c.person + d.person),
    c.pay_later_limit - d.pay_later_limit,
    c.cash_loan_limit - d.cash_loan_limit,
    c.joint_limit - d.joint_limit,
    c.person_limit - d.person_limit,
    h.ctid
  FROM (
    SELECT owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts,
      pending, resolves, posted
  ) AS g (
    owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts, pending,
    resolves, posted
  )
  LEFT JOIN customer AS c ON c.customer_id = g.owner
  LEFT JOIN journal AS p ON p.customer_id = g.owner AND p.group_id = g.name
  LEFT JOIN refused AS r ON r.customer_id = g.owner AND r.group_id = g.name
  LEFT JOIN hold AS h ON h.customer_id = g.owner AND h.group_id = g.resolves
  CROSS JOIN LATERAL control_changes_1(
    g.debits, g.credits, g.amounts, g.pending, h.debits, h.credits, h.amounts, g.posted
  ) AS d;
END;

-- Replace lines and contracts and add facts of many groups, from a JSON object for each with an
-- array of each.
CREATE FUNCTION keep_riders_1(owners text[], seqs bigint[], riders json[]) RETURNS void
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO line (customer_id, product, document)
  SELECT r.owner, l ->> 'product', l::text
  FROM unnest(owners, riders) AS r (owner, said)
  CROSS JOIN LATERAL json_array_elements(r.said -> 'lines') AS l
  ON CONFLICT (customer_id, product) DO UPDATE SET document = excluded.document;

  INSERT INTO contract (
    customer_id, contract_id, product, currency, licence, funder, opened_on,
    principal, interest, fee, penalty, over, last_fact_id, terms, next_event_on
  )
  SELECT r.owner, c.contract_id, c.product, c.currency, c.licence, c.funder, c.opened_on,
    o.principal, o.interest, o.fee, o.penalty, o.over, c.last_fact_id, c.terms, c.next_event_on
  FROM unnest(owners, riders) AS r (owner, said)
  CROSS JOIN LATERAL json_to_recordset(r.said -> 'contracts') AS c (
    contract_id text, product text, currency text, licence text, funder text, opened_on date,
    owed json, last_fact_id text, terms text, next_event_on date
  )
  CROSS JOIN LATERAL json_to_record(c.owed) AS o (
    principal bigint, interest bigint, fee bigint, penalty bigint, over bigint
  )
  ON CONFLICT (customer_id, contract_id) DO UPDATE SET
    product = excluded.product, currency = excluded.currency, licence = excluded.licence,
    funder = excluded.funder, opened_on = excluded.opened_on, principal = excluded.principal,
    interest = excluded.interest, fee = excluded.fee, penalty = excluded.penalty,
    over = excluded.over, last_fact_id = excluded.last_fact_id, terms = excluded.terms,
    next_event_on = excluded.next_event_on;

  INSERT INTO fact (
    customer_id, fact_id, contract_id, seq, place, kind, value_on, booked_at, amount_minor,
    refers, cause
  )
  SELECT r.owner, f ->> 'fact_id', f ->> 'contract_id', r.seq, n, f ->> 'kind',
    (f ->> 'value_on')::date, (f ->> 'booked_at')::timestamptz,
    (f ->> 'amount_minor')::bigint, f ->> 'refers', f ->> 'cause'
  FROM unnest(owners, seqs, riders) AS r (owner, seq, said)
  CROSS JOIN LATERAL json_array_elements(r.said -> 'facts') WITH ORDINALITY AS t (f, n);
END $$;
