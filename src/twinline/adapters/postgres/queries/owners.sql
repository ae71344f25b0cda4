-- A page of the owners of journals in order.
SELECT c.customer_id FROM customer AS c
WHERE c.customer_id > %(after)s
ORDER BY c.customer_id LIMIT %(count)s;
