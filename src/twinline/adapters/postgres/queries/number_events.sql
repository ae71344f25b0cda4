-- Give positions to the events that have none and can have one.
SELECT number_events_1();
