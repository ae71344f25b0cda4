-- A letter has arrived.
DELETE FROM letter
WHERE subscriber_id = %(subscriber_id)s AND position = %(position)s AND next_at IS NOT NULL
RETURNING true;
