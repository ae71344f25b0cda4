-- What time it is where the server is.
SELECT clock_timestamp();
