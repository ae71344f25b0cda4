-- Take the letters that are to be sent to a subscriber.
SELECT l.position, l.customer_id, l.seq, l.booked_at, l.event_id, l.kind, l.document,
  l.attempts, l.next_at, l.failure
FROM take_due_1(%(subscriber_id)s, %(at)s, %(count)s::integer, %(taken_for)s) AS l
ORDER BY l.next_at, l.position;
