-- A page of an owner's journal.
SELECT j.seq, j.group_id, j.event, j.admission, j.command_hash, j.value_on, j.booked_at, j.cause,
  j.resolves, j.posted, j.debits, j.credits, j.amounts, j.pending, j.headroom, j.chain
FROM journal AS j
WHERE j.customer_id = %(owner)s AND j.seq > %(after)s
ORDER BY j.seq LIMIT %(count)s;
