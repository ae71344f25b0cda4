-- Write down that a load begins, unless it was begun before.
INSERT INTO load (load_id, decisions_sha256, terms, rows, begun_at)
VALUES (%(load_id)s, %(decisions_sha256)s, %(terms)s, %(rows)s, %(begun_at)s)
ON CONFLICT DO NOTHING;
