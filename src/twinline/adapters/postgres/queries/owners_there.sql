-- Which of these the bank has already.
SELECT c.customer_id FROM customer AS c WHERE c.customer_id = ANY (%(owners)s);
