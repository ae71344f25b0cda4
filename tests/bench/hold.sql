-- One purchase held for a customer by chance, by the function that posts one group.
\set customer random(1, :customers)
\set n :n + 1
SELECT * FROM twinline.post_group_1(
  'C' || :customer::text, :run || '-' || :client_id::text || '-' || :n::text, 'hold_placed', 'request',
  sha256(int8send(:n)), :value_on::date, :placed_at::timestamptz, '', sha256(int8send(:n)),
  NULL, false, NULL, NULL,
  ARRAY[
    'use/C' || :customer::text || '/CNY///pay_later', 'use/C' || :customer::text || '/CNY///joint',
    'use/C' || :customer::text || '/CNY///person'
  ],
  ARRAY[
    'headroom/C' || :customer::text || '/CNY///pay_later',
    'headroom/C' || :customer::text || '/CNY///joint',
    'headroom/C' || :customer::text || '/CNY///person'
  ],
  ARRAY[1200, 1200, 1200]::bigint[], ARRAY[true, true, true], :answer, NULL, NULL,
  1200, :placed_at::timestamptz, :expires_at::timestamptz, :document,
  ARRAY['C' || :customer::text || ':' || :n::text], ARRAY['authorisation.held'], ARRAY[:answer], NULL
);
