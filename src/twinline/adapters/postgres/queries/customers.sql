-- A page of customer ids in order.
SELECT c.customer_id FROM customer AS c
WHERE c.customer_id > %(after)s AND c.document IS NOT NULL
ORDER BY c.customer_id LIMIT %(count)s;
