-- Which migrations a book has been through.
SELECT number, phase FROM twinline.migration;
