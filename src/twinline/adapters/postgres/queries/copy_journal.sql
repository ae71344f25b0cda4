-- The entries of new customers' journals.
COPY journal (
  customer_id, seq, group_id, event, admission, command_hash, value_on, booked_at, cause, debits,
  credits, amounts, pending, headroom, chain, answer
) FROM STDIN;
