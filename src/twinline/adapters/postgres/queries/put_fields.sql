-- Replace some of a person's fields.
SELECT put_fields_1(%(customer_id)s, %(fields)s::text[], %(seals)s::bytea[], %(blinds)s::bytea[]);
