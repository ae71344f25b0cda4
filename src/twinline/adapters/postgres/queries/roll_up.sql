-- Bring the roll-ups up to now.
SELECT roll_up_1();
