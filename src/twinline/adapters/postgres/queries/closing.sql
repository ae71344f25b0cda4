-- The last closing of a period.
SELECT c.closed_until, c.closed_by, c.closed_at
FROM closing AS c ORDER BY c.closed_until DESC LIMIT 1;
