-- A person's wrapped data key.
SELECT p.master, p.data_key FROM person AS p WHERE p.customer_id = %(customer_id)s;
