-- Refusals forgotten that are older, at most so many.
SELECT purge_refused_2(%(before)s, %(most)s);
