-- The rows of new customers.
COPY customer (
  customer_id, seq, pay_later, cash_loan, joint, person, pay_later_limit, cash_loan_limit,
  joint_limit, person_limit, chain, booked_at, status, document
) FROM STDIN;
