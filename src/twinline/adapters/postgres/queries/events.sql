-- A page of the outbox in its order.
SELECT o.position, o.customer_id, o.seq, o.booked_at, o.event_id, o.kind, o.document
FROM outbox AS o WHERE o.position > %(after)s
ORDER BY o.position LIMIT %(count)s;
