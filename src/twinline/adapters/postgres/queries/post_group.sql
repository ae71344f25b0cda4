-- Post one group, once the lending stops are held as they were seen.
SELECT p.*
FROM hold_stops_1(ARRAY[%s::integer]) AS h (held), LATERAL post_group_1(
  CASE WHEN h.held THEN %s::text END,
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s, %s, %s, %s
) AS p;
