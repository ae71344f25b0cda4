-- The service looks at everything and changes nothing but through functions; the reader looks; the
-- loader adds what is new and changes nothing that is there.

REVOKE ALL ON ALL TABLES IN SCHEMA twinline FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA twinline FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA twinline TO twinline_service, twinline_reader;
GRANT EXECUTE ON FUNCTION
  post_group_1, post_groups_1, keep_refusal_1, purge_refused_2, roll_up_1, number_events_1,
  of_customer_1
TO twinline_service;
GRANT EXECUTE ON FUNCTION of_customer_1 TO twinline_reader;

GRANT EXECUTE ON FUNCTION settle_load_1 TO twinline_loader;
GRANT SELECT ON load, load_chunk TO twinline_loader;
GRANT SELECT (customer_id) ON customer TO twinline_loader;
GRANT INSERT ON customer, journal, line, contract, fact, load, load_chunk TO twinline_loader;
