-- Every access, in the order they came.
SELECT a.at, a.request_id, a.client, a.command, a.customer_id, a.status, a.reason
FROM access AS a ORDER BY a.at;
