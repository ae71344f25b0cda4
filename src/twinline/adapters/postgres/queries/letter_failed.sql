-- A letter could not be sent; without a next time it is dead.
UPDATE letter
SET attempts = attempts + 1, failure = %(failure)s, next_at = %(next_at)s,
  taken_until = '-infinity'
WHERE subscriber_id = %(subscriber_id)s AND position = %(position)s AND next_at IS NOT NULL
RETURNING true;
