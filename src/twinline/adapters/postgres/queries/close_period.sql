-- Close a period, unless a later one was closed.
SELECT close_period_1(%(closed_until)s, %(closed_by)s, %(closed_at)s);
