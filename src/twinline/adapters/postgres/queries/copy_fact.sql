-- The facts of new customers' contracts.
COPY fact (
  customer_id, fact_id, contract_id, seq, place, kind, value_on, booked_at, amount_minor, refers,
  cause
) FROM STDIN;
