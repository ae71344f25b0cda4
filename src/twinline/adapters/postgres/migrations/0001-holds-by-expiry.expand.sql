-- Whoever expires holds asks for those whose time has come, whosever they are. The condition is
-- spelt otherwise than that of hold_waiting: whoever asks for one customer's waiting holds must not
-- be given this index, which the planner prefers when it believes that hardly any wait.
CREATE INDEX hold_due ON hold (expires_at) WHERE coalesce(resolved_by, '') = '';
