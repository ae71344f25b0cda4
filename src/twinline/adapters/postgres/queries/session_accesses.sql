-- What a session that only adds accesses begins with. They need not wait for the disk: a machine
-- that fails loses the last second of them at most, a server that is killed none.
SET ROLE twinline_service;
SET search_path = twinline;
SET TimeZone = 'UTC';
SET synchronous_commit = off;
