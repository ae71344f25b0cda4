-- An owner's events in order.
SELECT o.event_id, o.kind, o.document
FROM outbox AS o WHERE o.customer_id = %(owner)s
ORDER BY o.seq, o.place;
