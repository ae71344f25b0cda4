-- The latest versions of some records.
SELECT r.kind, r.record_id, r.version, r.document, r.written_at, r.written_by
FROM unnest(%(kinds)s::text[], %(ids)s::text[]) AS n (kind, record_id),
  LATERAL (
    SELECT * FROM record AS v
    WHERE v.kind = n.kind COLLATE "C" AND v.record_id = n.record_id COLLATE "C"
    ORDER BY v.version DESC LIMIT 1
  ) AS r;
