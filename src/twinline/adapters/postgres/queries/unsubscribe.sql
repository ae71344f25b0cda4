-- Tell a subscriber no more; what waits goes too.
DELETE FROM subscriber WHERE subscriber_id = %(subscriber_id)s RETURNING true;
