-- What tells this book's keyring from others, if it has one.
SELECT m.mark FROM keyring_mark AS m;
