-- What the balances of all accounts come to by heading. Customers' own accounts are added up from
-- their groups; the others are rolled up, but for what was booked since the watermark, or on the
-- last day asked for.
WITH asked AS (
  SELECT w.xact, %(booked_until)s::timestamptz AS booked_until,
    (%(booked_until)s::timestamptz AT TIME ZONE 'UTC')::date AS last_on,
    coalesce(%(value_until)s::date, 'infinity') AS value_until
  FROM watermark AS w WHERE w.name = 'rollup'
), moved AS (
  SELECT m.account, m.posted_minor, m.pending_minor
  FROM movement AS m, asked AS a
  WHERE of_customer_1(m.kind) AND (a.booked_until IS NULL OR m.booked_at <= a.booked_until)
    AND (m.value_on <= a.value_until OR m.kind IN ('limit', 'use', 'headroom'))
  UNION ALL
  SELECT r.account, r.posted_minor, r.pending_minor
  FROM rollup AS r, asked AS a
  WHERE (a.last_on IS NULL OR r.booked_on < a.last_on) AND r.value_on <= a.value_until
  UNION ALL
  SELECT m.account, m.posted_minor, m.pending_minor
  FROM movement AS m, asked AS a
  WHERE m.xact >= a.xact AND NOT of_customer_1(m.kind)
    AND (a.booked_until IS NULL OR m.booked_at <= a.booked_until)
    AND m.value_on <= a.value_until
  UNION ALL
  SELECT m.account, m.posted_minor, m.pending_minor
  FROM movement AS m, asked AS a
  WHERE m.xact < a.xact AND NOT of_customer_1(m.kind)
    AND m.booked_at >= a.last_on AT TIME ZONE 'UTC' AND m.booked_at <= a.booked_until
    AND m.value_on <= a.value_until
)
SELECT split_part(account, '/', 3), split_part(account, '/', 1), split_part(account, '/', 4),
  split_part(account, '/', 5), sum(posted_minor)::bigint, sum(pending_minor)::bigint
FROM moved GROUP BY 1, 2, 3, 4;
