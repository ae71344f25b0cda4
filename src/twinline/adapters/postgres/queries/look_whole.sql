-- One customer as `look` tells it, but with every contract and fact there ever was.
SELECT
  c.seq, c.pay_later, c.cash_loan, c.joint, c.person,
  c.pay_later_limit, c.cash_loan_limit, c.joint_limit, c.person_limit, c.document, c.lines,
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
    FROM contract AS k WHERE k.customer_id = %(owner)s
  )::text,
  (
    SELECT json_agg(json_build_object(
      'fact_id', f.fact_id, 'contract_id', f.contract_id, 'kind', f.kind,
      'value_on', f.value_on, 'booked_at', f.booked_at, 'amount_minor', f.amount_minor,
      'refers', f.refers, 'cause', f.cause
    ) ORDER BY f.seq, f.place)
    FROM fact AS f WHERE f.customer_id = %(owner)s
  )::text,
  c.holds
FROM look_1(ARRAY[%(owner)s], ARRAY[''], ARRAY[]::text[], ARRAY[]::text[]) AS c;
