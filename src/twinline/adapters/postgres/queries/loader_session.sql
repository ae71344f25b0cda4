-- What a loader's session begins with: its own rights, our names, time in UTC.
SET ROLE twinline_loader;
SET search_path = twinline;
SET TimeZone = 'UTC';
