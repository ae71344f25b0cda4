-- Who may do what: an owner of everything, a service that posts, a reader that looks.
-- Roles belong to the whole server, so another book of it may have made them already.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['twinline_owner', 'twinline_service', 'twinline_reader'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- made by another book, before or in this moment
    END;
  END LOOP;
END $$;

GRANT twinline_owner, twinline_service, twinline_reader TO CURRENT_USER;

CREATE SCHEMA twinline AUTHORIZATION twinline_owner;
GRANT USAGE ON SCHEMA twinline TO twinline_service, twinline_reader;
-- The tables. Every key of a customer's table begins with customer_id, so that a distributed
-- server can keep a customer in one place. Amounts are minor units. Text that is a key compares
-- by its bytes, whatever the database's own language is.

-- The hot row of each owner of a journal. Customers have a document; merchants, funders and the
-- house have none. Headroom may be negative, a limit never grows by itself. Only the key has an
-- index and pages keep room, so that a posting touches no index of this table.
CREATE TABLE customer (
  customer_id text COLLATE "C" PRIMARY KEY,
  seq bigint NOT NULL CHECK (seq >= 0),
  pay_later bigint NOT NULL,
  cash_loan bigint NOT NULL,
  joint bigint NOT NULL,
  person bigint NOT NULL,
  pay_later_limit bigint NOT NULL,
  cash_loan_limit bigint NOT NULL,
  joint_limit bigint NOT NULL,
  person_limit bigint NOT NULL,
  chain bytea NOT NULL CHECK (length(chain) = 32),
  booked_at timestamptz,
  status text,
  document text CHECK ((document IS NULL) = (status IS NULL))
) WITH (fillfactor = 70);

-- One row for each accepted group, for ever: what was booked, what was answered, and the chain.
-- Its key is the idempotency record too. `posted` says how the group in `resolves` ended.
-- `headroom` is what was left after it. `xact` is the transaction: watermarks go by it, since
-- rows do not commit in the order of any number given to them.
CREATE TABLE journal (
  customer_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  group_id text COLLATE "C" NOT NULL,
  event text NOT NULL,
  admission text NOT NULL,
  command_hash bytea NOT NULL CHECK (length(command_hash) = 32),
  value_on date NOT NULL,
  booked_at timestamptz NOT NULL,
  cause text NOT NULL,
  resolves text COLLATE "C",
  posted bigint[],
  debits text[] NOT NULL,
  credits text[] NOT NULL,
  amounts bigint[] NOT NULL,
  pending boolean[] NOT NULL,
  headroom bigint[] NOT NULL,
  chain bytea NOT NULL CHECK (length(chain) = 32),
  answer text NOT NULL,
  xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  PRIMARY KEY (customer_id, group_id),
  UNIQUE (customer_id, seq),
  CHECK ((resolves IS NULL) = (posted IS NULL)),
  CHECK (cardinality(debits) = cardinality(amounts)),
  CHECK (cardinality(credits) = cardinality(amounts)),
  CHECK (cardinality(pending) = cardinality(amounts))
);
CREATE INDEX journal_by_xact ON journal USING brin (xact) WITH (pages_per_range = 16);
CREATE INDEX journal_by_booking ON journal USING brin (booked_at) WITH (pages_per_range = 16);

-- Authorisations: what waits, and by which group it ended.
CREATE TABLE hold (
  customer_id text COLLATE "C" NOT NULL,
  group_id text COLLATE "C" NOT NULL,
  amount_minor bigint NOT NULL,
  placed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  debits text[] NOT NULL,
  credits text[] NOT NULL,
  amounts bigint[] NOT NULL,
  resolved_by text COLLATE "C",
  document text NOT NULL,
  PRIMARY KEY (customer_id, group_id)
);
CREATE INDEX hold_waiting ON hold (customer_id, group_id) WHERE resolved_by IS NULL;

-- What was answered with a no, under the caller's key; forgotten after 30 days. The owner need
-- not be there: an opening that is refused leaves none.
CREATE TABLE refused (
  customer_id text COLLATE "C" NOT NULL,
  group_id text COLLATE "C" NOT NULL,
  command_hash bytea NOT NULL,
  booked_at timestamptz NOT NULL,
  answer text NOT NULL,
  PRIMARY KEY (customer_id, group_id)
);
CREATE INDEX refused_by_booking ON refused USING brin (booked_at);

CREATE TABLE line (
  customer_id text COLLATE "C" NOT NULL,
  product text NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (customer_id, product)
);

-- What was agreed and how it stands; `terms` is kept to the byte, since its hash is sealed.
CREATE TABLE contract (
  customer_id text COLLATE "C" NOT NULL,
  contract_id text COLLATE "C" NOT NULL,
  product text NOT NULL,
  currency text NOT NULL,
  licence text NOT NULL,
  funder text NOT NULL,
  opened_on date NOT NULL,
  principal bigint NOT NULL,
  interest bigint NOT NULL,
  fee bigint NOT NULL,
  penalty bigint NOT NULL,
  over bigint NOT NULL,
  last_fact_id text NOT NULL,
  terms text NOT NULL,
  next_event_on date,
  PRIMARY KEY (customer_id, contract_id)
);
CREATE INDEX contract_due ON contract (next_event_on, customer_id) WHERE next_event_on IS NOT NULL;

-- What happened to a contract: added, never changed. `seq` is the group it was booked with.
CREATE TABLE fact (
  customer_id text COLLATE "C" NOT NULL,
  fact_id text COLLATE "C" NOT NULL,
  contract_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  place smallint NOT NULL,
  kind text NOT NULL,
  value_on date NOT NULL,
  booked_at timestamptz NOT NULL,
  amount_minor bigint NOT NULL,
  refers text NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (customer_id, fact_id),
  FOREIGN KEY (customer_id, contract_id) REFERENCES contract
);

-- What subscribers are told. `position` is given once no older transaction can still add a row.
CREATE TABLE outbox (
  customer_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  place smallint NOT NULL,
  event_id text NOT NULL,
  kind text NOT NULL,
  document text NOT NULL,
  booked_at timestamptz NOT NULL,
  xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  position bigint,
  PRIMARY KEY (customer_id, seq, place)
);
CREATE UNIQUE INDEX outbox_in_order ON outbox (position) WHERE position IS NOT NULL;
CREATE INDEX outbox_new ON outbox (xact) WHERE position IS NULL;

-- Balances of accounts that many customers' groups move, summed by both days, up to a watermark.
CREATE TABLE rollup (
  owner text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  booked_on date NOT NULL,
  value_on date NOT NULL,
  posted_minor numeric NOT NULL,
  pending_minor numeric NOT NULL,
  PRIMARY KEY (owner, account, booked_on, value_on)
);

-- How far roll-ups and the outbox have been brought: what is older than `xact` is in them.
CREATE TABLE watermark (
  name text PRIMARY KEY,
  xact bigint NOT NULL,
  position bigint NOT NULL
);
INSERT INTO watermark (name, xact, position) VALUES ('rollup', 0, 0), ('outbox', 0, 0);

-- Which migrations this book has been through.
CREATE TABLE migration (
  number integer NOT NULL,
  phase text NOT NULL CHECK (phase IN ('expand', 'contract')),
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (number, phase)
);

-- Contracts that a command on their customer may bear on: something is owed or kept, or something
-- happened in the 400 days before the customer's newest group.
CREATE VIEW open_contract AS
SELECT k.*
FROM contract AS k
JOIN customer AS c ON c.customer_id = k.customer_id
WHERE (k.principal, k.interest, k.fee, k.penalty, k.over) <> (0, 0, 0, 0, 0)
  OR k.opened_on > c.booked_at::date - 400
  OR EXISTS (
    SELECT FROM fact AS f
    WHERE f.customer_id = k.customer_id AND f.contract_id = k.contract_id
      AND greatest(f.value_on, f.booked_at::date) > c.booked_at::date - 400
  );
-- What a group does, computed from its transfers: to controls when it is posted, to every account
-- whenever somebody asks. Account names are kind/owner/currency/licence/funder/part.

-- What a group adds to the controls' headroom and limits, debits less credits. Its own transfers
-- come first, then what is held and how much of it is posted, where it ends a hold. A transfer that
-- waits takes headroom at once and does nothing else; what is not posted of it gives that back.
CREATE FUNCTION control_changes_1(
  debits text[], credits text[], amounts bigint[], pending boolean[],
  held_debits text[], held_credits text[], held_amounts bigint[], posted bigint[]
) RETURNS TABLE (
  pay_later bigint, cash_loan bigint, joint bigint, person bigint,
  pay_later_limit bigint, cash_loan_limit bigint, joint_limit bigint, person_limit bigint
)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT
    coalesce(sum(m.headroom) FILTER (WHERE m.part = 'pay_later'), 0)::bigint,
    coalesce(sum(m.headroom) FILTER (WHERE m.part = 'cash_loan'), 0)::bigint,
    coalesce(sum(m.headroom) FILTER (WHERE m.part = 'joint'), 0)::bigint,
    coalesce(sum(m.headroom) FILTER (WHERE m.part = 'person'), 0)::bigint,
    coalesce(sum(m.lim) FILTER (WHERE m.part = 'pay_later'), 0)::bigint,
    coalesce(sum(m.lim) FILTER (WHERE m.part = 'cash_loan'), 0)::bigint,
    coalesce(sum(m.lim) FILTER (WHERE m.part = 'joint'), 0)::bigint,
    coalesce(sum(m.lim) FILTER (WHERE m.part = 'person'), 0)::bigint
  FROM (
    SELECT split_part(t.debit, '/', 6),
      CASE WHEN starts_with(t.debit, 'headroom/') AND NOT t.pending THEN t.amount ELSE 0 END
        - CASE WHEN starts_with(t.credit, 'headroom/') THEN t.amount ELSE 0 END,
      CASE WHEN t.pending THEN 0
        WHEN starts_with(t.debit, 'limit/') THEN t.amount
        WHEN starts_with(t.credit, 'limit/') THEN -t.amount
        ELSE 0 END
    FROM unnest(debits, credits, amounts, pending) AS t (debit, credit, amount, pending)
    UNION ALL
    SELECT split_part(t.debit, '/', 6),
      CASE WHEN starts_with(t.debit, 'headroom/') THEN t.posted ELSE 0 END
        + CASE WHEN starts_with(t.credit, 'headroom/') THEN t.amount - t.posted ELSE 0 END,
      CASE WHEN starts_with(t.debit, 'limit/') THEN t.posted ELSE 0 END
        - CASE WHEN starts_with(t.credit, 'limit/') THEN t.posted ELSE 0 END
    FROM unnest(held_debits, held_credits, held_amounts, posted)
      AS t (debit, credit, amount, posted)
  ) AS m (part, headroom, lim);
END;

-- What each group added to each account, debits less credits: posted, and waiting to be posted.
CREATE VIEW movement AS
SELECT
  j.customer_id, j.seq, j.booked_at, j.value_on, j.xact, m.account,
  split_part(m.account, '/', 1) AS kind, split_part(m.account, '/', 2) AS owner,
  m.posted_minor, m.pending_minor
FROM journal AS j
LEFT JOIN hold AS h ON h.customer_id = j.customer_id AND h.group_id = j.resolves
CROSS JOIN LATERAL (
  SELECT t.debit, CASE WHEN t.pending THEN 0 ELSE t.amount END,
    CASE WHEN t.pending THEN t.amount ELSE 0 END
  FROM unnest(j.debits, j.amounts, j.pending) AS t (debit, amount, pending)
  UNION ALL
  SELECT t.credit, CASE WHEN t.pending THEN 0 ELSE -t.amount END,
    CASE WHEN t.pending THEN -t.amount ELSE 0 END
  FROM unnest(j.credits, j.amounts, j.pending) AS t (credit, amount, pending)
  UNION ALL
  SELECT t.debit, t.posted, -t.amount
  FROM unnest(h.debits, h.amounts, j.posted) AS t (debit, amount, posted)
  UNION ALL
  SELECT t.credit, -t.posted, t.amount
  FROM unnest(h.credits, h.amounts, j.posted) AS t (credit, amount, posted)
) AS m (account, posted_minor, pending_minor);

-- Whether an account is moved only by groups of its own owner; the others are rolled up.
CREATE FUNCTION of_customer_1(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN kind IN (
  'limit', 'use', 'headroom', 'principal', 'interest', 'fee', 'penalty', 'credit_balance',
  'written_off'
);

-- Add what committed groups moved since the last time to the roll-ups; return how many rows of
-- the journal were taken. Only one at a time; the others find nothing to do.
CREATE FUNCTION roll_up_1() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  since bigint;
  horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  taken bigint;
BEGIN
  SELECT w.xact INTO since FROM watermark AS w WHERE w.name = 'rollup' FOR UPDATE SKIP LOCKED;
  IF since IS NULL OR since >= horizon THEN
    RETURN 0;
  END IF;
  INSERT INTO rollup AS r (owner, account, booked_on, value_on, posted_minor, pending_minor)
  SELECT m.owner, m.account, (m.booked_at AT TIME ZONE 'UTC')::date, m.value_on,
    sum(m.posted_minor), sum(m.pending_minor)
  FROM movement AS m
  WHERE m.xact >= since AND m.xact < horizon AND NOT of_customer_1(m.kind)
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (owner, account, booked_on, value_on) DO UPDATE SET
    posted_minor = r.posted_minor + excluded.posted_minor,
    pending_minor = r.pending_minor + excluded.pending_minor;
  GET DIAGNOSTICS taken = ROW_COUNT;
  UPDATE watermark SET xact = horizon WHERE name = 'rollup';
  RETURN taken;
END $$;

-- Give positions to events that no older transaction can come before any more.
CREATE FUNCTION number_events_1() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  last bigint;
  given bigint;
  horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
BEGIN
  SELECT w.position INTO last FROM watermark AS w WHERE w.name = 'outbox' FOR UPDATE SKIP LOCKED;
  IF last IS NULL THEN
    RETURN 0;
  END IF;
  UPDATE outbox AS o SET position = last + n.row_number
  FROM (
    SELECT e.customer_id, e.seq, e.place,
      row_number() OVER (ORDER BY e.customer_id, e.seq, e.place)
    FROM outbox AS e
    WHERE e.position IS NULL AND e.xact < horizon
  ) AS n
  WHERE o.customer_id = n.customer_id AND o.seq = n.seq AND o.place = n.place;
  GET DIAGNOSTICS given = ROW_COUNT;
  UPDATE watermark SET position = last + given, xact = horizon WHERE name = 'outbox';
  RETURN given;
END $$;
-- Whether a group is accepted, for both ways of posting: twinline.ledger.admission.admit in SQL.
-- Asked under the owner's lock, in a statement that began after the lock was held.

-- The head of an owner's empty chain.
CREATE FUNCTION genesis_1(owner text) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to('twinline-journal-1 ' || owner, 'UTF8'));

-- Whether more would be posted of a hold than is held, or not of each transfer of it.
CREATE FUNCTION exceeded_1(amounts bigint[], posted bigint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN cardinality(amounts) <> cardinality(posted)
  OR EXISTS (
    SELECT FROM unnest(amounts, posted) AS t (amount, posted)
    WHERE t.posted NOT BETWEEN 0 AND t.amount
  );

-- What becomes of a group: the reason it is refused for, or null with the owner's row after it;
-- where the same command was accepted before, what was answered then.
CREATE FUNCTION weighed_1(
  owner text, name text, hash bytea, content_hash bytea, seq_seen bigint, admission text,
  debits text[], credits text[], amounts bigint[], pending boolean[],
  resolves text, posted bigint[]
) RETURNS TABLE (
  refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint,
  pay_later_limit bigint, cash_loan_limit bigint, joint_limit bigint, person_limit bigint,
  held_at tid
)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT
    CASE
      WHEN p.command_hash = g.hash THEN NULL
      WHEN p.command_hash IS NOT NULL OR r.group_id IS NOT NULL THEN 'group_id_taken'
      WHEN c.customer_id IS NULL THEN 'owner_not_found'
      WHEN g.seq_seen <> c.seq THEN 'stale'
      WHEN g.resolves IS NOT NULL AND h.group_id IS NULL THEN 'hold_not_found'
      WHEN g.resolves IS NOT NULL AND h.resolved_by IS NOT NULL THEN 'hold_resolved'
      WHEN g.resolves IS NOT NULL AND exceeded_1(h.amounts, g.posted) THEN 'hold_exceeded'
      WHEN g.admission <> 'request' THEN NULL
      WHEN d.pay_later < 0 AND c.pay_later + d.pay_later < 0 THEN 'pay_later_headroom'
      WHEN d.cash_loan < 0 AND c.cash_loan + d.cash_loan < 0 THEN 'cash_loan_headroom'
      WHEN d.joint < 0 AND c.joint + d.joint < 0 THEN 'joint_headroom'
      WHEN d.person < 0 AND c.person + d.person < 0 THEN 'person_cap'
    END,
    p.command_hash IS NOT NULL,
    coalesce(p.seq, c.seq + 1),
    coalesce(p.chain, sha256(c.chain || int8send(c.seq + 1) || g.content_hash)),
    coalesce(p.headroom[1], c.pay_later + d.pay_later),
    coalesce(p.headroom[2], c.cash_loan + d.cash_loan),
    coalesce(p.headroom[3], c.joint + d.joint),
    coalesce(p.headroom[4], c.person + d.person),
    c.pay_later_limit - d.pay_later_limit,
    c.cash_loan_limit - d.cash_loan_limit,
    c.joint_limit - d.joint_limit,
    c.person_limit - d.person_limit,
    h.ctid
  FROM (
    SELECT owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts,
      pending, resolves, posted
  ) AS g (
    owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts, pending,
    resolves, posted
  )
  LEFT JOIN customer AS c ON c.customer_id = g.owner
  LEFT JOIN journal AS p ON p.customer_id = g.owner AND p.group_id = g.name
  LEFT JOIN refused AS r ON r.customer_id = g.owner AND r.group_id = g.name
  LEFT JOIN hold AS h ON h.customer_id = g.owner AND h.group_id = g.resolves
  CROSS JOIN LATERAL control_changes_1(
    g.debits, g.credits, g.amounts, g.pending, h.debits, h.credits, h.amounts, g.posted
  ) AS d;
END;

-- Replace lines and contracts and add facts of many groups, from a JSON object for each with an
-- array of each.
CREATE FUNCTION keep_riders_1(owners text[], seqs bigint[], riders json[]) RETURNS void
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO line (customer_id, product, document)
  SELECT r.owner, l ->> 'product', l::text
  FROM unnest(owners, riders) AS r (owner, said)
  CROSS JOIN LATERAL json_array_elements(r.said -> 'lines') AS l
  ON CONFLICT (customer_id, product) DO UPDATE SET document = excluded.document;

  INSERT INTO contract (
    customer_id, contract_id, product, currency, licence, funder, opened_on,
    principal, interest, fee, penalty, over, last_fact_id, terms, next_event_on
  )
  SELECT r.owner, c.contract_id, c.product, c.currency, c.licence, c.funder, c.opened_on,
    o.principal, o.interest, o.fee, o.penalty, o.over, c.last_fact_id, c.terms, c.next_event_on
  FROM unnest(owners, riders) AS r (owner, said)
  CROSS JOIN LATERAL json_to_recordset(r.said -> 'contracts') AS c (
    contract_id text, product text, currency text, licence text, funder text, opened_on date,
    owed json, last_fact_id text, terms text, next_event_on date
  )
  CROSS JOIN LATERAL json_to_record(c.owed) AS o (
    principal bigint, interest bigint, fee bigint, penalty bigint, over bigint
  )
  ON CONFLICT (customer_id, contract_id) DO UPDATE SET
    product = excluded.product, currency = excluded.currency, licence = excluded.licence,
    funder = excluded.funder, opened_on = excluded.opened_on, principal = excluded.principal,
    interest = excluded.interest, fee = excluded.fee, penalty = excluded.penalty,
    over = excluded.over, last_fact_id = excluded.last_fact_id, terms = excluded.terms,
    next_event_on = excluded.next_event_on;

  INSERT INTO fact (
    customer_id, fact_id, contract_id, seq, place, kind, value_on, booked_at, amount_minor,
    refers, cause
  )
  SELECT r.owner, f ->> 'fact_id', f ->> 'contract_id', r.seq, n, f ->> 'kind',
    (f ->> 'value_on')::date, (f ->> 'booked_at')::timestamptz,
    (f ->> 'amount_minor')::bigint, f ->> 'refers', f ->> 'cause'
  FROM unnest(owners, seqs, riders) AS r (owner, seq, said)
  CROSS JOIN LATERAL json_array_elements(r.said -> 'facts') WITH ORDINALITY AS t (f, n);
END $$;
-- Post one group and all that goes with it, or nothing; wait for the owner's row at most 2 s.
-- `post_groups_1` posts many by the same contract.

CREATE FUNCTION post_group_1(
  owner text, name text, event text, admission text, hash bytea, value_on date,
  booked_at timestamptz, cause text, content_hash bytea, seq_seen bigint, opens boolean,
  resolves text, posted bigint[], debits text[], credits text[], amounts bigint[],
  pending boolean[], answer text, status text, document text, hold_amount bigint,
  hold_placed_at timestamptz, hold_expires_at timestamptz, hold_document text,
  event_ids text[], event_kinds text[], event_documents text[], riders json
) RETURNS TABLE (
  refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  w record;
  made boolean := false;
BEGIN
  IF opens THEN
    INSERT INTO customer VALUES (owner, 0, 0, 0, 0, 0, 0, 0, 0, 0, genesis_1(owner))
    ON CONFLICT DO NOTHING;
    made := FOUND;
    seq_seen := 0;
  END IF;
  PERFORM FROM customer AS c WHERE c.customer_id = owner FOR UPDATE;
  SELECT * INTO w FROM weighed_1(
    owner, name, hash, content_hash, seq_seen, admission, debits, credits, amounts, pending,
    resolves, posted
  );
  IF w.refusal IS NOT NULL AND made THEN
    DELETE FROM customer AS c WHERE c.customer_id = owner;
  END IF;
  IF w.refusal IS NULL AND NOT w.again THEN
    INSERT INTO journal VALUES (
      owner, w.seq, name, event, admission, hash, value_on, booked_at, cause, resolves, posted,
      debits, credits, amounts, pending, ARRAY[w.pay_later, w.cash_loan, w.joint, w.person],
      w.chain, answer
    );
    UPDATE customer AS c SET
      seq = w.seq, pay_later = w.pay_later, cash_loan = w.cash_loan, joint = w.joint,
      person = w.person, pay_later_limit = w.pay_later_limit,
      cash_loan_limit = w.cash_loan_limit, joint_limit = w.joint_limit,
      person_limit = w.person_limit, chain = w.chain, booked_at = booked_at,
      status = coalesce(status, c.status), document = coalesce(document, c.document)
    WHERE c.customer_id = owner;
    IF hold_amount IS NOT NULL THEN
      INSERT INTO hold
      SELECT owner, name, hold_amount, hold_placed_at, hold_expires_at, array_agg(t.debit),
        array_agg(t.credit), array_agg(t.amount), NULL, hold_document
      FROM unnest(debits, credits, amounts, pending) AS t (debit, credit, amount, pending)
      WHERE t.pending;
    END IF;
    IF resolves IS NOT NULL THEN
      UPDATE hold AS h SET resolved_by = name
      WHERE h.customer_id = owner AND h.group_id = resolves;
    END IF;
    IF event_ids IS NOT NULL THEN
      INSERT INTO outbox
      SELECT owner, w.seq, e.n, e.event_id, e.kind, e.document, booked_at
      FROM unnest(event_ids, event_kinds, event_documents)
        WITH ORDINALITY AS e (event_id, kind, document, n);
    END IF;
    IF riders IS NOT NULL THEN
      PERFORM keep_riders_1(ARRAY[owner], ARRAY[w.seq], ARRAY[riders]);
    END IF;
  END IF;
  RETURN QUERY SELECT
    w.refusal, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person;
END $$;
-- Post many groups, each of another owner who is there, and each for itself: what becomes of one
-- is nothing to the others. Whose row is held elsewhere is answered 'busy' and not waited for.
-- Arguments are those of `post_group_1`, an array for each; what is an array there is one array's
-- text here. An answer says by `place`, from 1, which group it is about.

CREATE FUNCTION post_groups_1(
  owners text[], names text[], events text[], admissions text[], hashes bytea[],
  value_ons date[], booked_ats timestamptz[], causes text[], content_hashes bytea[],
  seqs_seen bigint[], resolves text[], posted text[], debits text[], credits text[],
  amounts text[], pending text[], answers text[], statuses text[], documents text[],
  hold_amounts bigint[], hold_placed_ats timestamptz[], hold_expires_ats timestamptz[],
  hold_documents text[], event_ids text[], event_kinds text[], event_documents text[],
  riders text[]
) RETURNS TABLE (
  place bigint, refusal text, again boolean, seq bigint, chain bytea,
  pay_later bigint, cash_loan bigint, joint bigint, person bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  locked text[];
BEGIN
  -- Locking comes first and in order of the owners; what is read before it may be old.
  SELECT coalesce(array_agg(c.customer_id), '{}') INTO locked
  FROM (
    SELECT customer_id FROM customer WHERE customer_id = ANY (owners)
    ORDER BY customer_id FOR UPDATE SKIP LOCKED
  ) AS c;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.owner, a.name, a.event, a.admission, a.hash, a.value_on, a.booked_at, a.cause,
      a.content_hash, a.seq_seen, a.resolves, a.posted::bigint[] AS posted,
      a.debits::text[] AS debits, a.credits::text[] AS credits,
      a.amounts::bigint[] AS amounts, a.pending::boolean[] AS pending, a.answer, a.status,
      a.document, a.hold_amount, a.hold_placed_at, a.hold_expires_at, a.hold_document,
      a.event_ids::text[] AS event_ids, a.event_kinds::text[] AS event_kinds,
      a.event_documents::text[] AS event_documents, a.riders::json AS riders, a.place
    FROM unnest(
      owners, names, events, admissions, hashes, value_ons, booked_ats, causes, content_hashes,
      seqs_seen, resolves, posted, debits, credits, amounts, pending, answers, statuses,
      documents, hold_amounts, hold_placed_ats, hold_expires_ats, hold_documents, event_ids,
      event_kinds, event_documents, riders
    ) WITH ORDINALITY AS a (
      owner, name, event, admission, hash, value_on, booked_at, cause, content_hash,
      seq_seen, resolves, posted, debits, credits, amounts, pending, answer, status,
      document, hold_amount, hold_placed_at, hold_expires_at, hold_document, event_ids,
      event_kinds, event_documents, riders, place
    )
  ), weighed AS MATERIALIZED (
    SELECT a.*, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person,
      w.pay_later_limit, w.cash_loan_limit, w.joint_limit, w.person_limit, w.held_at,
      CASE
        WHEN w.refusal IS DISTINCT FROM 'owner_not_found' AND a.owner <> ALL (locked)
          THEN 'busy'
        ELSE w.refusal
      END AS refusal
    FROM asked AS a
    CROSS JOIN LATERAL weighed_1(
      a.owner, a.name, a.hash, a.content_hash, a.seq_seen, a.admission, a.debits, a.credits,
      a.amounts, a.pending, a.resolves, a.posted
    ) AS w
  ), accepted AS MATERIALIZED (
    SELECT w.* FROM weighed AS w WHERE w.refusal IS NULL AND NOT w.again
  ), booked AS (
    INSERT INTO journal
    SELECT a.owner, a.seq, a.name, a.event, a.admission, a.hash, a.value_on, a.booked_at,
      a.cause, a.resolves, a.posted, a.debits, a.credits, a.amounts, a.pending,
      ARRAY[a.pay_later, a.cash_loan, a.joint, a.person], a.chain, a.answer
    FROM accepted AS a
  ), moved AS (
    UPDATE customer AS c SET
      seq = a.seq, pay_later = a.pay_later, cash_loan = a.cash_loan, joint = a.joint,
      person = a.person, pay_later_limit = a.pay_later_limit,
      cash_loan_limit = a.cash_loan_limit, joint_limit = a.joint_limit,
      person_limit = a.person_limit, chain = a.chain, booked_at = a.booked_at,
      status = coalesce(a.status, c.status), document = coalesce(a.document, c.document)
    FROM accepted AS a WHERE c.customer_id = a.owner
  ), placed AS (
    INSERT INTO hold
    SELECT a.owner, a.name, a.hold_amount, a.hold_placed_at, a.hold_expires_at, h.debits,
      h.credits, h.amounts, NULL, a.hold_document
    FROM accepted AS a
    CROSS JOIN LATERAL (
      SELECT array_agg(t.debit) AS debits, array_agg(t.credit) AS credits,
        array_agg(t.amount) AS amounts
      FROM unnest(a.debits, a.credits, a.amounts, a.pending)
        AS t (debit, credit, amount, pending)
      WHERE t.pending
    ) AS h
    WHERE a.hold_amount IS NOT NULL
  ), ended AS (
    -- By place: a join by key may be planned the wrong way round while there are hardly any holds.
    UPDATE hold AS h SET resolved_by = a.name
    FROM accepted AS a WHERE h.ctid = a.held_at
  ), told AS (
    INSERT INTO outbox
    SELECT a.owner, a.seq, e.n, e.event_id, e.kind, e.document, a.booked_at
    FROM accepted AS a
    CROSS JOIN LATERAL unnest(a.event_ids, a.event_kinds, a.event_documents)
      WITH ORDINALITY AS e (event_id, kind, document, n)
  ), kept AS MATERIALIZED (
    SELECT keep_riders_1(array_agg(a.owner), array_agg(a.seq), array_agg(a.riders))
    FROM accepted AS a WHERE a.riders IS NOT NULL
    HAVING count(*) > 0
  )
  SELECT w.place, w.refusal, w.again, w.seq, w.chain, w.pay_later, w.cash_loan, w.joint, w.person
  FROM weighed AS w LEFT JOIN kept ON true;
END $$;
-- Answers with a no, kept under the caller's key for 30 days.

-- Keep a refusal unless there is an answer already; the first one is the answer. The owner's row,
-- where there is one, is held meanwhile, so that a group of the same id comes before or after.
CREATE FUNCTION keep_refusal_1(
  owner text, key text, hash bytea, at timestamptz, text_of text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = twinline, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  PERFORM FROM customer AS c WHERE c.customer_id = owner FOR UPDATE;
  INSERT INTO refused (customer_id, group_id, command_hash, booked_at, answer)
  SELECT owner, key, hash, at, text_of
  WHERE NOT EXISTS (
    SELECT FROM journal AS j WHERE j.customer_id = owner AND j.group_id = key
  )
  ON CONFLICT DO NOTHING;
END $$;

-- Forget refusals that are older; return how many.
CREATE FUNCTION purge_refused_1(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = twinline, pg_temp
AS $$
DECLARE
  purged bigint;
BEGIN
  DELETE FROM refused AS r WHERE r.booked_at < before;
  GET DIAGNOSTICS purged = ROW_COUNT;
  RETURN purged;
END $$;
-- The service looks at everything and changes nothing but through functions; the reader looks.

REVOKE ALL ON ALL TABLES IN SCHEMA twinline FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA twinline FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA twinline TO twinline_service, twinline_reader;
GRANT EXECUTE ON FUNCTION
  post_group_1, post_groups_1, keep_refusal_1, purge_refused_1, roll_up_1, number_events_1,
  of_customer_1
TO twinline_service;
GRANT EXECUTE ON FUNCTION of_customer_1 TO twinline_reader;
