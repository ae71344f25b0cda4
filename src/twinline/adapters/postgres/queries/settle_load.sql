-- Make what was added ready to be read.
SELECT settle_load_1();
