-- A page of data keys that another master key than the current one wraps.
SELECT p.customer_id, p.master, p.data_key FROM person AS p
WHERE p.master <> %(master)s ORDER BY p.customer_id LIMIT %(count)s;
