-- Customers, each with what was answered to one key.
SELECT * FROM look_1(%(owners)s, %(keys)s);
