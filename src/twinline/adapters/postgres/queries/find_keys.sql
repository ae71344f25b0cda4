-- Valid keys by their hashes.
SELECT k.key_sha256, k.client, k.scopes, k.made_at
FROM api_key AS k WHERE k.key_sha256 = ANY (%(hashes)s) AND k.withdrawn_at IS NULL;
