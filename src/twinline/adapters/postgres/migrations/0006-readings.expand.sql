-- What a person's data was read for, and which fields were shown whole; what an older server
-- records has neither.

ALTER TABLE personal_reading
  ADD COLUMN purpose text NOT NULL DEFAULT '',
  ADD COLUMN whole text[] NOT NULL DEFAULT '{}';
