-- Who read a customer's personal data, and when.
SELECT r.reader, r.at FROM personal_reading AS r
WHERE r.customer_id = %(customer_id)s ORDER BY r.at;
