-- Who may do what: an owner of everything, a service that posts, a reader that looks, a loader
-- that adds a book's customers.
-- Roles belong to the whole server, so another book of it may have made them already.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY[
    'twinline_owner', 'twinline_service', 'twinline_reader', 'twinline_loader'
  ] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- made by another book, before or in this moment
    END;
  END LOOP;
END $$;

GRANT twinline_owner, twinline_service, twinline_reader, twinline_loader TO CURRENT_USER;

CREATE SCHEMA twinline AUTHORIZATION twinline_owner;
GRANT USAGE ON SCHEMA twinline TO twinline_service, twinline_reader, twinline_loader;
