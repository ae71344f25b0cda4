-- Who is told, in the order they came.
SELECT s.subscriber_id, s.url, s.secret, s.kinds, s.after FROM subscriber AS s ORDER BY s.number;
