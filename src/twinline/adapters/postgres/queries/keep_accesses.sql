-- Keep accesses, in the order they were answered.
INSERT INTO access (at, request_id, client, command, customer_id, status, reason)
SELECT * FROM unnest(
  %(at)s, %(request_ids)s::text[], %(clients)s::text[], %(commands)s::text[],
  %(customers)s::text[], %(statuses)s::smallint[], %(reasons)s::text[]
)
RETURNING true;
