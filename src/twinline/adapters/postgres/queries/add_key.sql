-- Keep a key; twice is once.
INSERT INTO api_key (key_sha256, client, scopes, made_at)
VALUES (%(key_sha256)s, %(client)s, %(scopes)s, %(made_at)s)
ON CONFLICT DO NOTHING RETURNING true;
