-- Write versions of records, all or none.
SELECT write_records_1(
  %(kinds)s, %(ids)s, %(versions)s::integer[], %(documents)s, %(at)s, %(authors)s
);
