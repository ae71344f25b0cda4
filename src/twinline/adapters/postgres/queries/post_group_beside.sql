-- Post one group, once another customer and the lending stops are held as they were seen.
SELECT p.*
FROM (SELECT %s::text, %s::bigint, %s::integer, %s::text) AS a (beside, seq, stops, owner),
LATERAL hold_beside_1(a.owner, a.beside, a.seq) AS b (held),
LATERAL hold_stops_1(CASE WHEN b.held THEN ARRAY[a.stops] END) AS h (held),
LATERAL post_group_1(
  CASE WHEN h.held THEN a.owner END,
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s, %s, %s, %s
) AS p;
