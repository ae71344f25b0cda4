-- Let a dead letter be tried again.
UPDATE letter SET next_at = %(at)s
WHERE subscriber_id = %(subscriber_id)s AND position = %(position)s AND next_at IS NULL
RETURNING true;
