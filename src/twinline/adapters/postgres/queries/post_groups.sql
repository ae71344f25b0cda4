-- Post many groups, each for itself, once the lending stops are held as they were seen.
SELECT p.*
FROM hold_stops_1(%s::integer[]) AS h (held), LATERAL post_groups_1(
  CASE WHEN h.held THEN %s::text[] END,
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s, %s, %s
) AS p;
