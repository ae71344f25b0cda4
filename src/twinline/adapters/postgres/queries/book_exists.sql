-- Whether this database holds a book.
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'twinline');
