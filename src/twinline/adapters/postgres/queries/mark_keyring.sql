-- Keep what tells this book's keyring from others, if nothing is kept yet.
INSERT INTO keyring_mark (mark) VALUES (%(mark)s) ON CONFLICT DO NOTHING RETURNING true;
