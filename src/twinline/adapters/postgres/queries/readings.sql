-- Who read a customer's personal data, when, what for, and which fields whole.
SELECT r.reader, r.at, r.purpose, r.whole FROM personal_reading AS r
WHERE r.customer_id = %(customer_id)s ORDER BY r.at;
