-- Holds that wait though they had expired by a moment, those first that expired first.
SELECT h.customer_id, h.group_id
FROM hold AS h
WHERE coalesce(h.resolved_by, '') = '' AND h.expires_at <= %(at)s
ORDER BY h.expires_at, h.customer_id, h.group_id LIMIT %(count)s;
