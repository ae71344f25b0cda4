-- Write down that a migration's phase is done.
INSERT INTO twinline.migration (number, phase, name) VALUES (%(number)s, %(phase)s, %(name)s);
