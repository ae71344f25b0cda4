-- Destroy a person's data key, and with it what it opened.
DELETE FROM person WHERE customer_id = %(customer_id)s RETURNING true;
