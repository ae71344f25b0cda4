-- The contracts of new customers.
COPY contract (
  customer_id, contract_id, product, currency, licence, funder, opened_on, principal, interest,
  fee, penalty, over, last_fact_id, terms, next_event_on
) FROM STDIN;
