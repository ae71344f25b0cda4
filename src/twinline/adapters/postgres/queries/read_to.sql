-- How far of the outbox has become letters to a subscriber.
SELECT s.read_to FROM subscriber AS s WHERE s.subscriber_id = %(subscriber_id)s;
