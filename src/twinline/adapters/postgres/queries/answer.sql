-- What was answered to a key: an accepted group of its id, or a refusal that is still kept.
SELECT j.command_hash, true, j.answer, j.booked_at
FROM journal AS j WHERE j.customer_id = %(owner)s AND j.group_id = %(key)s
UNION ALL
SELECT r.command_hash, false, r.answer, r.booked_at
FROM refused AS r WHERE r.customer_id = %(owner)s AND r.group_id = %(key)s;
