-- Work as the owner of everything, one at a time, and wait for nobody's lock for long: what waits
-- for a lock makes everybody behind it wait.
SELECT pg_advisory_xact_lock(7219146);
SET LOCAL lock_timeout = '5s';
SET LOCAL search_path = twinline;
