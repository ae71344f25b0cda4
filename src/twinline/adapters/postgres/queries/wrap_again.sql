-- Put data keys under another master key, those that nobody has touched meanwhile.
UPDATE person AS p SET master = %(master)s, data_key = n.data_key
FROM unnest(%(customers)s::text[], %(seen)s::bytea[], %(data_keys)s::bytea[])
  AS n (customer_id, seen, data_key)
WHERE p.customer_id = n.customer_id COLLATE "C" AND p.data_key = n.seen
RETURNING true;
