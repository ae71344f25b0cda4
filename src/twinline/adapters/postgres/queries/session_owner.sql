-- What a session of the operator begins with: the owner's rights, our names, time in UTC.
SET ROLE twinline_owner;
SET search_path = twinline;
SET TimeZone = 'UTC';
