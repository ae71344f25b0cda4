-- What every session of the service begins with: its own rights, our names, time in UTC, and no
-- compiling of statements that are quick already, which takes seconds where a plan is misjudged.
SET ROLE twinline_service;
SET search_path = twinline;
SET TimeZone = 'UTC';
SET jit = off;
