-- It forgot all at once, and no server calls it.
DROP FUNCTION purge_refused_1(timestamptz);
