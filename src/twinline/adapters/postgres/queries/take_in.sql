-- Keep events as letters to a subscriber.
SELECT take_in_1(
  %(subscriber_id)s, %(read_to)s, %(at)s, %(positions)s::bigint[], %(customers)s::text[],
  %(seqs)s::bigint[], %(booked)s::timestamptz[], %(event_ids)s::text[], %(kinds)s::text[],
  %(documents)s::text[]
);
