-- A load as it was begun, and the last row of the book that is done.
SELECT l.decisions_sha256, l.terms, l.rows, l.begun_at,
  coalesce((SELECT max(c.last_row) FROM load_chunk AS c WHERE c.load_id = l.load_id), 0)
FROM load AS l WHERE l.load_id = %(load_id)s;
