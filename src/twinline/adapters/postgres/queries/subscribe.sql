-- Tell a subscriber from now on; one of this id is told anew.
INSERT INTO subscriber (subscriber_id, url, secret, kinds, after, read_to)
VALUES (%(subscriber_id)s, %(url)s, %(secret)s, %(kinds)s, %(after)s, %(after)s)
ON CONFLICT (subscriber_id) DO UPDATE SET url = excluded.url, secret = excluded.secret,
  kinds = excluded.kinds, after = excluded.after, read_to = excluded.read_to
RETURNING true;
