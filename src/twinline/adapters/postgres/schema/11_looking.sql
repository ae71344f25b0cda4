-- Many customers looked at together, as of one moment, each with what was answered to one key: all
-- that a command is decided on. Arguments are an array each, answers come in their order. Lines,
-- contracts, facts and waiting holds are JSON. Contracts that owe and keep nothing are left out
-- 400 days after the last that happened to them. The first row has the latest versions of the
-- records that are named by kind and id.

CREATE FUNCTION look_1(owners text[], keys text[], kinds text[], ids text[]) RETURNS TABLE (
  hash bytea, accepted boolean, answer text, answered_at timestamptz,
  seq bigint, pay_later bigint, cash_loan bigint, joint bigint, person bigint,
  pay_later_limit bigint, cash_loan_limit bigint, joint_limit bigint, person_limit bigint,
  document text, lines text, contracts text, facts text, holds text,
  records text
)
LANGUAGE plpgsql STABLE
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    coalesce(j.command_hash, r.command_hash), j.command_hash IS NOT NULL,
    coalesce(j.answer, r.answer), coalesce(j.booked_at, r.booked_at),
    c.seq, c.pay_later, c.cash_loan, c.joint, c.person,
    c.pay_later_limit, c.cash_loan_limit, c.joint_limit, c.person_limit, c.document,
    (
      SELECT '[' || string_agg(l.document, ',') || ']'
      FROM line AS l WHERE l.customer_id = c.customer_id
    ),
    (
      SELECT json_agg(json_build_object(
        'contract_id', k.contract_id, 'product', k.product, 'currency', k.currency,
        'licence', k.licence, 'funder', k.funder, 'opened_on', k.opened_on,
        'owed', json_build_object(
          'principal', k.principal, 'interest', k.interest, 'fee', k.fee, 'penalty', k.penalty,
          'over', k.over
        ),
        'last_fact_id', k.last_fact_id, 'terms', k.terms, 'next_event_on', k.next_event_on
      ) ORDER BY k.contract_id)
      FROM open_contract AS k WHERE k.customer_id = c.customer_id
    )::text,
    (
      SELECT json_agg(json_build_object(
        'fact_id', f.fact_id, 'contract_id', f.contract_id, 'kind', f.kind,
        'value_on', f.value_on, 'booked_at', f.booked_at, 'amount_minor', f.amount_minor,
        'refers', f.refers, 'cause', f.cause
      ) ORDER BY f.seq, f.place)
      FROM fact AS f
      JOIN open_contract AS k
        ON k.customer_id = f.customer_id AND k.contract_id = f.contract_id
      WHERE f.customer_id = c.customer_id
    )::text,
    (
      SELECT json_agg(h.* ORDER BY h.group_id) FROM hold AS h
      WHERE h.customer_id = c.customer_id AND h.resolved_by IS NULL
    )::text,
    CASE WHEN a.place = 1 THEN (
      SELECT json_agg(v.*) FROM unnest(kinds, ids) AS n (kind, record_id), LATERAL (
        SELECT * FROM record AS r
        WHERE r.kind = n.kind COLLATE "C" AND r.record_id = n.record_id COLLATE "C"
        ORDER BY r.version DESC LIMIT 1
      ) AS v
    )::text END
  FROM unnest(owners, keys) WITH ORDINALITY AS a (owner, key, place)
  LEFT JOIN customer AS c ON c.customer_id = a.owner AND c.document IS NOT NULL
  LEFT JOIN journal AS j ON j.customer_id = a.owner AND j.group_id = a.key
  LEFT JOIN refused AS r ON r.customer_id = a.owner AND r.group_id = a.key
  ORDER BY a.place;
END $$;

REVOKE ALL ON FUNCTION look_1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_1 TO twinline_service;
