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
-- Spelt otherwise than above: whoever asks for one customer's waiting holds must not be given this
-- index, which the planner prefers when it believes that hardly any wait.
CREATE INDEX hold_due ON hold (expires_at) WHERE coalesce(resolved_by, '') = '';

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
