-- What a group does, computed from its transfers: to controls when it is posted, to every account
-- whenever somebody asks. Account names are kind/owner/currency/licence/funder/part.

-- What a group adds to the controls' headroom and limits, debits less credits. Its own transfers
-- come first, then what is held and how much of it is posted, where it ends a hold. A transfer that
-- waits takes headroom at once and does nothing else; what is not posted of it gives that back.
-- A transfer of a control stays within it, so that one part of its names says which it moves.
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
