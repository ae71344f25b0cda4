-- One purchase held for a customer by chance, by the function that posts one group.
\set customer random(1, :customers)
\set n :n + 1
SELECT * FROM twinline.post_group_1(
  'C' || :customer::text, :run || '-' || :client_id::text || '-' || :n::text, 'hold_placed', 'request',
  sha256(int8send(:n)), '2026-11-02', '2026-11-02T04:00:00+00:00', '', sha256(int8send(:n)),
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
  1200, '2026-11-02T04:00:00+00:00', '2026-11-09T04:00:00+00:00', :document,
  ARRAY['C' || :customer::text || ':' || :n::text], ARRAY['authorisation.held'], ARRAY[:answer], NULL
);
