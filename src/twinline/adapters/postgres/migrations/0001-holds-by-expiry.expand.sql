-- Whoever expires holds asks for those whose time has come, whosever they are.
CREATE INDEX hold_due ON hold (expires_at) WHERE resolved_by IS NULL;
