-- Keep a refusal, unless there is an answer under its key already.
SELECT keep_refusal_1(%(owner)s, %(key)s, %(hash)s, %(at)s, %(answer)s);
