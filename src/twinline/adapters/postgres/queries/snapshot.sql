-- A customer as of one moment, its lines, contracts, facts and waiting holds as JSON. Contracts
-- that owe and keep nothing are left out 400 days after the last that happened to them.
SELECT
  c.seq, c.pay_later, c.cash_loan, c.joint, c.person,
  c.pay_later_limit, c.cash_loan_limit, c.joint_limit, c.person_limit, c.document,
  (
    SELECT json_agg(l.document::json) FROM line AS l WHERE l.customer_id = c.customer_id
  )::text,
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
    JOIN open_contract AS k ON k.customer_id = f.customer_id AND k.contract_id = f.contract_id
    WHERE f.customer_id = c.customer_id
  )::text,
  (
    SELECT json_agg(h.* ORDER BY h.group_id) FROM hold AS h
    WHERE h.customer_id = c.customer_id AND h.resolved_by IS NULL
  )::text
FROM customer AS c
WHERE c.customer_id = %(owner)s AND c.document IS NOT NULL;
