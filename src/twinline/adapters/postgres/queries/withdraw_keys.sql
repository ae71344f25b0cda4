-- Make all keys of a client invalid.
UPDATE api_key SET withdrawn_at = %(at)s
WHERE client = %(client)s AND withdrawn_at IS NULL RETURNING true;
