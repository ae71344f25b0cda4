-- A person's wrapped data key and sealed fields; that they were read, by whom and what for, is
-- kept in the same step.
WITH noted AS (
  INSERT INTO personal_reading (customer_id, reader, at, purpose, whole)
  SELECT p.customer_id, %(reader)s, %(at)s, %(purpose)s, %(whole)s::text[] FROM person AS p
  WHERE p.customer_id = %(customer_id)s
)
SELECT p.master, p.data_key, f.field, f.sealed
FROM person AS p JOIN person_field AS f ON f.customer_id = p.customer_id
WHERE p.customer_id = %(customer_id)s;
