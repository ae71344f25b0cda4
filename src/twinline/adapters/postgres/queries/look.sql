-- Customers, each with what was answered to one key, and some records.
SELECT * FROM look_1(%(owners)s, %(keys)s, %(kinds)s::text[], %(ids)s::text[]);
