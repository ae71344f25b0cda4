-- Write down which rows of a book are added in this transaction, if all before them are.
INSERT INTO load_chunk (load_id, first_row, last_row, booked_at)
SELECT %(load_id)s, %(first_row)s, %(last_row)s, %(booked_at)s
WHERE %(first_row)s - 1 = (
  SELECT coalesce(max(c.last_row), 0) FROM load_chunk AS c WHERE c.load_id = %(load_id)s
);
