-- Whether this database holds a book that books can be loaded into.
SELECT to_regclass('twinline.load_chunk') IS NOT NULL;
