-- The customers of whom a field is this text, by its keyed hash.
SELECT f.customer_id FROM person_field AS f
WHERE f.field = %(field)s AND f.blind = %(blind)s ORDER BY f.customer_id;
