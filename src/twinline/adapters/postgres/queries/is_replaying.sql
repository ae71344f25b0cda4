-- Whether the server is still replaying a log.
SELECT pg_is_in_recovery();
