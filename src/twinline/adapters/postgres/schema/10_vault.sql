-- Personal data, apart from every journal: each field sealed under its person's data key, which is
-- itself wrapped by a master key that this database never sees.

-- One row for each person whose data is kept; deleting it deletes what the key would have opened.
CREATE TABLE person (
  customer_id text COLLATE "C" PRIMARY KEY,
  master text NOT NULL,
  data_key bytea NOT NULL
);
CREATE INDEX person_by_master ON person (master);

-- A sealed field, and where it can be found by its exact text, the keyed hash of that.
CREATE TABLE person_field (
  customer_id text COLLATE "C" NOT NULL REFERENCES person ON DELETE CASCADE,
  field text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  blind bytea,
  PRIMARY KEY (customer_id, field)
);
CREATE UNIQUE INDEX person_once ON person_field (blind) WHERE field = 'resident_id';
CREATE INDEX person_found ON person_field (field, blind) WHERE blind IS NOT NULL;

-- Who read a person's data, when, what for, and which fields whole. It outlives the person's data.
CREATE TABLE personal_reading (
  customer_id text COLLATE "C" NOT NULL,
  reader text NOT NULL,
  at timestamptz NOT NULL,
  purpose text NOT NULL DEFAULT '',
  whole text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX personal_reading_of ON personal_reading (customer_id, at);

-- What tells the keys that this book's personal data is sealed with from any others: one row.
CREATE TABLE keyring_mark (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  mark bytea NOT NULL
);

-- Keep a person's fields and return the customer's id: the one given, or that of the customer who
-- has this resident id already, of whom nothing is changed.
CREATE FUNCTION enrol_1(
  customer text, master_of text, key_of bytea, fields text[], seals bytea[], blinds bytea[]
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  resident bytea := blinds[array_position(fields, 'resident_id')];
  known text;
BEGIN
  LOOP -- once, unless whoever was faster is deleted in between
    SELECT f.customer_id INTO known
    FROM person_field AS f WHERE f.field = 'resident_id' AND f.blind = resident;
    IF FOUND THEN
      RETURN known;
    END IF;
    INSERT INTO person (customer_id, master, data_key) VALUES (customer, master_of, key_of);
    INSERT INTO person_field (customer_id, field, sealed, blind)
    VALUES (customer, 'resident_id', seals[array_position(fields, 'resident_id')], resident)
    ON CONFLICT (blind) WHERE field = 'resident_id' DO NOTHING;
    IF FOUND THEN
      INSERT INTO person_field (customer_id, field, sealed, blind)
      SELECT customer, n.field, n.sealed, n.blind
      FROM unnest(fields, seals, blinds) AS n (field, sealed, blind)
      WHERE n.field <> 'resident_id';
      RETURN customer;
    END IF;
    DELETE FROM person AS p WHERE p.customer_id = customer;
  END LOOP;
END $$;

-- Replace some of a person's fields; return whether the person's data is kept at all.
CREATE FUNCTION put_fields_1(
  customer text, fields text[], seals bytea[], blinds bytea[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
BEGIN
  PERFORM FROM person AS p WHERE p.customer_id = customer FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO person_field (customer_id, field, sealed, blind)
  SELECT customer, n.field, n.sealed, n.blind
  FROM unnest(fields, seals, blinds) AS n (field, sealed, blind)
  ORDER BY n.field
  ON CONFLICT (customer_id, field) DO UPDATE SET sealed = excluded.sealed, blind = excluded.blind;
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION enrol_1, put_fields_1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrol_1, put_fields_1 TO twinline_service;
GRANT SELECT, DELETE ON person TO twinline_service;
GRANT SELECT ON person_field TO twinline_service;
GRANT SELECT, INSERT ON keyring_mark TO twinline_service;
GRANT INSERT ON personal_reading TO twinline_service;
GRANT SELECT ON personal_reading TO twinline_service, twinline_reader;
