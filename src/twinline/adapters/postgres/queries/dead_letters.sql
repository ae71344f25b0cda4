-- A page of dead letters in the order of the outbox.
SELECT l.position, l.customer_id, l.seq, l.booked_at, l.event_id, l.kind, l.document,
  l.attempts, l.next_at, l.failure
FROM letter AS l
WHERE l.subscriber_id = %(subscriber_id)s AND l.position > %(after)s AND l.next_at IS NULL
ORDER BY l.position LIMIT %(count)s;
