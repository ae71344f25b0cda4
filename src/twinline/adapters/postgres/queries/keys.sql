-- The valid keys in the order they were made.
SELECT k.key_sha256, k.client, k.scopes, k.made_at
FROM api_key AS k WHERE k.withdrawn_at IS NULL ORDER BY k.number;
