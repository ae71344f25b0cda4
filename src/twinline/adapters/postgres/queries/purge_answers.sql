-- Answers with a no to keys of clients forgotten that are older, at most so many.
SELECT purge_answers_1(%(before)s, %(most)s);
