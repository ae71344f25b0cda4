-- Whether the book answers.
SELECT true;
