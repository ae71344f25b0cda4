-- A page of the latest versions of records of a kind, in order of their ids.
SELECT DISTINCT ON (r.record_id)
  r.kind, r.record_id, r.version, r.document, r.written_at, r.written_by
FROM record AS r
WHERE r.kind = %(kind)s AND r.record_id > %(after)s
ORDER BY r.record_id, r.version DESC LIMIT %(count)s;
