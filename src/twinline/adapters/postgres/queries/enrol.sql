-- Keep a person, unless the resident id is known.
SELECT enrol_1(
  %(customer_id)s, %(master)s, %(data_key)s, %(fields)s::text[], %(seals)s::bytea[],
  %(blinds)s::bytea[]
);
