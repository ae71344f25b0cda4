-- An authorisation, waiting or ended, as JSON.
SELECT to_json(h.*) FROM hold AS h
WHERE h.customer_id = %(owner)s AND h.group_id = %(group_id)s;
