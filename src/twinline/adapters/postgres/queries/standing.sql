-- Where an owner's journal stands.
SELECT c.seq, c.pay_later, c.cash_loan, c.joint, c.person, c.chain
FROM customer AS c WHERE c.customer_id = %(owner)s;
