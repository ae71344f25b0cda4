-- What every session of the service begins with: its own rights, our names, time in UTC.
SET ROLE twinline_service;
SET search_path = twinline;
SET TimeZone = 'UTC';
